"""A song as the transport needs it: where every beat lies in the recording, where the bars and sections are."""

from collections.abc import Sequence
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from cython_core.stems import Stems

class Ending(IntEnum):
    ENDS_WAITING = 0
    ENDS_IN_SEGUE = 1
    ENDS_IN_COUNT = 2

class Chart:
    """A song made ready. Shapes, units and errors stand with the class in chart.pyx."""

    stems: Stems | None
    def __init__(
        self,
        samplerate_hz: float,
        source_frames: npt.ArrayLike,
        beat_in_bar: npt.ArrayLike,
        first_beat: int,
        sections: Sequence[tuple[float, float, bool, bool] | tuple[float, float, bool, bool, int]],
        bpm: float,
        beats_per_bar: int,
        calls: Sequence[tuple[float, float, npt.NDArray[np.float32] | None]] = (),
        ending: int = ...,
        stems: Stems | None = None,
        gains: Sequence[float] = (),
        tempo_limits: Sequence[tuple[float, float]] = (),
        curve: Sequence[tuple[float, float]] = (),
        count_bars: int = 1,
        count_beats: int = 1,
        beat_lengths: Sequence[float] = (),
        pans: Sequence[float] = (),
        mutes: Sequence[bool] = (),
        sends: Sequence[Sequence[float]] = (),
        fermatas: Sequence[float] = (),
        phrase_bars: int = 0,
    ) -> None: ...
    def source(self, beat: float) -> float: ...
    def next_bar(self, beat: float) -> float: ...
    def bar_start(self, beat: float) -> float: ...
    def bar(self, beat: float) -> int: ...
    @property
    def address(self) -> int: ...
    @property
    def addresses(self) -> set[int]: ...
