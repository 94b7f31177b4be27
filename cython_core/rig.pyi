"""The instrument with its parts, for Python."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from cython_core.band import Band
from cython_core.count_in import CountIn
from cython_core.drums import Drums
from cython_core.exchange import Exchange
from cython_core.follower import Follower
from cython_core.input_lines import Lines
from cython_core.pads import Pads

class Rig:
    """The instrument and its parts. Shapes, units and errors stand with the class in rig.pyx."""

    parts: tuple[object, ...]
    def __init__(
        self,
        samplerate_hz: float,
        inputs: int,
        outputs: int,
        max_block: int,
        lines: Lines,
        follower: Follower,
        count_in: CountIn,
        drums: Drums,
        band: Band,
        exchange: Exchange,
        route: npt.NDArray[np.float32],
        sounds: Sequence[npt.NDArray[np.float32]],
        input_latency_s: float = 0.0,
        output_latency_s: float = 0.0,
        drummers: Sequence[int] = (),
        pads: Pads | None = None,
        talk_input: int = -1,
    ) -> None: ...
    def step(self, heard: npt.NDArray[np.float32], played: npt.NDArray[np.float32]) -> None: ...
    def at(self, latency_in_s: float, latency_out_s: float) -> None: ...
    def set_limiter(self, output: int, is_on: bool) -> None: ...
    @property
    def howls(self) -> int: ...
    def moment(self, frame: int) -> dict[str, Any]: ...
    @property
    def frame(self) -> int: ...
    @property
    def address(self) -> int: ...
    @property
    def guard_delay_frames(self) -> int: ...
