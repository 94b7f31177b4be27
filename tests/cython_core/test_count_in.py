"""Count-ins as drummers give them, and what is none."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cython_core.count_in import CountIn, CountInCall
from cython_core.onsets import ONSET, Look

SAMPLERATE_HZ = 48_000
TICK = 32
STICK, HAT, CRASH, KICK = (0.0, 0.3, 0.9), (0.0, 0.0, 1.0), (0.0, 0.0, 1.0), (1.0, 0.0, 0.0)
TOGETHER_S = 0.03  # what may be struck with the last click is waited for


Drum = tuple[float, float, float]
LATE_S = 0.038  # a second look is told so long after its stroke


def hear(count_in: CountIn, strokes: list[tuple[float, Drum]]) -> list[tuple[float, CountInCall]]:
    """Notes. Calls, each with the time in seconds at which it came."""
    return told(count_in, [(time_s, (time_s * SAMPLERATE_HZ, 0.6, *drum, 0, Look.ONLY)) for time_s, drum in strokes])


def looked_at_twice(
    count_in: CountIn, strokes: list[tuple[float, Drum, Drum]], strengths: tuple[float, ...] = (0.8,) * 9
) -> list[tuple[float, CountInCall]]:
    """Sound: what the first look takes each stroke for, and the second."""
    words = []
    for strength, (time_s, first, second) in zip(strengths, strokes, strict=False):
        frame = time_s * SAMPLERATE_HZ
        words.append((time_s, (frame, strength, *first, 0, Look.FIRST)))
        drums = [tuple(likely if place == drum else 0 for place in range(3)) for drum, likely in enumerate(second) if likely]
        words += [(time_s + LATE_S, (frame, strength, *drum, 0, Look.SECOND)) for drum in drums]
    return told(count_in, words)


def told(
    count_in: CountIn, words: list[tuple[float, tuple[float, ...]]], *, loud_from_s: float = 0.0, before_db: float = 0.0
) -> list[tuple[float, CountInCall]]:
    calls = []
    for tick in range(int((words[-1][0] + 1) * SAMPLERATE_HZ / TICK)):
        now = [row for time_s, row in words if tick * TICK <= time_s * SAMPLERATE_HZ < (tick + 1) * TICK]
        call = count_in.tick(np.array(now, ONSET), TICK, 0.0 if tick * TICK >= loud_from_s * SAMPLERATE_HZ else before_db)
        if call:
            calls.append(((tick + 1) * TICK / SAMPLERATE_HZ, call))
    return calls


@settings(deadline=None, max_examples=30)
@given(bpm=st.floats(41, 390), jitter=st.lists(st.floats(-0.02, 0.02), min_size=4, max_size=4))
def test_four_clicks_say_when_bar_one_falls(bpm: float, jitter: list[float]) -> None:
    beat_s = 60 / bpm
    clicks = [(0.3 + beat_s * (i + jitter[i]), STICK) for i in range(4)]
    [(when_s, call)] = hear(CountIn(SAMPLERATE_HZ), clicks)
    assert when_s == pytest.approx(clicks[3][0] + TOGETHER_S, abs=2 * TICK / SAMPLERATE_HZ)
    assert call.bpm == pytest.approx(bpm, rel=0.02)
    assert call.bar_one_frame / SAMPLERATE_HZ == pytest.approx(0.3 + 4 * beat_s, abs=0.05 * beat_s)


def test_a_count_of_two_bars_is_called_after_the_second() -> None:
    beat_s = 60 / 90
    clicks = [(0.3 + beat_s * beat, STICK) for beat in (0, 2, 4, 5, 6, 7)]
    [(_, call)] = hear(CountIn(SAMPLERATE_HZ, 4, 90), clicks)
    assert call.bpm == pytest.approx(90)
    assert call.bar_one_frame / SAMPLERATE_HZ == pytest.approx(0.3 + 8 * beat_s, abs=0.001)


@pytest.mark.parametrize(("beats_per_bar", "clicks"), [(2, 4), (3, 3), (4, 4), (5, 5)])
def test_a_count_is_a_bar_or_two_short_ones(beats_per_bar: int, clicks: int) -> None:
    [(when_s, _)] = hear(CountIn(SAMPLERATE_HZ, beats_per_bar), [(0.3 + 0.5 * i, STICK) for i in range(clicks + 2)])
    assert when_s == pytest.approx(0.3 + 0.5 * (clicks - 1) + TOGETHER_S, abs=0.01)


def test_eight_clicks_where_two_bars_are_agreed() -> None:
    [(when_s, _)] = hear(CountIn(SAMPLERATE_HZ, 4, bars=2), [(0.3 + 0.25 * i, STICK) for i in range(8)])
    assert when_s == pytest.approx(0.3 + 0.25 * 7 + TOGETHER_S, abs=0.01)


@pytest.mark.parametrize("beats", [(0, 2, 4, 5, 6, 7), (-4, 0, 2, 4, 5, 6, 7)])
def test_two_bars_may_begin_with_a_click_on_every_other_beat(beats: tuple[int, ...]) -> None:
    beat_s = 60 / 90
    clicks = [(3.3 + beat_s * beat, STICK) for beat in beats]
    [(_, call)] = hear(CountIn(SAMPLERATE_HZ, 4, 90, bars=2), clicks)
    assert call.bpm == pytest.approx(90)
    assert call.bar_one_frame / SAMPLERATE_HZ == pytest.approx(3.3 + 8 * beat_s, abs=0.001)


def test_where_two_bars_are_agreed_one_is_no_count() -> None:
    clicks = [(0.3 + beat * 60 / 90, STICK) for beat in (0, 4, 5, 6, 7)]
    assert hear(CountIn(SAMPLERATE_HZ, 4, 90, bars=2), clicks) == []


def test_a_click_that_bounces_counts_once() -> None:
    strokes = [(0.3 + 0.5 * i + bounce, STICK) for i in range(4) for bounce in (0, 0.03)]
    [(_, call)] = hear(CountIn(SAMPLERATE_HZ), strokes)
    assert call.bpm == pytest.approx(120, rel=0.01)


@pytest.mark.parametrize("bpm", [60, 120, 300])
@pytest.mark.parametrize("before_beats", [0.3, 0.5, 1.3, 2.0])
def test_a_knock_before_a_count_belongs_to_none(before_beats: float, bpm: float) -> None:
    beat_s = 60 / bpm
    clicks = [(3.0 + beat_s * beat, STICK) for beat in (-before_beats, 0, 1, 2, 3)]
    [(_, call)] = hear(CountIn(SAMPLERATE_HZ, 4, bpm), clicks)
    assert call.bar_one_frame / SAMPLERATE_HZ == pytest.approx(3.0 + 4 * beat_s, abs=0.001)


@pytest.mark.parametrize("rests", [False, True])
def test_a_roll_may_go_before_a_count_only_where_the_band_rests(rests: bool) -> None:
    strokes = [(1.0 + 0.055 * i, CRASH) for i in range(36)] + [(3.1 + 0.5 * i, STICK) for i in range(4)]
    calls = hear(CountIn(SAMPLERATE_HZ, 4, 120, rests=rests), strokes)
    assert [call.bar_one_frame / SAMPLERATE_HZ for _, call in calls] == ([pytest.approx(5.1, abs=0.001)] if rests else [])


@pytest.mark.parametrize(
    "strokes",
    [
        pytest.param([(0.3 + 0.5 * i, STICK) for i in range(3)], id="three clicks"),
        pytest.param([(0.3 + t, STICK) for t in (0, 0.5, 0.8, 1.5, 2.0, 2.2)], id="uneven clicks"),
        pytest.param([(0.3 + 0.5 * i, drum) for i, drum in enumerate((STICK, STICK, KICK, STICK, STICK))], id="a kick between"),
        pytest.param([*((0.3 + 0.5 * i, STICK) for i in range(3)), (1.8, HAT), (1.82, KICK)], id="three, and one"),
        pytest.param([*((0.3 + 0.5 * i, STICK) for i in range(3)), (1.8, KICK), (1.82, HAT)], id="three, and one, foot first"),
        pytest.param([(0.3, KICK), *((0.8 + 0.5 * i, STICK) for i in range(4))], id="a beat of the foot, and four of a hand"),
        pytest.param([(0.3 + t, STICK) for t in (0, 0.2, 0.5, 1.0, 1.5, 2.0)], id="four even strokes out of a groove"),
        pytest.param([(0.3 + 1.9 * i, STICK) for i in range(6)], id="clicks slower than any beat"),
    ],
)
def test_this_is_no_count(strokes: list[tuple[float, Drum]]) -> None:
    assert hear(CountIn(SAMPLERATE_HZ), strokes) == []


def test_a_count_at_twice_the_charts_tempo_is_none() -> None:
    assert hear(CountIn(SAMPLERATE_HZ, 4, 100), [(0.3 + 0.3 * i, STICK) for i in range(8)]) == []


CLICKS = [(0.3 + 0.5 * i, STICK, STICK) for i in range(3)]
THUMP, BOTH = (0.7, 0.4, 0.2), (0.96, 0.0, 0.9)


def test_a_bass_drum_under_a_hat_that_only_the_second_look_hears_is_no_click() -> None:
    assert looked_at_twice(CountIn(SAMPLERATE_HZ), [*CLICKS, (1.8, HAT, BOTH)]) == []


def test_what_rings_on_after_a_bass_drum_does_not_make_it_a_click() -> None:
    words = [(0.3 + 0.5 * i, ((0.3 + 0.5 * i) * SAMPLERATE_HZ, 0.8, *STICK, 0, Look.FIRST)) for i in range(3)]
    words += [(1.8, (1.8 * SAMPLERATE_HZ, 0.8, *HAT, 0, Look.FIRST))]
    words += [(1.838, (1.8 * SAMPLERATE_HZ, 0.8, 0.7, 0, 0, 0, Look.SECOND))]
    words += [(1.846, (1.81 * SAMPLERATE_HZ, 0.6, 0.1, 0, 0, 0, Look.SECOND))]
    assert told(CountIn(SAMPLERATE_HZ), words) == []


def test_three_clicks_and_drums_that_are_far_louder_are_a_count_that_lacks_one() -> None:
    words = [(0.3 + 0.5 * i, ((0.3 + 0.5 * i) * SAMPLERATE_HZ, 0.8, *STICK, 0, Look.FIRST)) for i in range(3)]
    words += [(1.8, (1.8 * SAMPLERATE_HZ, 0.8, *HAT, 0, Look.FIRST))]
    words += [(1.838, (1.8 * SAMPLERATE_HZ, 0.8, 0.9, 0, 0, 0, Look.SECOND))]
    [(_, call)] = told(CountIn(SAMPLERATE_HZ, 4, 120), words, loud_from_s=1.79, before_db=-20.0)
    assert call.is_late
    assert call.bar_one_frame / SAMPLERATE_HZ == pytest.approx(1.8, abs=0.001)
    assert call.bpm == pytest.approx(120, rel=0.01)


def test_a_click_that_the_first_look_takes_for_a_bass_drum_counts() -> None:
    [(_, call)] = looked_at_twice(CountIn(SAMPLERATE_HZ), [*CLICKS, (1.8, THUMP, (0.3, 1.0, 0.0))])
    assert call.bar_one_frame / SAMPLERATE_HZ == pytest.approx(2.3, abs=0.001)


def test_a_soft_click_counts_where_it_is_due() -> None:
    clicks = [*CLICKS, (1.8, STICK, STICK)]
    [(_, call)] = looked_at_twice(CountIn(SAMPLERATE_HZ), clicks, strengths=(0.8, 0.8, 0.5, 0.8))
    assert call.bar_one_frame / SAMPLERATE_HZ == pytest.approx(2.3, abs=0.001)


def test_what_the_room_says_between_clicks_is_none() -> None:
    clicks = [*CLICKS[:2], (1.05, STICK, STICK), CLICKS[2], (1.8, STICK, STICK)]
    [(_, call)] = looked_at_twice(CountIn(SAMPLERATE_HZ), clicks, strengths=(0.8, 0.8, 0.4, 0.8, 0.8))
    assert call.bar_one_frame / SAMPLERATE_HZ == pytest.approx(2.3, abs=0.001)


@pytest.mark.parametrize(("crowd_db", "counts"), [(-25.0, 1), (-3.0, 0)])
def test_a_crowd_before_a_count_is_silence_where_the_sticks_are_far_louder(crowd_db: float, counts: int) -> None:
    crowd = [(time_s, STICK) for time_s in (0.2, 0.5, 1.1, 1.3, 1.7, 2.2, 2.5, 2.7)]
    clicks = [(3.0 + 0.5 * i, STICK) for i in range(4)]
    words = [(time_s, (time_s * SAMPLERATE_HZ, 0.7, *drum, 0, Look.FIRST)) for time_s, drum in crowd + clicks]
    calls = told(CountIn(SAMPLERATE_HZ), words, loud_from_s=2.99, before_db=crowd_db)
    assert [call.bar_one_frame / SAMPLERATE_HZ for _, call in calls] == [pytest.approx(5.0, abs=0.001)] * counts


def test_a_click_with_a_grace_note_is_where_the_click_is() -> None:
    strokes = [(0.3 + 0.5 * i - grace_s, STICK, STICK) for i in range(4) for grace_s in (0.025, 0)]
    [(_, call)] = looked_at_twice(CountIn(SAMPLERATE_HZ), strokes, strengths=(0.4, 0.8) * 4)
    assert call.bar_one_frame / SAMPLERATE_HZ == pytest.approx(2.3, abs=0.001)
