"""What the rig plays on: a sound card with a lifeline, or the virtual device, which the machine's clock drives."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from cython_core.callback import Device
from live_rig.audio.device import JACK, AudioDevice, Opening, find_device, name_of
from live_rig.audio.jack_stream import JackStream
from live_rig.audio.lifeline import Lifeline
from live_rig.audio.timer import TimerStream

if TYPE_CHECKING:
    from live_rig.audio.stream import RigStream

VIRTUAL_BLOCK = 256  # frames: nobody plays to it by ear, and on a weak machine it drops out less than 64


class SoundCard:
    """Opened, but not started. rig_device: what plays; audio_device: on what, None: the virtual one; block_frames: asked of it,
    None: its own, up to `most_frames`; midi_in: names of the MIDI ports that it is to be joined to, on JACK; make_up_for: see
    `Lifeline`. Raises DeviceError in words when it will not.
    """

    def __init__(
        self,
        rig_device: Device,
        audio_device: AudioDevice | None,
        samplerate_hz: float,
        channels: tuple[int, int],
        block_frames: int | None,
        midi_in: Sequence[str],
        most_frames: int,
        make_up_for: Callable[[tuple[float, float]], object],
    ) -> None:
        self.audio_device = audio_device
        self._stream: RigStream | JackStream | TimerStream
        clock_block = block_frames or VIRTUAL_BLOCK
        if audio_device is None:
            self._stream = TimerStream(rig_device, clock_block)
            self._lifeline = None
        else:
            opening = Opening(
                audio_device, rig_device, samplerate_hz, *channels, block_frames, tuple(midi_in), most_frames=most_frames
            )
            self._opening, self._stream = opening, opened(opening)
            self._lifeline = Lifeline(rig_device, self._stream, clock_block, self._open_anew, make_up_for)

    @property
    def name(self) -> str:
        """As its maker or the system calls it."""
        return name_of(self.audio_device)

    @property
    def is_lost(self) -> bool:
        """Whether the device has gone, and the clock plays in its place."""
        return self._lifeline is not None and self._lifeline.is_lost

    @property
    def runs_otherwise(self) -> str:
        """Why the device, lost and there again, cannot be played on, in words; empty where that is not the reason."""
        return self._lifeline.runs_otherwise if self._lifeline is not None else ""

    @property
    def block_frames(self) -> int:
        """What a server asked for at a time when it was looked at last; 0: not on a server."""
        return self._stream.block_frames if isinstance(self._stream, JackStream) else 0

    @property
    def too_large_frames(self) -> int:
        """What it was to ask for then, where that is more than the band has room for; else 0."""
        return self._stream.too_large_frames if isinstance(self._stream, JackStream) else 0

    @property
    def made_up_s(self) -> tuple[float, float]:
        """The latencies that are made up for, (input, output) in seconds."""
        return self._lifeline.latencies_s if self._lifeline is not None else (0.0, 0.0)

    @property
    def missing_inputs(self) -> tuple[int, ...]:
        """Those, from 1, that a server has no more, since it is there again or its card is another."""
        return self._stream.missing_inputs if isinstance(self._stream, JackStream) else ()

    @property
    def missing_outputs(self) -> tuple[int, ...]:
        """The same of the outputs."""
        return self._stream.missing_outputs if isinstance(self._stream, JackStream) else ()

    @property
    def midi_there(self) -> Mapping[str, int]:
        """Which of the MIDI ports it is joined to, and how often each was: see `JackMidiIn`."""
        return self._stream.midi.there if isinstance(self._stream, JackStream) else {}

    def midi_ports(self) -> list[str]:
        """All of those that it can be joined to, as it saw them when it looked last."""
        return self._stream.midi.ports if isinstance(self._stream, JackStream) else []

    def latencies_s(self) -> tuple[float, float]:
        """(input, output) in seconds, as the device says them; 0 of the virtual one."""
        return self._stream.latencies_s()

    def start(self) -> None:
        """Let it sound."""
        (self._lifeline or self._stream).start()

    def close(self) -> None:
        """Silence."""
        (self._lifeline or self._stream).close()

    def _open_anew(self, way: int) -> "RigStream | JackStream":
        """The device that has gone, once it is there again, in the lifeline's thread. Raises DeviceError while it is not."""
        self._stream.close()
        device = self._opening.device
        if device.host != JACK:
            device = find_device(device.name) or device
        self._opening = replace(self._opening, device=device)
        self._stream = stream = opened(self._opening, way)
        return stream


def opened(opening: Opening, way: int = 0) -> "RigStream | JackStream":
    """See `open_stream`. What it needs is not there on every machine: the virtual device has to play without."""
    from live_rig.audio.stream import open_stream

    return open_stream(opening, way)
