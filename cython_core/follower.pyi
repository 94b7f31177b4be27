"""Where the drummer is in the beat and the bar, how fast, and how sure that is."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

class Pulse(NamedTuple):
    """At the last frame of a tick, on the input's clock. Meaningless until `found`."""

    beat: float
    """Beats since the first one found; whole numbers fall on beats. May be corrected either way."""
    bar_beat: float
    """0 <= bar_beat < beats_per_bar; 0 on the downbeat."""
    bpm: float
    """40..400."""
    confidence: float
    """0..1: how probable it is that `beat` is right, within 17.5 % of a beat."""
    bar_confidence: float
    """0..1: how probable it is that the downbeat is right too."""
    playing: float
    """0..1: how probable it is that the drummer has not stopped for good."""
    beats_per_bar: int
    found: bool

class Hypothesis(NamedTuple):
    """One way to read what the drummer plays."""

    bpm: float
    bar_beat: float
    """0 <= bar_beat < beats_per_bar; 0 on the downbeat."""
    belief: float
    """0..1: share of all belief within 17.5 % of a beat and a third of an octave of it."""

class Follower:
    """A follower for onsets on a clock of `samplerate_hz` (8000..768000; ValueError else).

    It is told the song's tempo (`bpm`) and meter (`beats_per_bar`, 1..12) where they are known; a meter not told is taken as 4.
    """

    samplerate_hz: float
    def __init__(self, samplerate_hz: float, bpm: float | None = None, beats_per_bar: int | None = None) -> None: ...
    def tell(self, bpm: float | None = None, beats_per_bar: int | None = None) -> None:
        """What the song says. Forgets the past."""
    def change_meter(self, beats_per_bar: int, bar_beat: float, beat_length: float = 1.0) -> None:
        """The song goes on in another meter, and is at `bar_beat` of a bar (0: its one). Beat and tempo are followed on."""
    def count_in(self, bar_one_frame: float, bpm: float) -> None:
        """The drummer has counted: a bar begins at `bar_one_frame`, in this tempo (40..400). His clicks are forgotten."""
    def hear_octave(self, faster: float) -> bool:
        """His beats are twice (2) or half (0.5) as fast as those that were followed: he is held to it. False: it cannot be."""
    def tick(self, onsets: npt.NDArray[np.void], frames: int) -> Pulse:
        """Hear one tick of `frames` (1..32) frames, with the onsets told in it, (n,) of `cython_core.onsets.ONSET`."""
    def hear(self, onsets: npt.NDArray[np.void], until_frame: int) -> Pulse:
        """Hear on to `until_frame` tick by tick, with those of these onsets that are told on the way; returns the pulse there.

        (n,) of ONSET in the order of `told_frame`: a whole take may be given again and again. ValueError where that frame has
        been heard already.
        """
    def hypotheses(self, room: int = 2) -> list[Hypothesis]:
        """What the drummer may be playing at the last frame heard, surest first, at most `room` (and 8). Changes nothing."""
