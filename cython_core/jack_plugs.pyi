"""JACK's signature around `step`."""

from collections.abc import Sequence

from cython_core.callback import Device

class JackPlugs:
    """A rig's device as a client of JACK: C functions for its callbacks, and what they are to be handed."""

    def __init__(
        self,
        device: Device,
        way: int,
        buffer: int,
        heard: Sequence[int],
        played: Sequence[int],
        midi: tuple[int, int, int],
    ) -> None: ...
    @property
    def callback(self) -> int: ...
    @property
    def late_callback(self) -> int: ...
    @property
    def userdata(self) -> int: ...
