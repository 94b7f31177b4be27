"""What a drummer has played, known from both sides: changes of tempo are heard where they are made, and pauses bridged."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from cython_core.bar_pass import BarPass
from cython_core.onsets import ONSET, Look
from live_rig.following.hindsight import look_back, surest_course
from tests.playing import HAT, KICK, RATE_HZ, SNARE, Note, beats, rock

DRUMS = {KICK: (1.0, 0.0, 0.0), SNARE: (0.0, 1.0, 0.0), HAT: (0.0, 0.0, 1.0)}


def strokes(notes: list[Note]) -> NDArray[np.void]:
    """Notes as strokes that were told at once."""
    rows = [(time_s * RATE_HZ, force / 127, *DRUMS[note], round(time_s * RATE_HZ), Look.ONLY) for time_s, note, force in notes]
    return np.array(rows, ONSET)


@pytest.mark.parametrize("tempo_bpm", [100.0, None])
def test_a_leap_of_tempo_is_heard_where_it_is_made(tempo_bpm: float | None) -> None:
    true_s = beats((100, 32), (118, 32))
    course = look_back(strokes(rock(true_s, jitter_ms=5)), RATE_HZ, tempo_bpm, 4)
    number, found_s = course.beats(true_s[0] - 0.1, true_s[-1] + 0.1)
    assert len(found_s) == len(true_s)
    assert np.abs(found_s - true_s).max() < 0.025
    assert course.in_bar(number, found_s, 4)[np.arange(64), np.arange(64) % 4].min() > 0.9


def test_a_pause_is_bridged_in_time() -> None:
    true_s = beats((120, 64))
    played = [note for note in rock(true_s, jitter_ms=5) if not true_s[24] - 0.1 < note[0] < true_s[32] - 0.1]
    course = look_back(strokes(played), RATE_HZ, 120.0, 4)
    _, found_s = course.beats(true_s[0] - 0.1, true_s[-1] + 0.1)
    assert len(found_s) == len(true_s)
    assert np.abs(found_s - true_s).max() < 0.025


def test_what_follows_tells_where_the_bar_began() -> None:
    """First a beat of snare alone, which might be a one: the groove after it says that it was a four."""
    true_s = beats((110, 33))
    groove = [note for note in rock(true_s[1:]) if note[0] > true_s[1] - 0.1]
    fill = [(float(true_s[0]) + part * 15 / 110, SNARE, 90) for part in range(4)]
    course = look_back(strokes(sorted(fill + groove)), RATE_HZ, 110.0, 4)
    number, found_s = course.beats(true_s[0] - 0.1, true_s[-1] + 0.1)
    assert course.in_bar(number, found_s, 4)[np.arange(33), np.arange(3, 36) % 4].min() > 0.9


@given(st.integers(1, 4), st.integers(1, 4), st.data())
def test_no_course_is_more_probable_than_the_surest(rows: int, states: int, data: st.DataObject) -> None:
    part = st.floats(0, 1)
    belief = np.array(data.draw(st.lists(part, min_size=rows * states, max_size=rows * states))).reshape(rows, states)
    costs = np.array(data.draw(st.lists(st.floats(0, 20), min_size=states**2, max_size=states**2))).reshape(states, states)

    def worth(course: tuple[int, ...]) -> float:
        seen = sum(float(np.log(belief[at, state] + 1e-4)) for at, state in enumerate(course))
        return seen - sum(float(costs[change]) for change in itertools.pairwise(course))

    best = max(worth(course) for course in itertools.product(range(states), repeat=rows))
    assert worth(tuple(surest_course(belief, costs).tolist())) == pytest.approx(best)


def test_a_pass_takes_no_clock_and_no_bar_that_there_is_not() -> None:
    played = strokes(rock(beats((120, 8))))
    with pytest.raises(ValueError, match="samplerate_hz must lie in"):
        BarPass(played, 100, 4)
    with pytest.raises(ValueError, match=r"beats_per_bar must lie in 1\.\.12, not 13"):
        BarPass(played, RATE_HZ, 13)
