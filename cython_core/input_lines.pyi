"""The kit's input lines: microphones by drum, and the notes of pads, made into one list of strokes."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

DRUMS: dict[str, int]
"""What a line can be declared as: mix, kick, snare, tom, hat, overhead."""

class Lines:
    """Input lines by what stands before each microphone: 1 to 8 names of DRUMS, at 44100..192000 Hz. ValueError else."""

    drums: tuple[str, ...]
    inputs: tuple[int, ...]
    """Which input of the rig each line is, from 0; -1: all of them, mixed."""
    def __init__(self, samplerate_hz: float, drums: Sequence[str] = ("mix",), inputs: Sequence[int] | None = None) -> None: ...
    def feed(
        self,
        sound: npt.ArrayLike,
        notes: npt.NDArray[np.void] | None = None,
        band: npt.ArrayLike | None = None,
        way_s: float = 0.0,
    ) -> npt.NDArray[np.void]:
        """Hear the next stretch; returns the strokes told in it, (n,) of ONSET.

        sound: (lines, frames). notes: of pads, (n,) of ONSET by `told_frame`. band: what the band plays, (frames,), which comes
        back into the lines `way_s` later, known to some 3 ms. ValueError for shapes that do not fit.
        """
    def trusts(self) -> tuple[float, ...]:
        """For each line, 0..1: how probable it is that what it says is so."""
    @property
    def pads_late_s(self) -> float:
        """How much later than the microphones the pads are; 0 until that is known."""
