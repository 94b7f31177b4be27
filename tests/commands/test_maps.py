"""Into a song in minutes: beats found in the drums, or taken from another program; and given back to it."""

import csv
import re
from pathlib import Path

import mido
import numpy as np
import pytest
import soundfile

from live_rig.importers.any_map import read_map
from live_rig.paths import examples_dir
from live_rig.show.song import Song
from live_rig.show.store import read_show
from tests.commands.conftest import LiveRig
from tests.playing import HAT, KICK, SNARE, Note, beats, rock
from tests.show.conftest import make_show, write_sound

MAPS = Path(__file__).parents[1] / "data" / "maps"
FROM_S, LENGTH_S = 20.0, 22.0


@pytest.fixture
def show(live_rig: LiveRig, tmp_path: Path) -> Path:
    assert live_rig("new", tmp_path / "show").code == 0
    return tmp_path / "show"


def save_notes(path: Path, notes: list[Note]) -> None:
    """As a MIDI file."""
    track, ticks = mido.MidiTrack(), 0  # at 120 bpm there are 960 in a second
    for time_s, note, force in sorted(notes):
        track.append(mido.Message("note_on", channel=9, note=note, velocity=force, time=round(time_s * 960) - ticks))
        ticks = round(time_s * 960)
    mido.MidiFile(tracks=[track]).save(path)


@pytest.fixture
def silence(tmp_path: Path) -> Path:
    soundfile.write(tmp_path / "keys.wav", np.full(12 * 8000, 0.1), 8000)
    return tmp_path / "keys.wav"


def test_with_no_beats_given_they_are_found_in_the_drums_and_it_says_how_sure(
    live_rig: LiveRig, show: Path, tmp_path: Path
) -> None:
    folder = examples_dir() / "festival" / "drummer"
    drums, rate = soundfile.read(folder / "audio.flac")
    drums = drums[int(FROM_S * rate) : int((FROM_S + LENGTH_S) * rate)]
    soundfile.write(tmp_path / "kit.wav", drums, rate)
    soundfile.write(tmp_path / "keys.wav", np.full(int(LENGTH_S * 8000), 0.1), 8000)
    named = ["--id", "found", "--title", "Found", "--stem", f"keys={tmp_path / 'keys.wav'}"]
    added = live_rig("add-song", show, *named, "--tempo", "300", "--drums", tmp_path / "kit.wav")
    assert (added.code, added.said) == (0, "")
    bars, sure = map(int, re.search(r"Beats found: \d+ in (\d+) bars, sure of (\d+)", added.out).groups())
    assert sure > 0.9 * bars  # forwards and backwards they are the same
    (song,) = read_show(show).songs
    assert [stem.name for stem in song.stems] == ["keys"]
    with (folder / "beats.csv").open() as file:
        true = np.array([float(row["time_s"]) for row in csv.DictReader(file)]) - FROM_S
    true = true[(true > 0.5) & (true < LENGTH_S - 0.5)]
    near = [np.abs(song.beat_map.time_s - beat).min() for beat in true]
    assert np.mean(np.array(near) < 0.035) > 0.9


def test_a_bar_of_another_length_is_found_and_written(live_rig: LiveRig, show: Path, tmp_path: Path) -> None:
    """Rock with a kick after the three; bar 9 has two beats, bar 17 five."""
    lengths = [4] * 8 + [2] + [4] * 7 + [5] + [4] * 7
    count = np.concatenate([np.arange(length) for length in lengths])
    true_s = beats((120, len(count)))
    notes = []
    for place, on_s in zip(count.tolist(), true_s.tolist(), strict=True):
        notes += [(on_s, KICK if place in (0, 2) else SNARE, 100), (on_s, HAT, 80), (on_s + 0.25, HAT, 60)]
        notes += [(on_s + 0.25, KICK, 90)] if place == 2 else []
    save_notes(tmp_path / "kit.mid", notes)
    soundfile.write(tmp_path / "keys.wav", np.full(round((true_s[-1] + 0.5) * 8000), 0.1), 8000)
    named = ["--id", "song", "--title", "Song", "--stem", f"keys={tmp_path / 'keys.wav'}", "--drums", tmp_path / "kit.mid"]
    added = live_rig("add-song", show, *named, "--tempo", "120")
    assert (added.code, added.said) == (0, "")
    assert "Of another length: bar 9 (2 beats), 17 (5 beats)." in added.out
    (song,) = read_show(show).songs
    assert [song.beats_in(bar) for bar in range(1, 25)] == lengths
    first = int(np.abs(song.beat_map.time_s - true_s[0]).argmin())
    assert song.beat_map.beat_in_bar[first : first + len(count)].tolist() == (count + 1).tolist()


