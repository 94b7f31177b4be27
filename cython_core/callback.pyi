"""PortAudio's signature around `step`, and the same block for a timer."""

import numpy as np
import numpy.typing as npt

from cython_core.pedals import Pedals
from cython_core.rig import Rig

def next_due_ns(due_ns: int, period_ns: int, at_ns: int) -> int:
    """When the block after the one that was due is due: see callback.pyx."""

class Device:
    """A rig joined to a device's channels. Units and errors stand with the class in callback.pyx."""

    def __init__(
        self,
        rig: Rig,
        inputs: int,
        outputs: int,
        feed: npt.NDArray[np.float32] | None = None,
        capture_frames: int = 0,
        pedals: Pedals | None = None,
    ) -> None: ...
    @property
    def callback(self) -> int: ...
    @property
    def userdata(self) -> int: ...
    @property
    def counts(self) -> dict[str, int]: ...
    def rewind(self) -> None: ...
    def collect(self) -> npt.NDArray[np.float32]: ...
    def way(self) -> int: ...
    def let_in(self, way: int) -> None: ...
    def shut(self, way: int) -> None: ...
    def run(self, block: int, way: int = 0, frames: int = -1) -> None: ...
