"""Which drum a note is."""

import numpy as np
import numpy.typing as npt

def note_onset(note: int, velocity: int, frame: float = 0.0) -> npt.NDArray[np.void]:
    """A MIDI note as an onset: shape (1,) of ONSET, or (0,) if it is no drum stroke."""
