"""Calls `drums_step` on time, without the GIL."""

import numpy as np
from numpy.typing import NDArray

from cython_core.drums import Drums

def play(
    drums: Drums, kit: NDArray[np.float32], samplerate_hz: float, block: int, blocks: int
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Play `kit`, round and round. Of each block, (blocks, 4): ns after its due time that it began, ns it took, whether it was
    dry, and when it ended by the monotonic clock in ns; and (blocks,): the last sample of the left side.
    """