def test_bars_without_drums_are_counted_on_and_named(live_rig: LiveRig, show: Path, tmp_path: Path) -> None:
    """Keys from bar 1 to bar 16 of a song at 120, drums from bar 5 to bar 12."""
    soundfile.write(tmp_path / "keys.wav", np.full(32 * 44100, 0.1), 44100)
    save_notes(tmp_path / "kit.mid", rock(beats((120, 32), start_s=8.0)))
    named = ["--id", "song", "--title", "Song", "--stem", f"keys={tmp_path / 'keys.wav'}", "--drums", tmp_path / "kit.mid"]
    added = live_rig("add-song", show, *named, "--tempo", "120")
    assert (added.code, added.said) == (0, "")
    assert "Nothing is struck in bars 1, 2, 3, 4, 13, 14, 15, 16: they are counted on in the tempo beside them." in added.out
    (song,) = read_show(show).songs
    assert song.beat_map.time_s == pytest.approx(np.arange(64) / 2, abs=0.02)
    assert song.beat_map.beat_in_bar.tolist() == [1, 2, 3, 4] * 16


def test_drums_that_go_on_after_the_song_make_it_no_longer(live_rig: LiveRig, show: Path, silence: Path) -> None:
    """A song of 12 s, drums of 20."""
    soundfile.write(silence, np.full(12 * 44100, 0.1), 44100)
    sound, rate = soundfile.read(examples_dir() / "festival" / "drummer" / "audio.flac", frames=44100 * 20)
    soundfile.write(silence.with_name("kit.wav"), sound, rate)
    named = ["--id", "song", "--title", "Song", "--stem", f"keys={silence}", "--drums", silence.with_name("kit.wav")]
    assert live_rig("add-song", show, *named, "--tempo", "290").said == ""
    (song,) = read_show(show).songs
    assert 11.0 < song.beat_map.time_s[-1] < 12.0


def test_a_sound_without_a_beat_is_said_and_nothing_is_written(live_rig: LiveRig, show: Path, silence: Path) -> None:
    soundfile.write(silence, np.zeros(12 * 48000), 48000)
    asked = live_rig("add-song", show, "--id", "none", "--title", "None", "--stem", f"keys={silence}")
    assert asked.code == 2
    assert "No beat was found" in asked.said
    assert list((show / "songs").iterdir()) == []


def test_of_stems_that_is_heard_in_which_a_beat_is_heard_best(live_rig: LiveRig, show: Path, silence: Path) -> None:
    stems = ["--stem", f"keys={silence}", f"Mix={silence}", f"percussion={silence.with_name('shaker.wav')}"]
    soundfile.write(silence.with_name("shaker.wav"), np.zeros(48000), 48000)
    assert "listening to shaker.wav" in live_rig("add-song", show, "--id", "song", "--title", "Song", *stems).out


def test_a_stem_that_is_not_there_is_named(live_rig: LiveRig, show: Path, silence: Path) -> None:
    given = ["--stem", f"keys={silence}", "horns=horns.wav", "--drums", silence]
    asked = live_rig("add-song", show, "--id", "song", "--title", "Song", *given)
    assert asked.code == 2
    assert "it is not there (--stem horns=horns.wav). Check the name and the folder." in asked.said
    assert "listening" not in asked.out


@pytest.mark.parametrize(("drums", "why"), [("kit.wav", "There is no such file"), ("kit.txt", "no recording that can be read")])
def test_drums_that_cannot_be_heard_are_not_listened_to(
    live_rig: LiveRig, show: Path, silence: Path, drums: str, why: str
) -> None:
    silence.with_name("kit.txt").write_text("boom, chack")
    given = ["--stem", f"keys={silence}", "--drums", silence.with_name(drums)]
    asked = live_rig("add-song", show, "--id", "song", "--title", "Song", *given)
    assert (asked.code, asked.out) == (2, "")
    assert why in asked.said


def test_what_has_no_tempo_has_no_beat(live_rig: LiveRig, show: Path) -> None:
    piano = examples_dir() / "festival" / "songs" / "lantern" / "piano.ogg"
    asked = live_rig("add-song", show, "--id", "song", "--title", "Song", "--stem", f"piano={piano}")
    assert asked.code == 2
    assert f"No beat was found in it ({piano}). Give --drums FILE" in asked.said


@pytest.mark.parametrize("option", ["--beats", "--drums"])
def test_beats_that_are_given_or_found_say_themselves_where_bar_1_begins(
    live_rig: LiveRig, show: Path, silence: Path, option: str
) -> None:
    given = ["--stem", f"keys={silence}", option, silence, "--first-beat", "1"]
    asked = live_rig("add-song", show, "--id", "song", "--title", "Song", *given)
    assert asked.code == 2
    assert f"the beats say when bar 1 starts (--first-beat). Leave out either {option} or --first-beat" in asked.said


