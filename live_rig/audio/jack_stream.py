"""A JACK server (or PipeWire, which speaks as one) plays the rig, through JACK's own thread and a C callback without the GIL.

Not by way of PortAudio, which waits for ever for a server that has ended, and takes the process down when it meets the next
one. JACK itself lets go of a dead server at once.
"""

import atexit
import ctypes
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from cython_core.jack_plugs import JackPlugs
from live_rig.audio.device import Opening, let_go_of_portaudio
from live_rig.audio.jack_midi_in import JackMidiIn
from live_rig.audio.jack_ports import block_of, is_pipewire, plugs
from live_rig.errors import DeviceError, RateError

NAME = "live-rig"
CAPTURE, PLAYBACK = 0, 1  # jack_latency_callback_mode_t


class LatencyRange(ctypes.Structure):
    """jack_latency_range_t, in frames."""

    _fields_ = (("least", ctypes.c_uint32), ("most", ctypes.c_uint32))


class JackStream:
    """The rig as a client of the server, with a plug for each channel, joined to the device's plugs in their order, and one
    for MIDI.

    opening: its block is what the server shall ask of all its clients at a time, None: see `block_of`, and no more than the
    rig can bear. way: in to the rig's device. Raises DeviceError in words when the server is not there, runs at another rate,
    or keeps its blocks although the show asks for others.
    """

    def __init__(self, opening: Opening, way: int) -> None:
        import jack  # here: it cannot be imported where libjack is not

        let_go_of_portaudio()  # its own client would keep what a server that ends leaves behind
        device, samplerate_hz = opening.device, opening.samplerate_hz
        self._jack, self._device, self._is_closed = jack, device, False
        self._rig_device, self._most_frames = opening.rig_device, opening.most_frames
        self.block_frames = 0  # what the server asks for at a time, when it was looked at last
        self.too_large_frames = 0  # what somebody wanted it to ask for then, where that is more than those
        self._sockets: set[int] = set()  # of the card, by their UUIDs, when they were last looked for
        self.missing_inputs: tuple[int, ...] = ()  # from 1: those for which the card has no socket
        self.missing_outputs: tuple[int, ...] = ()
        self._gave = self._took = False  # sound, by any socket, ever
        try:
            self._client = jack.Client(NAME, no_start_server=True)
        except jack.JackOpenError as error:
            do = "Start it, and try again; or choose another device (live-rig devices)"
            raise DeviceError(f'"{device.name}" is not there: no JACK server answers', where=str(error), do=do) from error
        if self._client.samplerate != samplerate_hz:
            rate_hz = self._client.samplerate
            self._client.close()
            raise RateError(
                f'"{device.name}" does not run at {samplerate_hz:g} Hz',
                where=f"its own rate is {rate_hz:g} Hz",
                do=f"Set samplerate = {rate_hz:g} in show.toml, [audio], or change the server's rate",
            )
        self._set_block(opening)
        with self._in_words("open"):
            self._heard = [self._client.inports.register(f"in_{number + 1}") for number in range(opening.inputs)]
            self._played = [self._client.outports.register(f"out_{number + 1}") for number in range(opening.outputs)]
            self.midi = JackMidiIn(jack, self._client, opening.midi_in)
        self._plugs = JackPlugs(
            opening.rig_device,
            way,
            self._address(jack._lib.jack_port_get_buffer),
            *self._plug_addresses(),
            self._midi_addresses(),
        )
        self._give_callbacks()
        atexit.register(self.close)  # JACK's thread is not to call into what is being taken apart

    def start(self) -> None:
        """Let it sound. DeviceError in words when the server will not."""
        with self._in_words("start"):
            self._client.activate()
        self.keep_joined()

    def keep_joined(self) -> bool:
        """Join the card's sockets to ours when there are new ones: a card that was unplugged while its server goes on is back.
        Else whoever has joined them otherwise is left alone; so is who changes the server's block, up to what the rig can bear.
        Whether it has sockets, both ways if it ever had them.
        """
        self._bound_block()
        self.midi.keep_joined()
        gives, takes = self._theirs(gives_sound=True), self._theirs(gives_sound=False)
        sockets = {socket.uuid for socket in (*gives, *takes)}
        if sockets - self._sockets:
            with suppress(self._jack.JackError):  # they have gone again: that is seen the next time
                for ours, theirs in (*zip(self._heard, gives, strict=False), *zip(self._played, takes, strict=False)):
                    if not ours.is_connected_to(theirs):
                        ours.connect(theirs)
        self._sockets = sockets
        self.missing_inputs = tuple(range(len(gives) + 1, len(self._heard) + 1))
        self.missing_outputs = tuple(range(len(takes) + 1, len(self._played) + 1))
        self._gave, self._took = self._gave or bool(gives), self._took or bool(takes)
        return bool(gives) >= self._gave and bool(takes) >= self._took

    def latencies_s(self) -> tuple[float, float]:
        """(input, output) in seconds, as the server says them of the device's plugs; 0 where there are none."""
        heard_s = self._latency_s(self._theirs(gives_sound=True), CAPTURE) if self._heard else 0.0
        return heard_s, self._latency_s(self._theirs(gives_sound=False), PLAYBACK)

    def close(self) -> None:
        """Leave the server, or what is left of it."""
        if self._is_closed:
            return
        self._is_closed = True
        atexit.unregister(self.close)
        self.midi.leave()
        self._client.deactivate(ignore_errors=True)
        self._client.close(ignore_errors=True)

    def _latency_s(self, plugs: list[Any], way: int) -> float:
        """Of the first of the plugs. JACK-Client does not ask for it, so we do."""
        if not plugs:
            return 0.0
        says, port = LatencyRange(), ctypes.c_void_p(self._address(plugs[0]._ptr))
        ctypes.CDLL(self._jack._libname).jack_port_get_latency_range(port, way, ctypes.byref(says))
        return float(says.most / self._client.samplerate)

    @contextmanager
    def _in_words(self, what: str) -> Iterator[None]:
        """What a server says that has just ended, or has no room for one more."""
        try:
            yield
        except self._jack.JackError as error:
            self._client.close(ignore_errors=True)
            do = "Start the server again, and try again; or choose another device (live-rig devices)"
            raise DeviceError(f'"{self._device.name}" would not {what}', where=str(error), do=do) from error

    def _set_block(self, opening: Opening) -> None:
        block_frames = opening.block_frames or min(block_of(self._jack, self._client), opening.most_frames)
        self._asked_frames = block_frames
        # PipeWire is asked even for the block that it has now: only then does it keep to it.
        if self._client.blocksize == block_frames and not is_pipewire(self._jack):
            return
        try:
            self._client.blocksize = block_frames
        except self._jack.JackErrorCode as error:
            if opening.block_frames is None:  # some of the band will be missing, and all else will not
                self.too_large_frames = self._client.blocksize
                return
            self._client.close()
            raise DeviceError(
                f'"{self._device.name}" does not take blocks of {block_frames} frames',
                where=str(error),
                do="Take block out of show.toml, [audio], or write another",
            ) from error

    def _bound_block(self) -> None:
        """Where somebody has made the server's block larger than the rig can bear, ask for the one before: once."""
        block_frames = self._client.blocksize
        if self._most_frames < block_frames != self.too_large_frames:
            with suppress(self._jack.JackErrorCode):  # some of the band will be missing, and all else will not
                self._client.blocksize = self._asked_frames
        self.block_frames = self._client.blocksize
        self._rig_device.expect(self.block_frames)
        self.too_large_frames = block_frames if block_frames > self._most_frames else 0

    def _theirs(self, *, gives_sound: bool) -> list[Any]:
        return plugs(self._client, self._device.name, gives_sound=gives_sound)

    def _plug_addresses(self) -> tuple[list[int], list[int]]:
        return [self._address(plug._ptr) for plug in self._heard], [self._address(plug._ptr) for plug in self._played]

    def _midi_addresses(self) -> tuple[int, int, int]:
        lib = self._jack._lib
        theirs = (self.midi.plug._ptr, lib.jack_midi_get_event_count, lib.jack_midi_event_get)
        return self._address(theirs[0]), self._address(theirs[1]), self._address(theirs[2])

    def _address(self, pointer: Any) -> int:
        return int(self._jack._ffi.cast("uintptr_t", pointer))

    def _give_callbacks(self) -> None:
        """C functions, in place of the Python ones that JACK-Client would have."""
        ffi, lib, client = self._jack._ffi, self._jack._lib, self._client._ptr
        userdata = ffi.cast("void *", self._plugs.userdata)
        lib.jack_set_process_callback(client, ffi.cast("JackProcessCallback", self._plugs.callback), userdata)
        lib.jack_set_xrun_callback(client, ffi.cast("JackXRunCallback", self._plugs.late_callback), userdata)
