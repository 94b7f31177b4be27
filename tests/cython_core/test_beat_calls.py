"""Beats called before they fall, for listeners who need them sooner or later."""

import numpy as np
import pytest

from cython_core.beat_calls import BeatCalls
from cython_core.follower import Follower
from cython_core.onsets import ONSET

RATE_HZ = 48_000
BEATS = 32


def played() -> np.ndarray:
    """Kick and snare at 132 bpm, a little uneven, as pads tell them."""
    frames = 24_000 + np.arange(BEATS) * RATE_HZ * 60 / 132 + np.random.default_rng(4).normal(0, 300, BEATS)
    onsets = np.zeros(BEATS, ONSET)
    onsets["frame"], onsets["told_frame"], onsets["strength"] = frames, np.ceil(frames), 0.8
    onsets["kick"][::2] = onsets["snare"][1::2] = 1
    return onsets


def test_one_follower_calls_for_several_listeners_as_one_for_each_would() -> None:
    until = int(played()["frame"][-1])
    both = BeatCalls(Follower(RATE_HZ, 132, 4), 0.02, 0.07).hear_for_each(played(), until)
    alone = [BeatCalls(Follower(RATE_HZ, 132, 4), lead_s).hear(played(), until) for lead_s in (0.02, 0.07)]
    for calls, by_itself in zip(both, alone, strict=True):
        np.testing.assert_array_equal(calls, by_itself)


@pytest.mark.parametrize("lead_s", [0.0, 0.02, 0.07, 0.3])
def test_no_beat_is_called_later_than_promised(lead_s: float) -> None:
    calls = BeatCalls(Follower(RATE_HZ, 132, 4), lead_s).hear(played(), int(played()["frame"][-1]))
    assert len(calls) > BEATS // 2
    assert np.all(calls["beat_frame"] - calls["told_frame"] >= lead_s * RATE_HZ - 1e-6)


def test_more_than_four_leads_are_refused() -> None:
    with pytest.raises(ValueError, match="at most 4"):
        BeatCalls(Follower(RATE_HZ), 0.01, 0.02, 0.03, 0.04, 0.05)
