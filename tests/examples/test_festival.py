"""The bundled show: it reads without a fault, sounds clean and in tune, and its drummer lines up with it."""

import csv
import random
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import soundfile
from make_show import drummer, measure, measure_drummer, salt_road, salt_road_band
from make_show.notation import phrase
from make_show.players import humanised

from live_rig.show.store import read_show

FESTIVAL = Path(__file__).parents[2] / "examples" / "festival"
SONGS = sorted((FESTIVAL / "songs").iterdir())


def rows(name: str) -> list[dict[str, str]]:
    with (FESTIVAL / "drummer" / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def strokes_s() -> list[tuple[float, int]]:
    """(time_s, velocity) of every stroke in the MIDI file."""
    return [(float(time_s), int(velocity)) for time_s, velocity in measure_drummer.strokes(FESTIVAL / "drummer" / "perf.mid")]


def test_the_show_reads_without_a_fault() -> None:
    show = read_show(FESTIVAL)
    assert [song.id for song in show.songs] == ["salt-road", "lantern"]


def test_the_showpiece_has_what_a_finale_needs() -> None:
    song = read_show(FESTIVAL).songs[0]
    assert song.tempo_bpm == 330
    assert len(song.stems) >= 5
    assert [section.name for section in song.sections if section.is_vamp] == ["solo", "hold"]
    assert [section.name for section in song.sections if section.is_finale] == ["last hit"]


def test_the_whole_of_it_is_small() -> None:
    assert sum(file.stat().st_size for file in FESTIVAL.rglob("*") if file.is_file()) < 12e6


@pytest.mark.parametrize("song", SONGS, ids=lambda song: song.name)
def test_stems_are_equally_long_and_do_not_clip_alone_or_together(song: Path) -> None:
    sounds, gains_db, _ = measure.stems(song)
    assert len({len(sound) for sound in sounds.values()}) == 1
    for sound in sounds.values():
        assert -7 < measure.peak_db(sound) < -2
    assert -3 < measure.peak_db(measure.mixed(sounds, gains_db)) < -1


@pytest.mark.parametrize("song", SONGS, ids=lambda song: song.name)
def test_the_band_is_in_tune_with_a_440(song: Path) -> None:
    sounds, gains_db, samplerate = measure.stems(song)
    cents, _ = measure.cents_from_a440(measure.mixed(sounds, gains_db), samplerate)
    assert abs(cents) < 5


@pytest.mark.parametrize("song", SONGS, ids=lambda song: song.name)
def test_the_song_starts_and_ends_in_silence(song: Path) -> None:
    sounds, gains_db, samplerate = measure.stems(song)
    mix = measure.mixed(sounds, gains_db)
    assert measure.peak_db(mix[: samplerate // 4]) < -60
    assert measure.peak_db(mix[-samplerate // 10 :]) < -60


def test_the_showpiece_is_recorded_on_its_grid() -> None:
    song = FESTIVAL / "songs" / "salt-road"
    sounds, _, samplerate = measure.stems(song)
    beats_s = read_show(FESTIVAL).songs[0].beat_map.time_s
    assert np.diff(beats_s) == pytest.approx(60 / 330, abs=2e-6)
    attacks_ms = measure.attacks_ms(sounds["piano"], samplerate, beats_s)
    assert attacks_ms.size > 100
    assert abs(float(np.median(attacks_ms))) < 8


def test_the_vamp_goes_round_without_a_note_hanging_over_its_end() -> None:
    at = {name: (beat, beat + 4 * bars) for name, beat, bars in salt_road_band.first_beats()}
    start, end = at["solo"]
    for parts in salt_road_band.arrange().stems.values():
        for note in (note for part in parts for note in part.notes if start <= note.beat < end):
            assert note.beat + note.beats <= end


def test_the_beats_rise_and_every_bar_is_counted() -> None:
    beats = rows("beats.csv")
    for column in ("time_s", "drummer_s"):
        assert np.all(np.diff([float(row[column]) for row in beats]) > 0.1)
    counts = [int(row["beat_in_bar"]) for row in beats]
    assert counts[:-1] == [beat % 4 + 1 for beat in range(len(counts) - 1)]
    assert counts[-1] == 1


def test_the_drummer_plays_near_his_beats() -> None:
    times_s = np.array([time_s for time_s, _ in strokes_s()])
    off_ms = np.array([1000 * np.abs(times_s - float(row["drummer_s"])).min() for row in rows("beats.csv")])
    assert np.median(off_ms) < 6
    assert np.percentile(off_ms, 95) < 20


def test_he_scatters_about_his_beat_as_people_do() -> None:
    """People at these tempi: 7 to 17 ms, see docs/decisions/70-made-drummer.md."""
    beats_s = np.array([float(row["time_s"]) for row in rows("beats.csv")])[:336]
    played = measure_drummer.strokes(FESTIVAL / "drummer" / "perf.mid")
    assert 6.5 < measure_drummer.scatter_ms(beats_s, measure_drummer.placed_s(beats_s, played)) < 17


def test_what_is_heard_is_what_the_midi_says() -> None:
    audio, samplerate = soundfile.read(FESTIVAL / "drummer" / "audio.flac", always_2d=True, dtype="float32")
    loud_s = np.array([time_s for time_s, velocity in strokes_s() if velocity > 100 and time_s < 60])
    off_ms = measure.attacks_ms(audio, samplerate, loud_s)
    assert off_ms.size > 30
    assert abs(float(np.median(off_ms))) < 6


def test_the_parts_follow_one_another_and_fit_the_sections_of_the_song() -> None:
    bounds = [(row["name"], int(row["from_beat"]), int(row["to_beat"])) for row in rows("parts.csv")]
    assert bounds[0][1] == 0
    assert bounds[-1][2] == len(rows("beats.csv"))
    assert all(before[2] == after[1] for before, after in pairwise(bounds))
    beats = {name: end - start for name, start, end in bounds}
    bars = {section.name: section.length_bars for section in read_show(FESTIVAL).songs[0].sections}
    assert beats["band in"] == 4 * bars["intro"]
    assert beats["drive"] == 4 * (bars["A1"] + bars["A2"] + bars["bridge"] + bars["A3"])
    assert beats["at 330"] == 4 * bars["shout"]
    assert beats["solo"] == 2 * 4 * bars["solo"]
    assert beats["conductor"] == 4 * bars["way down"]


def test_he_drives_from_250_to_330_and_the_conductor_brings_him_to_120() -> None:
    beats_s = np.array([float(row["time_s"]) for row in rows("beats.csv")])
    part = {row["name"]: slice(int(row["from_beat"]), int(row["to_beat"])) for row in rows("parts.csv")}

    def bpm(name: str) -> float:
        return float(60 / np.diff(beats_s[part[name]]).mean())

    assert bpm("alone") == pytest.approx(250, rel=0.01)
    assert bpm("at 330") == pytest.approx(330, rel=0.01)
    assert bpm("solo") == pytest.approx(330, rel=0.01)
    assert 60 / (beats_s[part["hold"].start] - beats_s[part["hold"].start - 1]) == pytest.approx(120, rel=0.001)


def test_the_script_is_in_the_order_of_time_and_the_last_hit_comes_two_beats_after_its_cue() -> None:
    script = rows("script.csv")
    times_s = [float(row["time_s"]) for row in script]
    assert times_s == sorted(times_s)
    order = [row["command"] for row in script if row["command"] != "tap"]
    assert order == ["band-in", "next", "conduct", "hold", "finale"]
    assert float(rows("beats.csv")[-1]["time_s"]) - times_s[-1] == pytest.approx(2 * 60 / 120, abs=0.001)


def test_the_same_seed_gives_the_same_performance_as_the_one_that_is_bundled() -> None:
    _, hits = drummer.perform()
    bundled = strokes_s()
    assert len(hits) == len(bundled)
    assert [hit.velocity for hit in hits] == [velocity for _, velocity in bundled]
    assert [hit.time_s for hit in hits] == pytest.approx([time_s for time_s, _ in bundled], abs=2e-4)


def test_the_same_seed_gives_the_same_band() -> None:
    def bass() -> list[tuple[float, float, int, int]]:
        played = humanised(salt_road_band.arrange().bass, lambda beat: beat * 60 / 330, random.Random("bass"))
        return [(start_s, end_s, note.pitch, note.velocity) for start_s, end_s, note in played]

    assert bass() == bass()


def test_a_bar_that_is_not_full_is_refused() -> None:
    with pytest.raises(ValueError, match="bar 2 ends at beat"):
        phrase("A4/4 | A4/3")


def test_every_player_stays_within_8_ms_of_the_grid_and_within_the_piece() -> None:
    beat_s = 60 / salt_road.BPM
    end_beat = 4 * sum(bars for _, bars, *_ in salt_road.FORM)
    for parts in salt_road_band.arrange().stems.values():
        for part in parts:
            assert all(0 <= note.beat < end_beat for note in part.notes)
            written = sorted((note.beat, note.pitch) for note in part.notes)
            heard = humanised(part, lambda beat: beat * beat_s, random.Random(1))
            speaks_s = part.player.speaks_ms / 1000
            off_s = [start_s + speaks_s - beat * beat_s for (start_s, _, _), (beat, _) in zip(heard, written, strict=True)]
            assert max(map(abs, off_s)) < 0.008


def test_winds_breathe_one_note_at_a_time_within_their_range() -> None:
    ranges = {
        "alto": (49, 81),
        "tenor": (44, 76),
        "baritone": (36, 69),
        "trumpet": (52, 86),
        "trombone": (40, 72),
        "bass trombone": (34, 67),
    }
    stems = salt_road_band.arrange().stems
    for part in (part for name in ("saxes", "trumpets", "trombones") for part in stems[name]):
        low, high = ranges[part.player.name.rstrip(" 1234")]
        assert all(low <= note.pitch <= high for note in part.notes), part.player.name
        notes = sorted(part.notes, key=lambda note: note.beat)
        assert all(before.beat + before.beats <= after.beat + 0.05 for before, after in pairwise(notes)), part.player.name
