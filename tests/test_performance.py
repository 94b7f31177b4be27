"""A whole performance, offline, listened to: the song is made of clicks, so that every beat of the band can be found."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import soundfile

from live_rig.conducting.script import Scripted
from live_rig.errors import ShowError
from live_rig.performance import Performance, Plan, Start, perform
from live_rig.rack.preset import Effect, Preset
from live_rig.show.beat_map import BeatMap
from live_rig.show.song import Song
from tests.playing import RATE_HZ, Note, Times, beats, clicks, rock, song


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stems are decoded into a cache of the test's own."""
    monkeypatch.setattr("live_rig.performance.cache_dir", lambda: tmp_path / "cache")


@pytest.fixture
def studio(tmp_path: Path) -> "Studio":
    return Studio(tmp_path)


class Studio:
    """Records a stem for a song, and plays it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def clicking(self, tune: Song) -> Song:
        """The song with a click on every beat."""
        t = np.arange(round(0.02 * RATE_HZ)) / RATE_HZ
        click = 0.8 * np.cos(2 * np.pi * 1500 * t) * np.exp(-t / 0.004)
        return self.recorded(tune, [(float(time_s), click) for time_s in tune.beat_map.time_s])

    def sounding(self, tune: Song) -> Song:
        """The song with one long note."""
        length = round((float(tune.beat_map.time_s[-1]) + 1.0) * RATE_HZ)
        return self.recorded(tune, [(0.0, 0.3 * np.sin(2 * np.pi * 220 * np.arange(length) / RATE_HZ))])

    def recorded(self, tune: Song, sounds: Sequence[tuple[float, npt.NDArray[np.float64]]]) -> Song:
        stem = np.zeros(round((float(tune.beat_map.time_s[-1]) + 2.0) * RATE_HZ))
        for time_s, sound in sounds:
            stem[round(time_s * RATE_HZ) :][: len(sound)] += sound
        soundfile.write(self.folder / "click.wav", stem, RATE_HZ, subtype="PCM_16")
        return tune.model_copy(update={"folder": self.folder})


def played(
    tune: Song, drummer: Sequence[Note] = (), says: Sequence[tuple[float, str, str]] = (), start: Start = "uninvited",
    *, length_s: float, authority: str = "drummer", latencies_s: tuple[float, float] = (0.0, 0.0)
) -> Performance:  # fmt: skip
    script = tuple(Scripted(*row) for row in says)
    into_s, out_s = latencies_s
    plan = Plan(
        tune, start=start, authority=authority, script=script, notes=tuple(drummer), input_latency_s=into_s,
        output_latency_s=out_s, blocks=(256,),
    )  # fmt: skip
    return perform(plan, np.zeros(round(length_s * RATE_HZ), np.float32))


def attacks(performance: Performance, bus: str = "band") -> Times:
    """When the clicks begin, in s: where the sound first passes a third of its peak nearby."""
    sound = np.abs(performance.buses[bus]).max(axis=0)
    found, at = [], 0
    while (above := np.flatnonzero(sound[at:] > 0.2)).size:
        start = at + int(above[0])
        found.append(start / RATE_HZ)
        at = start + round(0.06 * RATE_HZ)
    return np.asarray(found)


def apart_ms(found: Times, true: Times) -> npt.NDArray[np.float64]:
    """From each true beat to the nearest click, in ms."""
    return np.asarray([1e3 * (found[np.argmin(np.abs(found - beat))] - beat) for beat in true])


def happened(performance: Performance, what: str) -> list[float]:
    return [each["time_s"] for each in performance.happened if each["what"] == what]


# Time 0 is time 0 of the drums, at the ear


@pytest.mark.parametrize("latencies_s", [(0.0, 0.0), (0.003, 0.005), (0.010, 0.020)])
def test_the_band_sounds_with_the_drummer_whatever_the_latencies(studio: Studio, latencies_s: tuple[float, float]) -> None:
    plays = beats((130, 32))
    heard = played(studio.clicking(song(126)), rock(plays, jitter_ms=2), length_s=16, latencies_s=latencies_s)
    off_ms = apart_ms(attacks(heard), plays[12:])
    assert np.abs(off_ms).max() < 12
    assert abs(np.median(off_ms)) < 4


def test_all_buses_are_as_long_as_the_drums_and_the_tail(studio: Studio) -> None:
    heard = played(studio.clicking(song(120)), length_s=3, latencies_s=(0.01, 0.02))
    assert {bus.shape for bus in heard.buses.values()} == {(2, heard.buses["mix"].shape[1]), (1, heard.buses["mix"].shape[1])}
    assert heard.buses["mix"].shape[1] / RATE_HZ == pytest.approx(3 + 2 + 0.01 + 2 * 0.02, abs=0.001)


def test_the_drums_come_out_of_the_rig_when_the_latencies_and_the_block_say(studio: Studio) -> None:
    stroke = np.zeros(RATE_HZ, np.float32)
    stroke[4800] = 0.5
    plan = Plan(studio.clicking(song(120)), input_latency_s=0.003, output_latency_s=0.005, blocks=(64,))
    drums = perform(plan, stroke).buses["drums"][0]
    assert int(np.argmax(np.abs(drums))) == 4800 + 144 + 64 + 64 + 240  # in, the rack's block, the guard, out


def test_the_trace_is_the_line_that_is_heard(studio: Studio) -> None:
    plays = beats((130, 32))
    heard = played(studio.clicking(song(126)), rock(plays, jitter_ms=2), length_s=16, latencies_s=(0.003, 0.005))
    points = [point for point in heard.line.points if not np.isnan(point.song_beat)]
    times, songs = np.array([(point.time_s, point.song_beat) for point in points]).T
    on_beats = np.interp(np.arange(4, 28), songs, times)
    assert np.abs(apart_ms(attacks(heard), on_beats)).max() < 2


# In every meter

METERS = [("3/4", (3,)), ("5/4", (3, 2)), ("7/8", (4, 3)), ("6/8", (2,)), ("12/8", (4,))]  # and how a bar is grouped


@pytest.mark.parametrize(("meter", "groups"), METERS)
def test_a_piece_in_any_meter_is_played_from_its_count_to_its_end(studio: Studio, meter: str, groups: tuple[int, ...]) -> None:
    bpm, bars, beats_per_bar = 230, 4, sum(groups)
    counts = 4 if beats_per_bar == 2 else beats_per_bar
    tune = studio.clicking(song(bpm, f"head:{bars}", beats_per_bar=beats_per_bar).model_copy(update={"meter": meter}))
    counted = beats((bpm + 6, counts))
    plays = beats((bpm + 6, bars * beats_per_bar), start_s=0.5 + counts * 60 / (bpm + 6))
    drummer, first = clicks(counted), 0
    for length in groups * bars:
        drummer += rock(plays[first : first + length])
        first += length
    heard = played(tune, drummer, start="count-in", length_s=plays[-1] + 1.0)
    assert happened(heard, "came-in")[0] == pytest.approx(plays[0], abs=0.02)
    assert np.abs(apart_ms(attacks(heard), plays)).max() < 20
    assert len(attacks(heard)) == bars * beats_per_bar
    assert happened(heard, "ended")[0] == pytest.approx(plays[-1] + 60 / (bpm + 6), abs=0.03)


# What the drummer hears of the band


def test_alone_the_band_is_its_recording_to_the_bit_also_where_its_beats_breathe(studio: Studio) -> None:
    tune = song(120, "head:6")
    breath_s = 0.02 * np.sin(np.arange(24))
    tune = tune.model_copy(update={"beat_map": BeatMap.of(0.5 * np.arange(24) + 0.5 + breath_s, np.arange(24) % 4 + 1)})
    noise = np.random.default_rng(1).uniform(-0.2, 0.2, 13 * RATE_HZ)
    tune = studio.recorded(tune, [(0.0, noise)])
    heard = played(tune, start="command", authority="band", length_s=12.0).buses["band"][0]
    recorded, _ = soundfile.read(studio.folder / "click.wav", dtype="float32")
    at = np.flatnonzero(recorded == heard[2 * RATE_HZ])
    (begin,) = [start for start in at if np.array_equal(recorded[start:][:100], heard[2 * RATE_HZ :][:100])]
    np.testing.assert_array_equal(heard[2 * RATE_HZ : 11 * RATE_HZ], recorded[begin:][: 9 * RATE_HZ])


def test_four_clicks_of_the_sticks_and_the_band_is_there_on_the_one(studio: Studio) -> None:
    counted, plays = beats((120, 4)), beats((120, 16), start_s=2.5)
    tune = studio.clicking(song(116))
    heard = played(tune, clicks(counted) + rock(plays), start="count-in", length_s=10, latencies_s=(0.003, 0.005))
    assert attacks(heard)[0] == pytest.approx(plays[0], abs=0.02)


def test_a_jump_lands_its_first_click_on_the_bar_line(studio: Studio) -> None:
    heard = played(
        studio.clicking(song(120, "head:2 solo:2~ end:2")),
        says=[(12.5, "next", "")],
        start="command",
        authority="band",
        length_s=20,
    )
    found = attacks(heard)
    assert len(found) >= 30
    assert np.abs(np.diff(found)[:30] - 0.5).max() < 0.002


def test_a_hold_goes_on_sounding_and_the_last_hit_is_heard_two_beats_after_its_cue(studio: Studio) -> None:
    tune = studio.sounding(song(120, "head:4 hit:2!"))
    says = [(3.0, "hold", ""), (8.0, "finale", "")]
    heard = played(tune, says=says, start="command", authority="band", length_s=14, latencies_s=(0.0, 0.02))
    held = heard.buses["band"][0, 5 * RATE_HZ : 8 * RATE_HZ]
    loudness = np.sqrt(np.square(held.reshape(-1, RATE_HZ // 10)).mean(axis=1))
    assert loudness.min() > 0.1
    assert happened(heard, "last-hit")[0] == pytest.approx(9.0, abs=0.002)


def test_the_last_hits_own_attack_falls_two_beats_after_its_cue(studio: Studio) -> None:
    says = [(3.0, "hold", ""), (8.0, "finale", "")]
    heard = played(studio.clicking(song(120, "head:4 hit:2!")), says=says, start="command", authority="band", length_s=12)
    assert np.abs(attacks(heard) - 9.0).min() < 0.003


RESTS = [(3.0, "hold", ""), (8.0, "finale", "drummer")]
STROKE_S = 9.37


def test_the_last_hit_falls_with_the_drummers_own_stroke(studio: Studio) -> None:
    his = [(8.6, 42, 40), (STROKE_S, 49, 120), (STROKE_S + 0.2, 49, 120)]
    tune = studio.clicking(song(120, "head:4 hit:2!"))
    heard = played(tune, his, RESTS, "command", authority="band", length_s=12, latencies_s=(0.003, 0.005))
    after = attacks(heard)[attacks(heard) > 8.2]
    assert 0 <= after[0] - STROKE_S < 0.015
    assert happened(heard, "last-hit")[0] == pytest.approx(after[0], abs=0.003)
    assert after[1] - after[0] == pytest.approx(0.5, abs=0.003)  # it goes on from there, in the recording's own time


def test_the_struck_hit_goes_over_into_the_band_without_a_gap_or_a_step(studio: Studio) -> None:
    tune = studio.sounding(song(120, "head:4 hit:2!"))
    heard = played(tune, [(STROKE_S, 49, 120)], RESTS, "command", authority="band", length_s=12).buses["band"][0]
    hit = heard[round((STROKE_S + 0.005) * RATE_HZ) : round((STROKE_S + 1.0) * RATE_HZ)]
    loudness = np.sqrt(np.square(hit[: len(hit) // 480 * 480].reshape(-1, 480)).mean(axis=1))
    assert loudness.min() > 0.05
    assert np.abs(np.diff(hit)).max() < 0.05  # of a sine of 0.3 at 220 Hz it is 0.009


@pytest.mark.parametrize("word", ["stop", "cut-off"])
def test_a_stop_in_the_moment_in_which_the_band_goes_on_with_a_stroke_stops_that_too(studio: Studio, word: str) -> None:
    tune = studio.sounding(song(120, "head:8 out:8"))
    says = [(0.5, "take", ""), (3.0, "hold", ""), (STROKE_S + 0.08, "next", ""), (STROKE_S + 0.08, word, "")]
    heard = played(tune, [(STROKE_S, 36, 120)], says, "command", authority="band", length_s=12)
    (stopped_s,) = happened(heard, "stopped")
    assert stopped_s < STROKE_S + 0.3
    assert not heard.buses["band"][:, round((stopped_s + 0.05) * RATE_HZ) :].any()


@pytest.mark.parametrize(
    ("rate_hz", "block"), [(48_000, 8192), (96_000, 8192), (192_000, 8192), (48_000, 19_200), (192_000, 24_576)]
)
def test_long_blocks_miss_nothing_of_the_band_at_any_rate(studio: Studio, rate_hz: int, block: int) -> None:
    plan = Plan(studio.sounding(song(120, "head:2")), start="command", authority="band", samplerate_hz=rate_hz, blocks=(block,))
    performance = perform(plan, np.zeros(3 * rate_hz, np.float32))
    assert performance.counts["band_frames_missing"] == 0
    heard = performance.buses["band"][0, rate_hz // 2 : 3 * rate_hz]
    loudness = np.sqrt(np.square(heard[: len(heard) // 4800 * 4800].reshape(-1, 4800)).mean(axis=1))
    assert loudness.min() > 0.1


def test_how_far_they_are_apart_is_not_told_while_the_last_hit_rings(studio: Studio) -> None:
    plays = beats((120, 30))
    tune = studio.clicking(song(120, "head:4 hit:4!"))
    heard = played(tune, rock(plays), [(3.0, "hold", ""), (8.0, "finale", "")], "command", authority="conductor", length_s=14)
    (hit_s,) = happened(heard, "last-hit")
    told_s = [each.time_s for each in heard.line.points if not np.isnan(each.asynchrony_ms)]
    assert told_s[0] < 3.0  # while they play together
    assert max(told_s) < hit_s
    assert max(each.confidence for each in heard.line.points if each.time_s > hit_s) > 0.5  # he plays on, and is known


def test_no_stroke_is_the_last_hit_before_the_band_rests(studio: Studio) -> None:
    says = [(5.1, "finale", "drummer")]
    his = [(5.4, 49, 127), (7.5, 49, 127)]
    heard = played(studio.clicking(song(120, "head:8 hit:2!")), his, says, "command", authority="band", length_s=9)
    (hit_s,) = happened(heard, "last-hit")
    assert 0 <= hit_s - 7.5 < 0.01


def test_after_the_cut_off_there_is_silence(studio: Studio) -> None:
    heard = played(studio.sounding(song(120)), says=[(3.1, "cut-off", "")], start="command", authority="band", length_s=5)
    (cut_s,) = happened(heard, "stopped")
    assert not heard.buses["band"][:, round((cut_s + 0.05) * RATE_HZ) :].any()


def test_a_drummer_who_stops_leaves_the_band_playing(studio: Studio) -> None:
    plays = beats((132, 24))
    heard = played(studio.clicking(song(126)), rock(plays, jitter_ms=2), length_s=20)
    after = attacks(heard)[attacks(heard) > plays[-1] + 1]
    assert len(after) > 12
    assert np.median(np.diff(after)) == pytest.approx(60 / 132, rel=0.015)


def test_silence_is_lived_through_and_the_band_stays_away(studio: Studio) -> None:
    heard = played(studio.clicking(song(120)), length_s=8)
    assert not heard.buses["mix"].any()
    assert happened(heard, "came-in") == []


# Where a drummer comes from


def test_a_kit_of_more_notes_than_can_wait_is_heard_to_its_end(studio: Studio) -> None:
    plays = beats((240, 400))
    notes = tuple(rock(plays))
    assert len(notes) > 1024
    plan = Plan(studio.clicking(song(240)), start="command", script=(Scripted(1e3, "start", ""),), notes=notes, blocks=(512,))
    heard = perform(plan, silence(102))
    last = [point.confidence for point in heard.line.points if plays[-20] < point.time_s < plays[-1]]
    assert min(last) > 0.5


def test_the_same_performance_twice_is_the_same_to_the_bit(studio: Studio) -> None:
    plan = Plan(studio.clicking(song(126)), notes=tuple(rock(beats((130, 12)), jitter_ms=4)), blocks=(64,))
    first, again = perform(plan, silence(6)), perform(plan, silence(6))
    for name, bus in first.buses.items():
        np.testing.assert_array_equal(bus, again.buses[name])


def test_a_command_that_one_song_alone_cannot_carry_out_is_refused_with_its_time(studio: Studio) -> None:
    plan = replace(Plan(studio.clicking(song(120))), script=(Scripted(2.5, "next-song", ""),))
    with pytest.raises(ShowError, match=r'"next-song" is not for one song alone \(script, 2.5 s\)'):
        perform(plan, silence(1))


def test_a_place_that_the_song_has_not_is_refused_with_its_time(studio: Studio) -> None:
    plan = replace(Plan(studio.clicking(song(120))), script=(Scripted(2.5, "section", "solo"),))
    with pytest.raises(ShowError, match=r'"Tune" has no section "solo" \(script, 2.5 s\)'):
        perform(plan, silence(1))


def silence(length_s: float) -> npt.NDArray[np.float32]:
    return np.zeros(round(length_s * RATE_HZ), np.float32)


# Presets that the song brings


@pytest.mark.parametrize("block", [64, 512])
def test_a_sections_preset_begins_on_its_bar_line_and_goes_with_a_jump(studio: Studio, block: int) -> None:
    tune = studio.clicking(song(120, "head:2 solo:2 out:4"))
    sections = tuple(each.model_copy(update={"preset": "down" if each.name == "solo" else "up"}) for each in tune.sections)
    presets = {"up": Preset("up", "", "", (Effect("Gain"),)), "down": Preset("down", "", "", (Effect("Invert"),))}
    plan = Plan(
        tune.model_copy(update={"sections": sections}),
        start="command",
        authority="band",
        script=(Scripted(9.0, "section", "solo"),),  # while it is in out: back on the next bar line
        preset=presets["up"],
        presets=presets,
        blocks=(block,),
    )
    tone = (0.2 * np.sin(2 * np.pi * 250 * np.arange(16 * RATE_HZ) / RATE_HZ)).astype(np.float32)
    heard = perform(plan, tone)
    late = block + 64  # the rack's block, and the guard
    way_up = np.sign(np.convolve(heard.buses["drums"][0][late:][: len(tone)] * tone[: len(tone)], np.ones(192), "same"))
    times, beats_ = np.array([(p.time_s, p.song_beat) for p in heard.line.points if np.isfinite(p.song_beat)]).T
    jump = int(np.flatnonzero(np.diff(beats_) < -1)[0])
    lines_s = [float(np.interp(beat, beats_[:jump], times[:jump])) for beat in (8, 16)] + [float(times[jump + 1])]
    lines_s.append(float(np.interp(16, beats_[jump + 1 :], times[jump + 1 :])))
    turned_s = np.flatnonzero(np.diff(way_up)) / RATE_HZ  # in the middle of the crossfade
    assert turned_s == pytest.approx(lines_s, abs=0.008 + block / RATE_HZ)
