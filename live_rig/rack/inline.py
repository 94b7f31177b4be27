"""The rack without a process: the same console, called by hand, for offline rendering.

The blocks take the same way as on stage, through the same rings and one block later; they are never late, so the same input
gives the same bits.
"""

from cython_core.drums import AT_ONCE, Drums
from cython_core.rack_ring import RackCounts, RackEnd, shared_bytes
from live_rig.rack.console import Console
from live_rig.rack.mix import dry_mix
from live_rig.rack.preset import Preset
from live_rig.rack.swap import Swap


class InlineConsole:
    """A preset's console, and its end of the rings in plain memory. Without a preset, the dry drums."""

    def __init__(self, preset: Preset | None, samplerate_hz: float, drums: Drums, allowance_frames: int) -> None:
        self.preset = preset
        self.memory = self.end = self.console = self.mix = None
        if preset is None:
            return
        lines = drums.inputs if preset.channels else 2
        self.memory = memoryview(bytearray(shared_bytes(lines, drums.ring_frames)))
        self.end = RackEnd(self.memory, lines, drums.ring_frames)
        self.counts = RackCounts(self.memory)
        self.console = Console(preset, samplerate_hz, drums.inputs, allowance_frames, self.end)
        self.mix = dry_mix(preset, drums.inputs)

    def work(self) -> None:
        """Process all that has been posted."""
        if self.console and self.end:
            self.console.work(self.end)


class InlineRack:
    """A rack for a plain loop: after each `drums_step`, `process` plays what was posted. `drums` is what the step takes.

    preset None: the dry drums, until `load_next` and `switch`.
    """

    def __init__(
        self, preset: Preset | None, samplerate_hz: float, inputs: int, max_block: int, allowance_frames: int = 0
    ) -> None:
        self.drums = Drums(samplerate_hz, inputs, max_block, allowance_frames)
        self.samplerate_hz, self.allowance_frames = samplerate_hz, allowance_frames
        self._swap: Swap[InlineConsole] = Swap(self.drums)
        self._playing: list[InlineConsole] = []
        self._next: InlineConsole | None = None
        if preset is not None:
            self.load_next(preset)
            self.switch()

    @property
    def says(self) -> tuple[str, ...]:
        """What the preset that is heard plays without."""
        return tuple(self._swap.heard.console.says) if self._swap.heard and self._swap.heard.console else ()

    @property
    def console(self) -> Console | None:
        """What is heard."""
        return self._swap.heard.console if self._swap.heard else None

    def load_next(self, preset: Preset | None) -> None:
        """Build the console that `switch` leads to."""
        self._next = InlineConsole(preset, self.samplerate_hz, self.drums, self.allowance_frames)

    def switch(self, when: int = AT_ONCE) -> None:
        """Crossfade to the console that was loaded last."""
        if self._next is None or not self._swap.stand(self._next, self._next.memory, 0, self._next.mix):
            return
        self._swap.to(self._next, when)
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
