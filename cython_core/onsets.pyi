"""Which drum was struck, when and how hard, from sound."""

from enum import IntEnum

import numpy as np
import numpy.typing as npt

class Look(IntEnum):
    """A note is told once (ONLY); a sound FIRST when it was struck, then SECOND what it was, one onset for each drum."""

    ONLY = 0
    FIRST = 1
    SECOND = 2

ONSET: np.dtype[np.void]
"""One onset: `frame` (of the stroke, in frames of the input's clock), `strength`, `kick`, `snare`, `cymbal` (0..1 each),
`told_frame`, the end of the tick in which it was told, and `look`."""

class Onsets:
    """The detector for one input of `samplerate_hz` (44100..192000; ValueError else)."""

    def __init__(self, samplerate_hz: float) -> None: ...
    def feed(self, mono: npt.NDArray[np.float32]) -> npt.NDArray[np.void]:
        """Hear the next stretch of sound, shape (frames,), full scale 1.0. Returns the onsets told during it: (n,) of ONSET.

        Frames count on from call to call; how the sound is cut into calls makes no difference.
        """
    def hops(self, mono: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """What the network is shown, one row per whole hop of 3 ms, to learn from: shape (hops, 73).

        24 band levels, their short and long means, and the loudest hop of late, all log2 of power.
        """
