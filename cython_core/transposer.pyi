import numpy as np
from numpy.typing import NDArray

class Transposer:
    """A recording in another key, as long as before. See transposer.pyx."""

    block_frames: int

    def __init__(self, samplerate_hz: int, semitones: float, frames: int, block_frames: int = ...) -> None: ...
    def transposed(self, sound: NDArray[np.float32], is_last: bool) -> NDArray[np.float32]: ...
