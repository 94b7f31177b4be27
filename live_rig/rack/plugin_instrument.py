"""A VST3 instrument, struck by the kit's MIDI block by block: to the sample, and the same however the blocks are cut.

pedalboard is made to render a part as a whole, but goes on where it was when it is told not to reset (docs/decisions/36).
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cython_core.rack_ring import SUB_BLOCK
from live_rig.errors import RackError

Midi = Sequence[tuple[bytes, int]]  # messages, and the frame within the block at which each is played
NO_MIDI: Midi = ()
ALL_OFF = bytes((0xB0, 123, 0)), bytes((0xB0, 120, 0))  # notes, and whatever sounds


class PluginInstrument:
    """One instrument at one samplerate, stereo out. RackError where it has neither one output nor two."""

    def __init__(self, plugin: Any, samplerate: float) -> None:
        self.plugin, self._samplerate = plugin, samplerate
        self._channels = self._outputs()

    def __call__(self, frames: int, midi: Midi) -> NDArray[np.float32]:
        """The next `frames`, at most SUB_BLOCK, float32 (2, frames)."""
        # Half a frame more: times are rounded down to frames, and 13 / 48000 s would be 12 of them.
        duration_s = (frames + 0.5) / self._samplerate
        messages = [(message, (at + 0.5) / self._samplerate) for message, at in midi]
        sound: NDArray[np.float32] = self.plugin(messages, duration_s, self._samplerate, self._channels, SUB_BLOCK, False)
        return sound if self._channels == 2 else np.repeat(sound, 2, axis=0)

    def reset(self) -> None:
        """Silence at once."""
        self.plugin.reset()
        self(SUB_BLOCK, [(message, 0) for message in ALL_OFF])

    def _outputs(self) -> int:
        for channels in (2, 1):
            try:
                self.plugin([], (SUB_BLOCK + 0.5) / self._samplerate, self._samplerate, channels, SUB_BLOCK, False)
            except ValueError:
                continue
            return channels
        do = "Choose its stereo version"
        raise RackError("The instrument has neither one output nor two", where=str(self.plugin.name), do=do)
