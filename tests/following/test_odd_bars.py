"""Bars of another length are found where the drummer's own bar comes round elsewhere."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cython_core.onsets import ONSET, Look
from live_rig.following.odd_bars import PARTS, beats_played, surest_count

BARS = 16


@given(seed=st.integers(0, 2**16), beats_per_bar=st.integers(3, 7), odd_bar=st.integers(4, BARS - 6), data=st.data())
def test_a_bar_that_ends_early_or_goes_on_is_found_in_whatever_comes_round(
    seed: int, beats_per_bar: int, odd_bar: int, data: st.DataObject
) -> None:
    beats = data.draw(st.integers(2, beats_per_bar + 1))
    bar = np.random.default_rng(seed).random((beats_per_bar, 3 * PARTS)) < 0.3
    lengths = [beats_per_bar] * BARS
    lengths[odd_bar] = beats
    place = np.concatenate([np.minimum(np.arange(length), beats_per_bar - 1) for length in lengths])
    assert surest_count(bar[place].astype(float), 0, beats_per_bar).tolist() == place.tolist()


@given(seed=st.integers(0, 2**16), first=st.integers(0, 3), wrong=st.floats(0, 0.1))
def test_regular_bars_are_counted_through_whatever_is_left_out(seed: int, first: int, wrong: float) -> None:
    random = np.random.default_rng(seed)
    bar = random.random((4, 3 * PARTS)) < 0.2
    place = (np.arange(4 * BARS) + first) % 4
    played = bar[place] & (random.random((4 * BARS, 3 * PARTS)) >= wrong)
    played[20:28] = False  # a pause
    assert surest_count(played.astype(float), first, 4).tolist() == place.tolist()


def test_a_stroke_between_two_parts_of_a_beat_is_shared() -> None:
    strokes = np.array([(frame, 0.8, 1.0, 0.0, 0.0, frame, Look.ONLY) for frame in (1000.0, 2062.5, 9000.0)], ONSET)
    played = beats_played(strokes, 1000.0, np.array([1.0, 2.0, 3.0])).reshape(3, PARTS, 3)
    assert played[0, 0].tolist() == [1, 0, 0]
    assert played[1, :2, 0] == pytest.approx([0.25, 0.75])
    assert played.sum() == pytest.approx(2)
