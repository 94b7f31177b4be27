"""Recording time and beat number are two names of one place."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_rig.show.beat_map import BeatMap

BEAT_LENGTHS_S = st.lists(st.floats(0.1, 3.0), min_size=1, max_size=200)


@st.composite
def beat_maps(draw: st.DrawFn) -> BeatMap:
    lengths_s = draw(BEAT_LENGTHS_S)
    beats_per_bar, pickup = draw(st.integers(2, 8)), draw(st.integers(0, 1))
    times_s = draw(st.floats(0.0, 30.0)) + np.concatenate([[0.0], np.cumsum(lengths_s)])
    return BeatMap.of(times_s, [(n - pickup) % beats_per_bar + 1 for n in range(len(times_s))])


@given(beat_map=beat_maps(), beat=st.floats(-50, 500))
def test_a_beat_is_found_again_at_its_time(beat_map: BeatMap, beat: float) -> None:
    assert beat_map.beat_at(beat_map.time_at(beat)) == pytest.approx(beat, abs=1e-6)


@given(beat_map=beat_maps(), time_s=st.floats(-30, 1000))
def test_a_time_is_found_again_at_its_beat(beat_map: BeatMap, time_s: float) -> None:
    assert beat_map.time_at(beat_map.beat_at(time_s)) == pytest.approx(time_s, abs=1e-6)


@given(beat_map=beat_maps())
def test_every_mapped_beat_is_exact_both_ways(beat_map: BeatMap) -> None:
    for beat, time_s in zip(beat_map.beat, beat_map.time_s, strict=True):
        assert beat_map.time_at(beat) == time_s
        assert beat_map.beat_at(time_s) == beat


@given(beat_map=beat_maps(), beats=st.tuples(st.floats(-50, 500), st.floats(-50, 500)))
def test_a_later_beat_is_later_in_the_recording(beat_map: BeatMap, beats: tuple[float, float]) -> None:
    sooner, later = sorted(beats)
    assert beat_map.time_at(sooner) <= beat_map.time_at(later)


def test_beat_0_is_the_first_downbeat_and_pickups_are_negative() -> None:
    beat_map = BeatMap.of([0.0, 0.5, 1.0, 1.5, 2.0, 2.5], [3, 4, 1, 2, 3, 4])
    assert list(beat_map.beat) == [-2, -1, 0, 1, 2, 3]
    assert beat_map.time_at(0) == 1.0


def test_beyond_its_ends_the_nearest_tempo_goes_on() -> None:
    beat_map = BeatMap.of([1.0, 1.5, 2.5], [1, 2, 3])
    assert beat_map.time_at(-2) == 0.0
    assert beat_map.time_at(4) == 4.5


def test_one_long_held_beat_does_not_move_the_median_tempo() -> None:
    assert BeatMap.of([0.0, 0.5, 1.0, 4.0, 4.5], [1, 2, 3, 4, 1]).median_bpm == 120


@pytest.mark.parametrize(("beats", "bars"), [(4, 1), (5, 2), (8, 2), (9, 3)])
def test_a_bar_with_any_beat_is_a_bar(beats: int, bars: int) -> None:
    beat_map = BeatMap.of(np.arange(beats) * 0.5, np.arange(beats) % 4 + 1)
    assert beat_map.bars() == bars


def test_nobody_can_move_a_beat() -> None:
    beat_map = BeatMap.of([0.0, 0.5], [1, 2])
    with pytest.raises(ValueError, match="read-only"):
        beat_map.time_s[0] = 7.0