@pytest.mark.parametrize(
    ("name", "meter", "sections"), [("set.als", "4/4", ["Verse", "Chorus"]), ("two-tempi.mid", "3/4", ["verse", "chorus"])]
)
def test_a_song_comes_from_another_programs_file(
    live_rig: LiveRig, show: Path, silence: Path, name: str, meter: str, sections: list[str]
) -> None:
    stem = f"keys={silence}"
    added = live_rig("add-song", show, "--id", "song", "--title", "Song", "--stem", stem, "--beats", MAPS / name)
    assert (added.code, added.said) == (0, "")
    (song,) = read_show(show).songs
    assert (song.meter, [section.name for section in song.sections]) == (meter, sections)


def test_sections_come_from_reapers_regions(live_rig: LiveRig, show: Path, silence: Path) -> None:
    words = ["--id", "song", "--title", "Song", "--stem", f"keys={silence}"]
    assert live_rig("add-song", show, *words, "--beats", MAPS / "glide.rpp", "--marks", MAPS / "regions.csv").code == 0
    assert [section.name for section in read_show(show).songs[0].sections][:2] == ["Intro", "Solo, tenor"]


def test_names_are_no_beats(live_rig: LiveRig, show: Path, silence: Path) -> None:
    stem = f"keys={silence}"
    asked = live_rig("add-song", show, "--id", "a", "--title", "A", "--stem", stem, "--beats", MAPS / "sections.txt")
    assert asked.code == 2
    assert "no beats" in asked.said
    (listed := silence.with_name("regions.csv")).write_text("#;Name;Start;End;Length\nR1;Intro;0,5;8;7,5\n")
    assert "no beats" in live_rig("add-song", show, "--id", "a", "--title", "A", "--stem", stem, "--beats", listed).said


def test_what_is_exported_is_what_was_imported(live_rig: LiveRig, show: Path, silence: Path, tmp_path: Path) -> None:
    stem = f"keys={silence}"
    live_rig("add-song", show, "--id", "song", "--title", "Song", "--stem", stem, "--beats", MAPS / "set.als")
    exported = live_rig("export", show, "--song", "song", "--out", tmp_path / "out")
    assert (exported.code, exported.said) == (0, "")
    beats = read_show(show).songs[0].beat_map.time_s
    assert [beat.time_s for beat in read_map(tmp_path / "out/song.txt", 12.0).beats] == pytest.approx(beats, abs=1e-5)
    assert [beat.time_s for beat in read_map(tmp_path / "out/song.mid", 12.0).beats][: len(beats)] == pytest.approx(
        beats, abs=1e-4
    )
    assert mido.MidiFile(tmp_path / "out/song.mid").length > 0
    assert (tmp_path / "out/song.csv").read_text().startswith("time_s,beat_in_bar\n")


def written(folder: Path, meter: str, counts: list[int], lead_s: float, changes: str = "") -> Song:
    """A show with one song that counts so; its beats breathe."""
    song = make_show(folder) / "songs" / "caravan"
    times_s = lead_s + np.cumsum(0.3 + 0.02 * np.sin(np.arange(len(counts)))) - 0.3
    rows = [f"{time_s:.6f},{count}" for time_s, count in zip(times_s, counts, strict=True)]
    (song / "beats.csv").write_text("\n".join(["time_s,beat_in_bar", *rows]))
    sheet = (song / "song.toml").read_text().replace('"4/4"', f'"{meter}"').replace("120", "200")
    (song / "song.toml").write_text(sheet[: sheet.index("[[sections]]")] + changes)
    return read_show(folder).songs[0]


PICKUP_THEN_SEVEN = [4, *[1, 2, 3, 4] * 3, *[1, 2, 3, 4, 5, 6, 7] * 2, *[1, 2, 3] * 2]
CHANGES = '[[meters]]\nbar = 4\nmeter = "7/8"\n\n[[meters]]\nbar = 6\nmeter = "3/4"\n'


