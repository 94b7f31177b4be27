"""Sounds that are struck: one-shots with layers by velocity, and loops that follow the transport."""

from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import Any

class Begins(IntEnum):
    AT_ONCE = 0
    ON_BEAT = 1
    ON_BAR = 2

class Pads:
    """The pads of a show. What a pad's fields are stands with the class in pads.pyx."""

    parts: list[object]
    def __init__(self, samplerate_hz: float, max_block: int, pads: Sequence[Mapping[str, Any]] = ()) -> None: ...
    @property
    def voices(self) -> int: ...
