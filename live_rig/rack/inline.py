"""The rack without a process: the same chain, called by hand, for offline rendering.

The blocks take the same way as on stage, through the same rings and one block later; they are never late, so the same input
gives the same bits.
"""

from cython_core.drums import Drums
from cython_core.rack_ring import RackEnd, shared_bytes
from live_rig.rack.chain import Chain
from live_rig.rack.preset import Preset
from live_rig.rack.swap import Swap


class InlineChain:
    """A preset's chain, and its end of the rings in plain memory. Without a preset, the dry drums."""

    def __init__(self, preset: Preset | None, samplerate: float, ring_frames: int, allowance_frames: int) -> None:
        self.preset = preset
        self.memory = memoryview(bytearray(shared_bytes(ring_frames))) if preset else None
        self.end = RackEnd(self.memory, ring_frames) if self.memory else None
        self.chain = Chain(preset, samplerate, allowance_frames) if preset else None

    def work(self) -> None:
        """Process all that has been posted."""
        if self.chain and self.end:
            self.chain.work(self.end)


class InlineRack:
    """A rack for a plain loop: after each `drums_step`, `process` plays what was posted. `drums` is what the step takes.

    preset None: the dry drums, until `load_next` and `switch`.
    """

    def __init__(
        self, preset: Preset | None, samplerate: float, inputs: int, max_block: int, allowance_frames: int = 0
    ) -> None:
        self.drums = Drums(samplerate, inputs, max_block, allowance_frames)
        self.samplerate, self.allowance_frames = samplerate, allowance_frames
        self._swap: Swap[InlineChain] = Swap(self.drums)
        self._playing: list[InlineChain] = []
        self._next: InlineChain | None = None
        if preset is not None:
            self.load_next(preset)
            self.switch()

    @property
    def says(self) -> tuple[str, ...]:
        """What the preset that is heard plays without."""
        return tuple(self._swap.heard.chain.says) if self._swap.heard and self._swap.heard.chain else ()

    def load_next(self, preset: Preset | None) -> None:
        """Build the chain that `switch` leads to."""
        self._next = InlineChain(preset, self.samplerate, self.drums.ring_frames, self.allowance_frames)

    def switch(self) -> None:
        """Crossfade to the chain that was loaded last, from the next block on."""
        if self._next is None or not self._swap.stand(self._next, self._next.memory):
            return
        self._swap.to(self._next)
        self._playing.append(self._next)
        self._next = None

    def process(self) -> None:
        """Play what the last step has posted, to be heard in the next."""
        for rack in self._swap.rung_out():
            self._playing.remove(rack)
        for rack in self._playing:
            rack.work()

    def status(self) -> str:
        """ "on", or "none" while no preset is heard."""
        return "on" if self._swap.heard and self._swap.heard.preset else "none"

    def close(self) -> None:
        """Nothing to end here; as on stage."""
