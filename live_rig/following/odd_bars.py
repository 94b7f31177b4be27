"""Bars of another length in a song: one of two beats among those of four, or of five. The drummer's bar comes round elsewhere.

Typical bars hardly tell beat 1 of rock from beat 3, so each beat is compared with what this drummer has played there so far.
What that was depends on how the bars were counted: each course that is still possible remembers its own (per-survivor
processing: Raheli, Polydoros, Tzou, IEEE Trans. Communications 43, 1995). The most probable wins (Viterbi, as in `hindsight`).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from live_rig.following.hindsight import Floats, Turn

PARTS = 12  # of a beat; strokes in one are the same stroke
ODD_BAR = 9.0  # what a bar of another length costs, in nats
KEPT = 0.9  # of what is remembered of a place, when it comes round
USUAL = 1.0  # bars, as which the drummer's average beat counts: what is expected at first
LEAST = 0.005  # how probable a stroke is at least, and none
SETTLED_BARS = 4  # before it, and after it, that are compared with one another
EARLY_BEATS = 0.125  # how far a hand may be ahead of the beat from which a new count holds

Ints = NDArray[np.int64]


class Memory(NamedTuple):
    """What some courses remember of the bar that comes round."""

    struck: Floats  # (courses, beats_per_bar, parts) times that a drum was struck in a part of a beat ...
    heard: Floats  # (courses, beats_per_bar) ... of so many; what is long ago counts less

    def probability(self, beat: Floats, usual: Floats) -> Floats:
        """Of a beat at each place of the bar, in nats: (courses, beats_per_bar). `usual`: an average beat, (parts,)."""
        part = (self.struck + USUAL * usual) / (self.heard + USUAL)[..., None]
        part = np.clip(part, LEAST, 1 - LEAST)
        return np.asarray(np.log(part) @ beat + np.log1p(-part) @ (1 - beat))

    def then(self, beat: Floats, came_from: Ints, place: Ints) -> "Memory":
        """The same a beat later, where each course came from one of these and heard that beat at its place."""
        struck, heard, course = self.struck[came_from], self.heard[came_from], np.arange(len(place))
        if beat.any():
            struck[course, place] = KEPT * struck[course, place] + beat
            heard[course, place] = KEPT * heard[course, place] + 1
        return Memory(struck, heard)


def find_turns(
    strokes: NDArray[np.void], samplerate_hz: float, beat_s: Floats, first_place: int, beats_per_bar: int
) -> list[Turn]:
    """Where the count changes along these beats, of which the first has this place in its bar, from 0."""
    place = surest_count(beats_played(strokes, samplerate_hz, beat_s), first_place, beats_per_bar)
    turned = (np.diff(place) - 1) % beats_per_bar
    from_s = beat_s[1:] - EARLY_BEATS * np.diff(beat_s)
    return [Turn(float(from_s[at]), int(turned[at])) for at in np.flatnonzero(turned)]


def beats_played(strokes: NDArray[np.void], samplerate_hz: float, beat_s: Floats) -> Floats:
    """How surely each drum was struck in each part of each beat, 0 to 1: (beats, PARTS * 3). Between two parts it is shared."""
    ends_s = np.append(beat_s, 2 * beat_s[-1] - beat_s[-2])
    at = np.interp(strokes["frame"] / samplerate_hz, ends_s, np.arange(len(ends_s)) * float(PARTS), left=-1.0, right=-1.0)
    drums = np.stack([strokes[drum] for drum in ("kick", "snare", "cymbal")], axis=1)[at >= 0]
    whole, between = np.divmod(at[at >= 0], 1)
    played = np.zeros((len(ends_s) * PARTS, 3))
    np.add.at(played, whole.astype(int), drums * (1 - between)[:, None])
    np.add.at(played, whole.astype(int) + 1, drums * between[:, None])
    return np.minimum(played[: len(beat_s) * PARTS], 1).reshape(len(beat_s), -1)


def surest_count(played: Floats, first_place: int, beats_per_bar: int) -> Ints:
    """The place of each beat in its bar, from 0. A bar may end early, or its last beat come twice."""
    place = np.append(np.arange(beats_per_bar), beats_per_bar - 1)  # of each state
    states, usual = np.arange(len(place)), played.mean(0)
    memory = Memory(np.zeros((len(place), beats_per_bar, played.shape[1])), np.zeros((len(place), beats_per_bar)))
    regular, free = count_costs(beats_per_bar, np.inf), count_costs(beats_per_bar, ODD_BAR)
    settled = SETTLED_BARS * beats_per_bar
    came_from = np.zeros((len(played), len(place)), np.int64)
    came_from[0] = states
    best = np.where(states == first_place, 0.0, -np.inf)
    memory = memory.then(played[0], states, place)
    for at, beat in enumerate(played[1:], start=1):
        ways = best[:, None] - (free if settled <= at < len(played) - settled else regular)
        if beat.any():
            ways += memory.probability(beat, usual)[:, place]
        came_from[at] = ways.argmax(0)
        best = ways[came_from[at], states]
        memory = memory.then(beat, came_from[at], place)
    course = np.full(len(played), best.argmax())
    for at in range(len(played) - 1, 0, -1):
        course[at - 1] = came_from[at, course[at]]
    return place[course]


def count_costs(beats_per_bar: int, odd_bar: float) -> Floats:
    """What each change of state costs, (from, to), in nats: the places of a bar, and its last one for the second time."""
    last, again = beats_per_bar - 1, beats_per_bar
    costs = np.full((beats_per_bar + 1, beats_per_bar + 1), np.inf)
    costs[np.arange(last), np.arange(1, beats_per_bar)] = 0
    costs[1:last, 0] = costs[last, again] = odd_bar
    costs[last, 0] = costs[again, 0] = 0
    return costs
