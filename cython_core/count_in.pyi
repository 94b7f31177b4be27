"""A count-in: even stick clicks for one bar, and when bar 1 will fall."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

class CountInCall(NamedTuple):
    """Told as soon as nothing can have been struck together with the last click."""

    bpm: float
    """As counted, 40..400."""
    bar_one_frame: float
    """When bar 1 will fall."""
    is_late: bool
    """It has fallen: it was the bass drum that was just told of, after a count that lacks a click."""

class CountIn:
    """Listens for a count of one bar of even clicks (of two short ones in 2/4 and 6/8; of two with `bars` 2), once.

    `bpm` is the chart's tempo, where it is known: a count at half or double of it is none. beats_per_bar is 1..12, or it
    is a ValueError. Where the band `rests`, a count needs no silence before it.
    """

    def __init__(
        self,
        samplerate_hz: float,
        beats_per_bar: int = 4,
        bpm: float | None = None,
        bars: int = 1,
        beats_per_click: int = 1,
        rests: bool = False,
    ) -> None: ...
    def tick(self, onsets: npt.NDArray[np.void], frames: int, loudest_db: float = 0) -> CountInCall | None:
        """Hear one tick of `frames` frames with the onsets told in it, (n,) of `cython_core.onsets.ONSET`. loudest_db: of what
        the microphones have heard of late.
        """
