"""A song as the transport needs it."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cython_core.chart import Chart

RATE_HZ = 48_000


def chart(bars: int = 8, beats_per_bar: int = 4, bpm: float = 120.0, pickup: int = 0) -> Chart:
    beats = bars * beats_per_bar + pickup
    frames = (np.arange(beats) * 60 / bpm + 0.5) * RATE_HZ
    in_bar = (np.arange(beats) - pickup) % beats_per_bar + 1
    return Chart(RATE_HZ, frames, in_bar, -pickup, [(0, bars * beats_per_bar, False, False)], bpm, beats_per_bar)


def test_beat_0_lies_where_the_map_says() -> None:
    assert chart().source(0) == 0.5 * RATE_HZ


@given(beat=st.floats(-50, 100))
def test_beyond_its_ends_the_map_goes_on_in_the_nearest_tempo(beat: float) -> None:
    assert abs(chart().source(beat) - (0.5 + beat * 0.5) * RATE_HZ) < 1e-3


@given(beat=st.floats(-20, 60), beats_per_bar=st.integers(2, 7), pickup=st.integers(0, 3))
def test_bar_lines_are_a_bar_apart_and_on_either_side_of_every_place(beat: float, beats_per_bar: int, pickup: int) -> None:
    song = chart(beats_per_bar=beats_per_bar, pickup=min(pickup, beats_per_bar - 1))
    before, after = song.bar_start(beat), song.next_bar(beat)
    assert before <= beat + 1e-6
    assert after >= beat - 1e-6
    assert after - before in (0, beats_per_bar)
    assert before % beats_per_bar == 0


def test_bars_are_counted_from_1_and_the_pickup_lies_before() -> None:
    song = chart(pickup=2)
    assert [song.bar(beat) for beat in (-1.0, 0.0, 3.9, 4.0, 31.0, 32.0)] == [0, 1, 1, 2, 8, 9]
