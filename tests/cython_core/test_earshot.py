"""Triggers on some drums only: what the rig cannot hear, it does not miss."""

import numpy as np
import pytest

from bench.feels import RATE_HZ, TICK, Feel, every, take
from cython_core.follower import Follower, Pulse

ROCK = Feel(4, (0, 2, 2.5), (1, 3), every(0.5, 4))
HALF_TIME = Feel(4, (0, 1.5), (2,), every(0.5, 4))
SHUFFLE = Feel(4, (0, 2, 2 + 2 / 3), (1, 3), (0, 2 / 3, 1, 1 + 2 / 3, 2, 2 + 2 / 3, 3, 3 + 2 / 3))
FUNK = Feel(4, (0, 0.75, 2.5), (1, 1.75, 3), every(0.25, 4))
BARE_HALF_TIME = Feel(4, (0,), (2,), ())
FEELS = {"rock": ROCK, "half-time": HALF_TIME, "shuffle": SHUFFLE, "funk": FUNK, "bare-half-time": BARE_HALF_TIME}


def only(strokes: np.ndarray, *kinds: str) -> np.ndarray:
    """The strokes on these kinds of drum."""
    kept = strokes.copy()
    for kind in {"kick", "snare", "cymbal"} - set(kinds):
        kept[kind] = 0
    return kept[kept["kick"] + kept["snare"] + kept["cymbal"] > 0]


def pulse_after(strokes: np.ndarray, told_bpm: float | None, frames: int) -> Pulse:
    return Follower(RATE_HZ, told_bpm, 4 if told_bpm else None).hear(strokes, frames // TICK * TICK)


def away_beats(feel: Feel, bpm: float, told_bpm: float | None, *kinds: str, bars: int = 12) -> float:
    """How far from the true place in the bar it is after so many bars, with these drums within earshot."""
    strokes = take(feel, bpm, bars)
    first, end = float(strokes["frame"][0]), float(strokes["frame"][0]) + bars * 4 * RATE_HZ * 60 / bpm
    pulse = pulse_after(only(strokes, *kinds), told_bpm, int(end))
    true = (int(end) // TICK * TICK - first) / RATE_HZ / 60 * bpm
    return float(abs((pulse.bar_beat - true + 2) % 4 - 2))


@pytest.mark.parametrize("bpm", [90, 130, 180])
@pytest.mark.parametrize("feel", FEELS.values(), ids=FEELS)
def test_a_kick_and_a_snare_are_enough(feel: Feel, bpm: float) -> None:
    assert away_beats(feel, bpm, 1.03 * bpm, "kick", "snare") < 0.1


@pytest.mark.parametrize("bpm", [90, 130])
def test_a_kick_and_a_snare_are_enough_where_nothing_was_told(bpm: float) -> None:
    assert away_beats(ROCK, bpm, None, "kick", "snare") < 0.1


def test_a_crash_pad_at_the_end_of_a_verse_makes_nobody_miss_the_hats() -> None:
    strokes = only(take(FUNK, 100, 24), "kick", "snare")
    crash = strokes[:1].copy()
    crash["frame"] = strokes["frame"][0] + 8 * 4 * RATE_HZ * 0.6
    crash["told_frame"] = np.ceil(crash["frame"])
    crash["kick"], crash["cymbal"] = 0, 1
    heard = np.sort(np.concatenate([strokes, crash]), order="told_frame")
    end = int(strokes["frame"][0] + 24 * 4 * RATE_HZ * 0.6)
    pulse = pulse_after(heard, 103, end)
    assert abs((pulse.bar_beat + 2) % 4 - 2) < 0.1
    assert pulse.confidence > 0.8


def test_a_new_song_takes_it_that_all_can_be_heard() -> None:
    strokes, all_ = only(take(ROCK, 120, 8), "kick", "snare"), take(ROCK, 120, 8)
    end = 8 * 4 * RATE_HZ // 2
    again, fresh = Follower(RATE_HZ, 124, 4), Follower(RATE_HZ, 124, 4)
    again.hear(strokes, end)
    fresh.hear(strokes[:0], end)
    later = all_.copy()
    later["frame"] += end
    later["told_frame"] += end
    for follower in (again, fresh):
        follower.tell(124, 4)
    assert again.hear(later, 2 * end) == fresh.hear(later, 2 * end)
