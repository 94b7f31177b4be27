"""What the follower heard, believed and called, moment by moment, in one recording: for looking at afterwards."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cython_core.beat_calls import CALL, BeatCalls
from cython_core.follower import Follower, Hypothesis, Pulse
from cython_core.onsets import ONSET
from cython_core.onsets import Look as StrokeLook
from cython_core.tick import TICK
from live_rig.following.recording import Recording

LOOK_TICKS = 75  # between two looks: 50 ms at 48 kHz
SAME_TEMPO = 1.15  # tempi closer than this factor are one level


class Look(NamedTuple):
    """How things stood at one moment."""

    time_s: float
    pulse: Pulse
    hypotheses: Sequence[Hypothesis]  # surest first, two at most


@dataclass(frozen=True, slots=True)
class Trace:
    """A recording that has been followed to its end."""

    samplerate_hz: int
    length_s: float
    onsets: NDArray[np.void]  # (n,) of ONSET, as they were judged in the end
    calls: NDArray[np.void]  # (n,) of CALL
    looks: Sequence[Look]


def trace(recording: Recording, bpm: float | None, beats_in_bar: int | None, lead_s: float) -> Trace:
    """Follow a recording, and keep a look every 50 ms. The calls are those that `live-rig follow` writes."""
    samplerate_hz, pieces = recording
    follower = Follower(samplerate_hz, bpm, beats_in_bar)
    beats = BeatCalls(follower, lead_s)
    heard, called, looks, now = [np.empty(0, ONSET)], [np.empty(0, CALL)], [], 0
    for onsets, until in pieces:
        heard.append(onsets[onsets["look"] != StrokeLook.FIRST])
        for end in [*range(now + LOOK_TICKS * TICK, until, LOOK_TICKS * TICK), until]:
            due = int(np.searchsorted(onsets["told_frame"], end, side="right"))
            called.append(beats.hear(onsets[:due], end))
            looks.append(Look(end / samplerate_hz, beats.now(), follower.hypotheses(2)))
            onsets, now = onsets[due:], end
    return Trace(samplerate_hz, now / samplerate_hz, np.concatenate(heard), np.concatenate(called), looks)


def relation(first: Hypothesis, second: Hypothesis, beats_per_bar: int) -> str:
    """What the second reading is to the first, in a musician's words."""
    ratio = second.bpm / first.bpm
    for factor, words in ((2.0, "double time"), (0.5, "half time")):
        if factor / SAME_TEMPO < ratio < factor * SAME_TEMPO:
            return words
    if not 1 / SAME_TEMPO < ratio < SAME_TEMPO:
        return f"{second.bpm:.0f} bpm"
    away = (second.bar_beat - first.bar_beat) % beats_per_bar
    whole = round(away) % beats_per_bar
    if abs(away - round(away)) < 0.25 and whole:
        return f"beat {(beats_per_bar - whole) % beats_per_bar + 1} is the one"
    return "on the off-beat" if abs(away % 1 - 0.5) < 0.2 else "the beat is elsewhere"
