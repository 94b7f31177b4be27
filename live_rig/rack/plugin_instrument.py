"""A VST3 instrument, struck by the kit's MIDI block by block: to the sample, and the same however the blocks are cut.

pedalboard is made to render a part as a whole, but goes on where it was when it is told not to reset (docs/decisions/36).
What an effect holds back pedalboard makes up for by itself; with an instrument it leaves that to its caller.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cython_core.rack_ring import SUB_BLOCK
from live_rig.errors import RackError
from live_rig.rack.plugin_loading import MAIN_BUS

Midi = Sequence[tuple[bytes, int]]  # messages, and the frame within the block at which each is played
NO_MIDI: Midi = ()
Stereo = NDArray[np.float32]  # shape (2, frames)
# On every channel: the pedal that holds notes, notes, and whatever sounds.
ALL_OFF = tuple(bytes((0xB0 | channel, control, 0)) for channel in range(16) for control in (64, 123, 120))


class PluginInstrument:
    """One instrument at one samplerate, stereo out. RackError where it has no output.

    latency_frames: how late it says that it sounds; of these, `made_up_frames` are made up for, all unless told otherwise.
    """

    def __init__(self, plugin: Any, samplerate_hz: float) -> None:
        self.plugin, self._samplerate_hz = plugin, samplerate_hz
        self._outputs = 2
        self._outputs = self._asked_outputs()
        self.latency_frames = self.made_up_frames = max(0, int(plugin.reported_latency_samples))
        self._to_drop = self.made_up_frames
        self._heard: Stereo = np.zeros((2, 0), np.float32)  # what has come in, and waits for its own sound
        self._own: Stereo = np.zeros((2, 0), np.float32)  # the other way round

    def __call__(self, frames: int, midi: Midi) -> Stereo:
        """The next `frames`, at most SUB_BLOCK, float32 (2, frames); fewer at first where a latency is made up for."""
        return self._after_latency(in_stereo(self._sound(frames, midi)))

    def added(self, heard: Stereo, frames: int, midi: Midi, is_silent: bool = False) -> Stereo:
        """What comes in, and its own sound of the block of `frames`, as far as both are there: either may be late.

        is_silent: the plugin is not called, and all else goes on as it was.
        """
        sound = self._after_latency(np.zeros((2, frames), np.float32)) if is_silent else self(frames, midi)
        self._heard = np.concatenate((self._heard, heard), axis=1)
        self._own = np.concatenate((self._own, sound), axis=1)
        both = min(self._heard.shape[1], self._own.shape[1])
        out: Stereo = self._heard[:, :both] + self._own[:, :both]
        self._heard, self._own = self._heard[:, both:], self._own[:, both:]
        return out

    def reset(self) -> None:
        """Silence at once, and from its beginning on."""
        self.quiet()
        self._to_drop = self.made_up_frames
        self._heard, self._own = self._heard[:, :0], self._own[:, :0]

    def quiet(self) -> None:
        """Silence at once; what is late stays so."""
        self.plugin.reset()
        self._sound(SUB_BLOCK, [(message, 0) for message in ALL_OFF])

    def _sound(self, frames: int, midi: Midi) -> NDArray[np.float32]:
        """The next `frames` of all outputs, float32 (outputs, frames)."""
        # Half a frame more: times are rounded down to frames, and 13 / 48000 s would be 12 of them.
        duration_s = (frames + 0.5) / self._samplerate_hz
        messages = [(message, (at + 0.5) / self._samplerate_hz) for message, at in midi]
        sound: NDArray[np.float32] = self.plugin(messages, duration_s, self._samplerate_hz, self._outputs, SUB_BLOCK, False)
        return sound

    def _after_latency(self, sound: Stereo) -> Stereo:
        drop = min(self._to_drop, sound.shape[1])
        self._to_drop -= drop
        return np.ascontiguousarray(sound[:, drop:])

    def _asked_outputs(self) -> int:
        """Outputs of its main bus: the plugin says how many it has where two are not right."""
        try:
            self._sound(SUB_BLOCK, NO_MIDI)
        except ValueError as error:
            bus = MAIN_BUS.search(str(error))
            if bus is None or bus[2] == "0":
                do = "Choose its stereo version"
                raise RackError("The instrument has no output that can be heard", where=str(self.plugin.name), do=do) from error
            return int(bus[2])
        return 2


def in_stereo(sound: NDArray[np.float32]) -> Stereo:
    """Outputs by pairs, left and right, added; one that has no other goes to both sides."""
    outputs = len(sound)
    if outputs == 2:
        return sound
    sides: Stereo = np.stack((sound[: outputs - outputs % 2 : 2].sum(axis=0), sound[1::2].sum(axis=0)))
    return sides + sound[-1] if outputs % 2 else sides