@pytest.mark.parametrize(
    ("meter", "counts", "lead_s", "changes", "bars_before"),
    [
        ("4/4", PICKUP_THEN_SEVEN, 0.5, CHANGES, 2),
        ("4/4", PICKUP_THEN_SEVEN, 0.0, CHANGES, 1),
        ("6/8", [1, 2] * 8, 0.4, "", 1),
        ("12/8", [1, 2, 3, 4] * 4, 3.1, "", 3),
        ("5/4", [1, 2, 3, 4, 5] * 4, 0.05, "", 0),
        ("7/8", [1, 2, 3, 4, 5, 6, 7] * 3, 8.0, "", 4),
    ],
)
def test_a_midi_file_of_the_beats_has_every_bar_in_its_meter(
    live_rig: LiveRig, tmp_path: Path, meter: str, counts: list[int], lead_s: float, changes: str, bars_before: int
) -> None:
    song = written(tmp_path / "friday", meter, counts, lead_s, changes)
    assert live_rig("export", tmp_path / "friday", "--song", "caravan", "--out", tmp_path / "out").code == 0
    found = read_map(tmp_path / "out/caravan.mid", float(song.beat_map.time_s[-1]) + 0.01).beats[-len(counts) :]
    assert [beat.time_s for beat in found] == pytest.approx(song.beat_map.time_s, abs=1e-5)
    pickup = counts.index(1)
    assert [beat.beat_in_bar for beat in found[pickup:]] == counts[pickup:]
    everything = read_map(tmp_path / "out/caravan.mid", float(song.beat_map.time_s[-1]) + 0.01)
    assert sum(beat.beat_in_bar == 1 for beat in everything.beats) == song.bars + bars_before
    file = mido.MidiFile(tmp_path / "out/caravan.mid")
    tempi = [60e6 / message.tempo for track in file.tracks for message in track if message.type == "set_tempo"]
    assert max(tempi) < 960  # what most programs can play


def test_in_the_map_that_was_played_every_round_of_a_vamp_has_its_one(live_rig: LiveRig, tmp_path: Path) -> None:
    show = make_show(tmp_path / "friday")  # "solo" is a vamp of two bars from bar 5 on
    write_sound(tmp_path / "drums.wav", length_s=20.0, samplerate_hz=48_000)
    (tmp_path / "script.csv").write_text("time_s,command,value\n0,section,solo\n0.1,start,\n10,next,\n")
    words = (
        "--song",
        "caravan",
        "--drums",
        tmp_path / "drums.wav",
        "--out",
        tmp_path / "out",
        "--script",
        tmp_path / "script.csv",
    )
    assert live_rig("render", show, *words, "--authority", "band", "--start", "command").code == 0
    played = ("--played", tmp_path / "out/trace.csv", "--out", tmp_path / "out")
    assert live_rig("export", show, "--song", "caravan", *played).code == 0
    found = read_map(tmp_path / "out/caravan-played.txt", 30.0)
    assert [beat.beat_in_bar for beat in found.beats] == [1, 2, 3, 4] * (len(found.beats) // 4)
    assert np.diff([beat.time_s for beat in found.beats]) == pytest.approx(0.5, abs=2e-3)
    assert [mark.name for mark in found.marks] == ["solo", "solo", "solo", "last hit"]
    assert read_map(tmp_path / "out/caravan-played.mid", 30.0).meter


@pytest.mark.parametrize(
    "cells", ["0,nan,120", "0,inf,120", "inf,1,120", f'0,"{"1" * 200_000}",120'], ids=lambda cells: cells[:9]
)
def test_a_trace_with_what_no_render_writes_is_refused(
    live_rig: LiveRig, show: Path, silence: Path, tmp_path: Path, cells: str
) -> None:
    stem = f"keys={silence}"
    live_rig("add-song", show, "--id", "song", "--title", "Song", "--stem", stem, "--beats", MAPS / "set.als")
    (tmp_path / "trace.csv").write_text(f"time_s,song_beat,tempo_bpm\n{cells}\n")
    refused = live_rig("export", show, "--song", "song", "--played", tmp_path / "trace.csv", "--out", tmp_path)
    assert refused.code == 2
    assert "This is no trace of a render" in refused.said


def test_the_beats_that_were_played_come_from_a_trace(live_rig: LiveRig, show: Path, silence: Path, tmp_path: Path) -> None:
    stem = f"keys={silence}"
    live_rig("add-song", show, "--id", "song", "--title", "Song", "--stem", stem, "--beats", MAPS / "set.als")
    rows = [f"{n / 100:.4f},{'' if n < 100 else (n - 100) / 100 * 2.2:},130" for n in range(600)]
    (tmp_path / "trace.csv").write_text("\n".join(["time_s,song_beat,tempo_bpm", *rows]))
    assert live_rig("export", show, "--song", "song", "--played", tmp_path / "trace.csv", "--out", tmp_path).code == 0
    found = read_map(tmp_path / "song-played.txt", 9.0).beats
    assert np.diff([beat.time_s for beat in found]) == pytest.approx(1 / 2.2, abs=1e-3)
    assert [beat.beat_in_bar for beat in found[:5]] == [1, 2, 3, 4, 1]
