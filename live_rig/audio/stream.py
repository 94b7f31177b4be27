"""A sound card plays the rig, through PortAudio's own thread and a C callback that never takes the GIL."""

import atexit
from threading import Thread
from typing import Any

from live_rig.audio.device import JACK, Opening
from live_rig.audio.jack_stream import JackStream
from live_rig.audio.portaudio import sounddevice
from live_rig.errors import DeviceError, OtherwiseError, RateError

CLOSES_WITHIN_S = 3.0


class RigStream(sounddevice._StreamBase):  # type: ignore[misc]
    """sounddevice's stream around the rig's callback, as sounddevice's sibling rtmixer does it.

    opening: its block is asked for as the latency too; without one, the device's lowest. way: in to the rig's device.
    """

    def __init__(self, opening: Opening, way: int) -> None:
        ffi, index, block_frames = sounddevice._ffi, opening.device.index, opening.block_frames
        self._opening, self._is_closed = opening, False
        sides: dict[str, Any] = {"device": index, "channels": opening.outputs}
        if opening.inputs:
            sides = {"device": (index, index), "channels": (opening.inputs, opening.outputs)}
        super().__init__(
            kind="duplex" if opening.inputs else "output",
            samplerate=opening.samplerate_hz,
            blocksize=block_frames or 0,
            dtype="float32",
            latency=block_frames / opening.samplerate_hz if block_frames else "low",
            callback=ffi.cast("PaStreamCallback *", opening.rig_device.callback),
            userdata=ffi.cast("void *", way),
            clip_off=True,
            dither_off=True,
            **sides,
        )

    def start(self) -> None:
        """Let it sound. DeviceError in words when the device will not."""
        try:
            super().start()
        except sounddevice.PortAudioError as error:
            raise refused(self._opening, "start", error) from error

    def latencies_s(self) -> tuple[float, float]:
        """(input, output) in seconds: from the plug to the frame that is heard, from the one that is played to the plug."""
        if isinstance(self.latency, tuple):
            return float(self.latency[0]), float(self.latency[1])
        return 0.0, float(self.latency)

    def keep_joined(self) -> bool:
        """PortAudio has nothing to join, and knows no more than that it asks for sound."""
        return True

    def close(self) -> None:
        """Stop and close. A device that has gone is left behind: PortAudio would wait for it for ever, here and at the exit."""
        if self._is_closed:
            return
        self._is_closed = True
        closing = Thread(target=super().close, name="closing", daemon=True)
        closing.start()
        closing.join(CLOSES_WITHIN_S)
        if closing.is_alive():
            atexit.unregister(sounddevice._exit_handler)


def open_stream(opening: Opening, way: int = 0) -> RigStream | JackStream:
    """Open, but do not start. way: in to the rig's device, 0: the open one. DeviceError in words when the device will not."""
    device = opening.device
    if device.outputs < opening.outputs or device.inputs < opening.inputs:
        raise OtherwiseError(
            f'"{device.name}" has {device.inputs} inputs and {device.outputs} outputs; '
            f"the show wants {opening.inputs} and {opening.outputs}",
            where="show.toml, [audio]",
            do="Ask for fewer there, or choose another device (live-rig devices)",
        )
    way = way or opening.rig_device.userdata
    if device.host == JACK:
        return JackStream(opening, way)
    try:
        return RigStream(opening, way)
    except (sounddevice.PortAudioError, ValueError) as error:
        raise refused(opening, "open", error) from error


def refused(opening: Opening, what: str, error: Exception) -> DeviceError:
    """PortAudio's refusal, in a musician's words. what: the device would not do."""
    device, samplerate_hz, said = opening.device, opening.samplerate_hz, str(error)
    if "sample rate" in said.lower():
        return RateError(
            f'"{device.name}" does not run at {samplerate_hz:g} Hz',
            where=f"its own rate is {device.samplerate_hz:g} Hz",
            do=f"Set samplerate = {device.samplerate_hz:g} in show.toml, [audio], or change the device's rate",
        )
    return DeviceError(
        f'"{device.name}" would not {what}',
        where=said,
        do="Close other programs that use it, and try again; or choose another device",
    )
