"""Where in the bar it is at any moment, between two states of the engine.

States come 30 times a second and a little unevenly; pictures are drawn 60 times. In between the place goes on at the
tempo. A new state that differs a little is approached, not jumped to; one that differs a lot is believed at once.
"""

import math
from dataclasses import dataclass

from live_rig.control.protocol import StageState

BELIEVED_FOR_S = 0.25  # without a new state the beat stops there: no dancing to an engine that is gone
JUMP_BEATS = 0.3  # a difference beyond this is no unevenness
APPROACH = 0.25  # part of the difference that is taken over with each state


@dataclass(slots=True)
class BeatClock:
    """`place_beats` is 0 at the first beat of the bar, as of `heard_s` on the window's clock. NaN: not known."""

    place_beats: float = math.nan
    bpm: float = 0.0
    beats_per_bar: int = 4
    heard_s: float = 0.0

    def hear(self, state: StageState, now_s: float) -> None:
        """Take over what the engine says."""
        said = state.beat_in_bar - 1 + state.phase if state.beat_in_bar > 0 and state.bpm > 0 else math.nan
        expected = self.at(now_s)
        self.beats_per_bar = max(1, state.beats_per_bar)
        half = self.beats_per_bar / 2
        ahead = (said - expected + half) % self.beats_per_bar - half
        if abs(ahead) < JUMP_BEATS:
            said = (expected + APPROACH * ahead) % self.beats_per_bar
        self.place_beats, self.bpm, self.heard_s = said, 0.0 if state.is_holding else state.bpm, now_s

    def at(self, now_s: float) -> float:
        """The place in the bar at a moment, from 0 to below `beats_per_bar`; NaN where it is not known."""
        passed_s = min(max(0.0, now_s - self.heard_s), BELIEVED_FOR_S)
        return (self.place_beats + passed_s * self.bpm / 60) % self.beats_per_bar
