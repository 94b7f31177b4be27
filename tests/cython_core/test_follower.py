"""The follower against drummers made of a few lines: what it finds, and that nothing it hears can break it."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cython_core.follower import Follower, Pulse
from cython_core.onsets import ONSET, Look

SAMPLERATE_HZ = 48_000
TICK = 32
KICK, SNARE, HAT = (1, 0, 0), (0, 1, 0), (0, 0, 1)
ROCK = ((0, KICK), (1, SNARE), (2, KICK), (3, SNARE), *((eighth / 2, HAT) for eighth in range(8)))
REGGAE = ((2, KICK), (2, SNARE), *((beat + 0.5, HAT) for beat in range(4)))
ODD = ((0, KICK), (0.5, SNARE), (1.5, KICK), (2.5, SNARE), (3.25, KICK), *((beat + 0.5, HAT) for beat in range(4)))
CHACARERA = (
    *((0, KICK), (2 / 3, SNARE), (1, HAT), (4 / 3, KICK), (2, KICK), (8 / 3, SNARE), (3, HAT), (10 / 3, KICK)),
    *((2 * triplet / 3, HAT) for triplet in range(6)),
)  # four triplets apart: a beat of sixteenths in three quarters of the tempo
WALTZ = ((0, KICK), (0, HAT), (1, HAT), (1, SNARE), (2, HAT), (2, SNARE))


def groove(beat_s, bars, pattern=ROCK, beats_per_bar=4, start_s=0.5):
    """A pattern played for so many bars, as ONSETs; `beat_s` is the time of a beat, or a function from beat to time."""
    at = beat_s if callable(beat_s) else lambda beat: beat * beat_s
    rows = [
        ((start_s + at(bar * beats_per_bar + beat)) * SAMPLERATE_HZ, 0.7 if drum != HAT else 0.45, *drum, 0, Look.ONLY)
        for bar in range(bars)
        for beat, drum in pattern
    ]
    onsets = np.array(rows, ONSET)
    onsets["told_frame"] = np.ceil(onsets["frame"])
    return np.sort(onsets, order="told_frame")


def listen(follower: Follower, onsets: np.ndarray, seconds: float) -> list[Pulse]:
    """The pulse after every tick."""
    pulses, at = [], 0
    for tick in range(int(seconds * SAMPLERATE_HZ / TICK)):
        first = at
        while at < len(onsets) and onsets["told_frame"][at] <= (tick + 1) * TICK:
            at += 1
        pulses.append(follower.tick(onsets[first:at], TICK))
    return pulses


def beat_errors(pulses: list[Pulse], beat_at, from_s: float, to_s: float) -> np.ndarray:
    """How far `beat` is from a beat (mod 1), every 10 ms."""
    errors = []
    for time_s in np.arange(from_s, to_s, 0.01):
        pulse = pulses[int(time_s * SAMPLERATE_HZ / TICK) - 1]
        away = pulse.beat - beat_at(time_s)
        errors.append(away - round(away))
    return np.array(errors)


@pytest.mark.parametrize("bpm", [45, 70, 100, 140, 190, 250, 330, 390])
def test_told_the_tempo_it_locks_to_a_steady_groove_at_any_tempo(bpm: int) -> None:
    beat_s = 60 / bpm
    pulses = listen(Follower(SAMPLERATE_HZ, bpm, 4), groove(beat_s, 10), 0.5 + 40 * beat_s)
    errors = beat_errors(pulses, lambda t: (t - 0.5) / beat_s, 0.5 + 16 * beat_s, 0.5 + 39 * beat_s)
    assert np.abs(errors).max() < 0.06
    assert abs(pulses[-1].bpm / bpm - 1) < 0.01
    assert pulses[-1].confidence > 0.8


@pytest.mark.parametrize("error", [-0.1, -0.05, 0.05, 0.1])
def test_a_told_tempo_may_be_a_tenth_off(error: float) -> None:
    pulses = listen(Follower(SAMPLERATE_HZ, 120 * (1 + error), 4), groove(0.5, 10), 20.0)
    assert np.abs(beat_errors(pulses, lambda t: (t - 0.5) / 0.5, 8, 20)).max() < 0.06


@pytest.mark.parametrize(("bpm", "told"), [(90, 0.7), (120, 0.7), (120, 1.43), (220, 0.7), (220, 1.43)])
def test_a_tempo_told_quite_wrong_that_is_no_half_or_double_is_left_within_eight_bars(bpm: int, told: float) -> None:
    beat_s = 60 / bpm
    pulses = listen(Follower(SAMPLERATE_HZ, bpm * told, 4), groove(beat_s, 12), 0.5 + 48 * beat_s)
    later = np.array([pulse.bpm for pulse in pulses[int((0.5 + 32 * beat_s) * SAMPLERATE_HZ / TICK) :]])
    assert np.abs(later / bpm - 1).max() < 0.04


@pytest.mark.parametrize("bpm", [60, 120, 300])
def test_with_a_drummer_like_a_machine_it_is_within_ten_milliseconds(bpm: int) -> None:
    beat_s = 60 / bpm
    pulses = listen(Follower(SAMPLERATE_HZ, bpm, 4), groove(beat_s, 16), 0.5 + 64 * beat_s)
    errors = beat_errors(pulses, lambda t: (t - 0.5) / beat_s, 0.5 + 16 * beat_s, 0.5 + 60 * beat_s)
    assert np.abs(errors).max() * beat_s < 0.010
    assert abs(errors.mean()) * beat_s < 0.007


@pytest.mark.parametrize("pattern", [REGGAE, ODD])
@pytest.mark.parametrize("bpm", [100, 190, 240])
def test_a_groove_of_his_own_is_no_reason_to_doubt_the_beat(pattern, bpm: int) -> None:
    beat_s = 60 / bpm
    onsets = np.concatenate([groove(beat_s, 2), groove(beat_s, 16, pattern, start_s=0.5 + 8 * beat_s)])
    pulses = listen(Follower(SAMPLERATE_HZ, bpm, 4), np.sort(onsets, order="frame"), 0.5 + 72 * beat_s)
    errors = beat_errors(pulses, lambda t: (t - 0.5) / beat_s, 0.5 + 8 * beat_s, 0.5 + 71 * beat_s)
    assert np.abs(errors).max() < 0.15
    assert pulses[-1].confidence > 0.9


@pytest.mark.parametrize("bars_of_rock", [1, 2])
@pytest.mark.parametrize("bpm", [96, 118, 130])
def test_triplets_in_the_tempo_told_are_not_taken_for_sixteenths_of_another(bpm: int, bars_of_rock: int) -> None:
    beat_s = 60 / bpm
    triplets = groove(beat_s, 16, CHACARERA, start_s=0.5 + 4 * bars_of_rock * beat_s)
    onsets = np.sort(np.concatenate([groove(beat_s, bars_of_rock), triplets]), order="frame")
    pulses = listen(Follower(SAMPLERATE_HZ, bpm, 4), onsets, 0.5 + 60 * beat_s)
    errors = beat_errors(pulses, lambda t: (t - 0.5) / beat_s, 0.5 + 8 * beat_s, 0.5 + 59 * beat_s)
    assert np.abs(errors).max() < 0.15


def test_an_intro_of_hats_goes_over_into_the_groove() -> None:
    beat_s = 0.6
    hats = groove(beat_s, 8, tuple((beat, HAT) for beat in range(4)))
    strokes = np.concatenate([hats, groove(beat_s, 8, ROCK, start_s=0.5 + 32 * beat_s)])
    pulses = listen(Follower(SAMPLERATE_HZ, 104, 4), strokes, 0.5 + 64 * beat_s)
    errors = beat_errors(pulses, lambda t: (t - 0.5) / beat_s, 0.5 + 8 * beat_s, 0.5 + 63 * beat_s)
    assert np.abs(errors).max() < 0.1


def test_it_finds_the_downbeat() -> None:
    pulses = listen(Follower(SAMPLERATE_HZ, 120, 4), groove(0.5, 10), 20.0)
    late = pulses[int(15.5 * SAMPLERATE_HZ / TICK) - 1]  # thirty beats after the first: beat 3 of a bar
    assert abs(late.bar_beat - 2) < 0.1
    assert late.bar_confidence > 0.7


def test_three_in_a_bar_is_counted_in_three() -> None:
    pulses = listen(Follower(SAMPLERATE_HZ, 150, 3), groove(0.4, 14, WALTZ, 3), 16.0)
    late = pulses[int((0.5 + 0.4 * 31) * SAMPLERATE_HZ / TICK) - 1]
    assert late.beats_per_bar == 3
    assert abs(late.bar_beat - 1) < 0.1


@pytest.mark.parametrize(("from_bpm", "to_bpm"), [(100, 140), (250, 330), (160, 110)])
def test_it_goes_along_with_an_accelerando(from_bpm: int, to_bpm: int) -> None:
    def tempo(beat):
        return from_bpm + (to_bpm - from_bpm) * np.clip((beat - 16) / 48, 0, 1)

    grid = np.arange(0, 96, 1 / 64)
    seconds = np.concatenate([[0], np.cumsum(60 / tempo(grid) / 64)])[:-1]
    onsets = groove(lambda beat: float(np.interp(beat, grid, seconds)), 22)
    end_s = 0.5 + seconds[-1] - 2
    pulses = listen(Follower(SAMPLERATE_HZ, from_bpm, 4), onsets, end_s)
    errors = beat_errors(pulses, lambda t: float(np.interp(t - 0.5, seconds, grid)), 0.5 + seconds[12 * 64], end_s - 0.1)
    assert np.abs(errors).max() < 0.12
    assert abs(pulses[-1].bpm / to_bpm - 1) < 0.03


@pytest.mark.parametrize("bars", [2, 4, 8])
def test_silence_holds_the_tempo_and_the_first_beat_back_is_right(bars: int) -> None:
    onsets = groove(0.5, 16 + bars)
    bar_of = (onsets["frame"] / SAMPLERATE_HZ - 0.5) // 2
    onsets = onsets[(bar_of < 8) | (bar_of >= 8 + bars)]
    pulses = listen(Follower(SAMPLERATE_HZ, 120, 4), onsets, 0.5 + 2 * (16 + bars))
    silence = beat_errors(pulses, lambda t: (t - 0.5) / 0.5, 0.5 + 16, 0.5 + 2 * (9 + bars))
    assert np.abs(silence).max() < 0.1


def test_it_tells_a_stop_from_a_rest() -> None:
    pulses = listen(Follower(SAMPLERATE_HZ, 120, 4), groove(0.5, 4), 40.0)
    assert pulses[int(8 * SAMPLERATE_HZ / TICK)].playing > 0.9
    assert pulses[-1].playing < 0.1


def test_no_beat_is_found_before_the_first_stroke() -> None:
    pulses = listen(Follower(SAMPLERATE_HZ, 120, 4), np.empty(0, ONSET), 1.0)
    assert not any(pulse.found for pulse in pulses)
    assert all(math.isfinite(value) for value in pulses[-1])


def test_between_strokes_the_beat_runs_on_without_a_lurch() -> None:
    onsets = groove(0.5, 8)
    pulses = listen(Follower(SAMPLERATE_HZ, 120, 4), onsets, 16.0)
    struck = {int(np.ceil(frame / TICK)) - 1 for frame in onsets["told_frame"]}
    steps = np.diff([pulse.beat for pulse in pulses])
    quiet = [step for tick, step in enumerate(steps, 1) if tick not in struck and tick > 12 * SAMPLERATE_HZ / TICK]
    assert np.ptp(quiet) < 0.005


@pytest.mark.parametrize("last_meter", [3, 4])
def test_telling_it_a_new_song_forgets_the_last_one(last_meter: int) -> None:
    again = Follower(SAMPLERATE_HZ, 90, last_meter)
    listen(again, groove(0.4, 6, ODD), 8.0)
    again.tell(120, 4)
    assert not again.tick(np.empty(0, ONSET), TICK).found
    for _ in range(3000):
        again.tick(np.empty(0, ONSET), TICK)
    onsets = groove(0.5, 10)
    offset = (3001 + int(8.0 * SAMPLERATE_HZ / TICK)) * TICK
    onsets["frame"] += offset
    fresh = listen(Follower(SAMPLERATE_HZ, 120, 4), groove(0.5, 10), 20.0)
    pulses = listen(again, onsets, 20.0)
    assert pulses[-1].bpm == pytest.approx(fresh[-1].bpm, rel=1e-6)
    assert pulses[-1].beat == pytest.approx(fresh[-1].beat, abs=1e-6)


NUMBER = st.floats(0, 1, width=32) | st.sampled_from([math.nan, math.inf, -math.inf, -1.0, 1e30])
STROKE = st.tuples(st.sampled_from([0.0, -600.0, 5.0, math.nan, 1e12, -1e12]), NUMBER, NUMBER, NUMBER, NUMBER)
BURSTS = st.lists(st.tuples(st.integers(0, 1400), st.lists(STROKE, min_size=1, max_size=4), st.integers(1, 8)), max_size=12)


@settings(max_examples=30, deadline=None)
@given(bpm=st.sampled_from([None, 40.0, 120.0, 400.0]), beats_per_bar=st.integers(1, 12), bursts=BURSTS)
def test_whatever_it_hears_every_pulse_is_a_number_in_its_range(bpm: float | None, beats_per_bar: int, bursts: list) -> None:
    follower = Follower(SAMPLERATE_HZ, bpm, beats_per_bar)
    heard = {tick: strokes * times for tick, strokes, times in bursts}
    for tick in range(1500):
        rows = [(tick * TICK + away, *rest, 0, Look.ONLY) for away, *rest in heard.get(tick, [])]
        pulse = follower.tick(np.array(rows, ONSET), TICK)
        assert all(math.isfinite(value) for value in pulse)
        assert 40 <= pulse.bpm <= 400
        assert 0 <= pulse.bar_beat < pulse.beats_per_bar
        assert all(0 <= share <= 1 for share in (pulse.confidence, pulse.bar_confidence, pulse.playing))


def test_a_stroke_in_every_tick_is_lived_through_and_forgotten_within_bars() -> None:
    flood = np.array([(tick * TICK, 0.5, 0.4, 0.4, 0.4, tick * TICK, Look.ONLY) for tick in range(6000)], ONSET)
    onsets = groove(0.5, 20, start_s=6.0)
    pulses = listen(Follower(SAMPLERATE_HZ, 120, 4), np.concatenate([flood, onsets]), 30.0)
    assert np.abs(beat_errors(pulses, lambda t: t / 0.5, 20, 30)).max() < 0.1


def test_the_same_strokes_give_the_same_bits() -> None:
    onsets = groove(0.4, 6)
    assert listen(Follower(SAMPLERATE_HZ, 150, 4), onsets, 9.0) == listen(Follower(SAMPLERATE_HZ, 150, 4), onsets, 9.0)


def test_asked_for_the_pulse_at_a_frame_it_hears_on_to_there_tick_by_tick() -> None:
    onsets, frame = np.sort(groove(0.4, 2), order="told_frame"), 3 * SAMPLERATE_HZ
    tick_by_tick, asked = listen(Follower(SAMPLERATE_HZ, 150, 4), onsets, 3.0), Follower(SAMPLERATE_HZ, 150, 4)
    assert asked.hear(onsets, frame // 2) == tick_by_tick[frame // 2 // TICK - 1]
    assert asked.hear(onsets, frame) == tick_by_tick[-1]
    with pytest.raises(ValueError, match="have been heard already"):
        asked.hear(onsets, frame)


SEVEN = (*((beat, KICK) for beat in (0, 3)), *((beat, SNARE) for beat in (2, 5, 6)), *((half / 2, HAT) for half in range(14)))


@pytest.mark.parametrize(("pattern", "beats"), [(SEVEN, 7), (WALTZ, 3)])
@pytest.mark.parametrize("bpm", [90, 160, 250])
def test_told_of_another_meter_it_keeps_the_beat_and_has_the_new_bar(pattern, beats: int, bpm: int) -> None:
    beat_s, changes_s = 60 / bpm, 0.5 + 32 * 60 / bpm
    follower = Follower(SAMPLERATE_HZ, bpm, 4)
    heard = len(listen(follower, groove(beat_s, 8), changes_s))
    follower.change_meter(beats, 0.0)
    strokes, at = np.sort(groove(beat_s, 8, pattern, beats, start_s=changes_s), order="told_frame"), 0
    for tick in range(heard, heard + int(8 * beats * beat_s * SAMPLERATE_HZ / TICK)):
        first = at
        while at < len(strokes) and strokes["told_frame"][at] <= (tick + 1) * TICK:
            at += 1
        pulse = follower.tick(strokes[first:at], TICK)
        bar_beat = (((tick + 1) * TICK / SAMPLERATE_HZ - changes_s) / beat_s) % beats
        away = (pulse.bar_beat - bar_beat + beats / 2) % beats - beats / 2
        assert pulse.beats_per_bar == beats
        assert pulse.confidence > 0.5
        assert abs(away) < 0.2, (tick + 1 - heard) * TICK / SAMPLERATE_HZ


@pytest.mark.parametrize("pattern", [REGGAE, ROCK])
@pytest.mark.parametrize("bpm", [70, 138, 300])
def test_what_was_counted_holds_from_the_first_bar_whatever_is_played_in_it(bpm: int, pattern: tuple) -> None:
    beat_s, one_s = 60 / bpm, 0.5 + 4 * 60 / bpm
    clicks = groove(beat_s, 1, tuple((beat, HAT) for beat in range(4)))
    follower = Follower(SAMPLERATE_HZ, bpm / 1.1, 4)
    heard = len(listen(follower, clicks, 0.51 + 3 * beat_s))
    follower.count_in(one_s * SAMPLERATE_HZ, bpm)
    strokes, at = np.sort(groove(beat_s, 4, pattern, start_s=one_s), order="told_frame"), 0
    for tick in range(heard, heard + int(16 * beat_s * SAMPLERATE_HZ / TICK)):
        first = at
        while at < len(strokes) and strokes["told_frame"][at] <= (tick + 1) * TICK:
            at += 1
        pulse = follower.tick(strokes[first:at], TICK)
        away = pulse.bar_beat - ((tick + 1) * TICK / SAMPLERATE_HZ - one_s) / beat_s
        assert abs(away - 4 * round(away / 4)) < 0.1
        assert abs(pulse.bpm / bpm - 1) < 0.05
        assert pulse.confidence > 0.35


def follow_until(follower: Follower, onsets: np.ndarray, until_s: float) -> Pulse:
    return follower.hear(onsets, round(until_s * SAMPLERATE_HZ))


@pytest.mark.parametrize(("bpm", "told"), [(120, 60), (190, 95), (260, 130), (100, 200), (75, 150)])
def test_shown_the_level_it_has_it_at_once_and_keeps_it(bpm: int, told: int) -> None:
    beat_s, onsets = 60 / bpm, groove(60 / bpm, 24)
    follower = Follower(SAMPLERATE_HZ, told, 4)
    before = follow_until(follower, onsets, 0.5 + 6.3 * beat_s)
    assert before.bpm == pytest.approx(told, rel=0.03)
    assert follower.hear_octave(bpm / told)
    pulses = [follow_until(follower, onsets, 0.5 + beat * beat_s) for beat in range(7, 92)]
    assert all(pulse.bpm == pytest.approx(bpm, rel=0.03) for pulse in pulses)
    assert all(abs(pulse.beat - round(pulse.beat)) < 0.1 for pulse in pulses)
    assert {round(pulse.bar_beat - beat) % 4 for beat, pulse in enumerate(pulses, 7)} in ({0}, {2})


@pytest.mark.parametrize("faster", [2.0, 0.5])
def test_what_is_said_and_taken_back_leaves_beat_bar_and_tempo_as_they_were(faster: float) -> None:
    bpm, onsets = 130, groove(60 / 130, 24)
    spoken_to, left_alone = Follower(SAMPLERATE_HZ, bpm, 4), Follower(SAMPLERATE_HZ, bpm, 4)
    for follower in (spoken_to, left_alone):
        follow_until(follower, onsets, 10.3)
    assert spoken_to.hear_octave(faster)
    assert follow_until(spoken_to, onsets, 16.1).bpm == pytest.approx(bpm * faster, rel=0.03)
    assert spoken_to.hear_octave(1 / faster)
    for time_s in (16.2, 17.0, 20.0, 30.0):
        pulse, unspoken = follow_until(spoken_to, onsets, time_s), follow_until(left_alone, onsets, time_s)
        assert pulse.bpm == pytest.approx(unspoken.bpm, rel=0.03)
        assert abs(math.remainder(pulse.bar_beat - unspoken.bar_beat, 4)) < 0.1


def test_no_level_is_heard_before_the_first_stroke_nor_where_nobody_plays() -> None:
    follower = Follower(SAMPLERATE_HZ, 250, 4)
    assert not follower.hear_octave(0.5)
    before = follow_until(follower, groove(60 / 250, 8), 4.0)
    assert not follower.hear_octave(2.0)
    assert follow_until(follower, groove(60 / 250, 8), 4.01).bpm == pytest.approx(before.bpm, rel=0.01)


@pytest.mark.parametrize("bars", [4, 20])
def test_said_in_a_silence_the_level_holds_for_what_comes_after_it(bars: int) -> None:
    beat_s = 60 / 160
    again_s = 0.5 + (8 + bars) * 4 * beat_s
    onsets = np.concatenate([groove(beat_s, 8), groove(beat_s, 12, start_s=again_s)])
    follower = Follower(SAMPLERATE_HZ, 80, 4)
    follow_until(follower, onsets, again_s - 0.4 * beat_s)
    assert follower.hear_octave(2.0)
    pulses = [follow_until(follower, onsets, again_s + beat * beat_s) for beat in range(4, 40)]
    assert all(pulse.bpm == pytest.approx(160, rel=0.03) for pulse in pulses)
    assert {round(pulse.bar_beat - beat) % 4 for beat, pulse in enumerate(pulses, 4)} == {0}
