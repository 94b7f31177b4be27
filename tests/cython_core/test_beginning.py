"""The first stroke is beat 1, unless it was a knock before the song."""

import numpy as np
import pytest

from bench.feels import RATE_HZ, TICK, Feel, every, take
from cython_core.follower import Follower, Pulse
from cython_core.onsets import ONSET, Look

ROCK = Feel(4, (0, 2, 2.5), (1, 3), every(0.5, 4))
SWUNG = Feel(4, (0, 2.5), (3,), (0, 1, 1 + 2 / 3, 2, 3, 3 + 2 / 3))
BARE = Feel(4, (0,), (2,), ())
BPM = 100.0


def after_bars(
    bars: int, feel: Feel, knocked_before_beats: tuple[float, ...] = (), strength: float = 0.7
) -> tuple[Pulse, float]:
    """The pulse, and the true beat there, after so many bars, told 4 % off, with knocks on the snare before the first."""
    strokes, beat_frames = take(feel, BPM, bars), RATE_HZ * 60 / BPM
    later = 5 * beat_frames
    strokes["frame"] += later
    strokes["told_frame"] += int(later)
    first = strokes["frame"][0]
    knocks = np.zeros(len(knocked_before_beats), ONSET)
    knocks["frame"] = [first - beats * beat_frames for beats in sorted(knocked_before_beats, reverse=True)]
    knocks["told_frame"] = np.ceil(knocks["frame"])
    knocks["strength"], knocks["snare"], knocks["look"] = strength, 1, Look.ONLY
    end = int(first + bars * 4 * beat_frames) // TICK * TICK
    pulse = Follower(RATE_HZ, 1.04 * BPM, 4).hear(np.concatenate([knocks, strokes]), end)
    return pulse, (end - first) / beat_frames


def away_beats(beat: float, true: float, round_beats: float) -> float:
    """How far apart, where whole bars (or beats) are the same."""
    return abs((beat - true + round_beats / 2) % round_beats - round_beats / 2)


@pytest.mark.parametrize("before", [(0.4,), (0.7,), (1.3,), (1.6,), (2.45,), (3.55,), (4.8,), (3.4, 1.6)], ids=str)
def test_after_a_knock_the_drummer_begins_where_he_begins(before: tuple[float, ...]) -> None:
    pulse, true = after_bars(3, ROCK, before)
    assert away_beats(pulse.beat, true, 1) < 0.1
    assert away_beats(pulse.bar_beat, true, 4) < 0.1


@pytest.mark.parametrize("fill", [(1, 0.75, 0.5, 0.25), (1, 0.5), (1, 2 / 3, 1 / 3)], ids=str)
def test_a_fill_from_the_last_beat_leads_to_beat_one(fill: tuple[float, ...]) -> None:
    pulse, true = after_bars(2, SWUNG, fill)
    assert away_beats(pulse.bar_beat, true, 4) < 0.1


def test_a_whisper_in_a_quiet_room_is_less_believed_than_a_stroke() -> None:
    pulse, true = after_bars(1, ROCK, (0.7,), strength=0.05)
    assert away_beats(pulse.bar_beat, true, 4) < 0.1


@pytest.mark.parametrize("feel", [ROCK, BARE], ids=["rock", "kick-on-one-snare-on-three"])
def test_a_drummer_who_begins_at_once_is_believed_at_once_and_to_the_end(feel: Feel) -> None:
    for bars in (1, 2, 8, 16):
        pulse, true = after_bars(bars, feel)
        assert away_beats(pulse.bar_beat, true, 4) < 0.1
