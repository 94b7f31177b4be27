"""An electronic kit on a JACK server, and an ear: what is sent at which frame, and at which frame something sounds."""

import os
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from bench.setting.jack_server import JackServer
from bench.setting.pipewire_server import PipeWireServer

LOUD = 0.1
STEP = 37  # frames from block to block that a message moves on within it: every place has its turn


@contextmanager
def on(server: JackServer | PipeWireServer) -> Iterator[None]:
    """For clients in this very process: libjack finds the server by the environment."""
    before = os.environ.copy()
    os.environ.update(server.environ_in_python if isinstance(server, PipeWireServer) else server.environ)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


class MidiKit:
    """A client with one port, from which a message goes in each block, as long as there are any: see `send`."""

    port = "pads"

    def __init__(self, server: JackServer | PipeWireServer, name: str) -> None:
        import jack  # here: without libjack it cannot even be imported

        with on(server):
            self._client = jack.Client(name, servername=server.name, no_start_server=True)
        self._out = self._client.midi_outports.register(self.port)
        self._due: deque[bytes] = deque()
        self._rest = 0  # frames until the next
        self.every_frames = 0  # at least so far apart
        self.sent: list[tuple[int, bytes]] = []  # frames of JACK's clock, and what went
        self._client.set_process_callback(self._play)
        self._client.activate()

    @property
    def is_heard(self) -> bool:
        """Whether somebody has joined it."""
        return bool(self._client.get_all_connections(self._out))

    @property
    def is_done(self) -> bool:
        """Whether all has been sent."""
        return not self._due

    def send(self, *messages: bytes) -> None:
        """One in a block, at ever other frames of it."""
        self._due.extend(messages)

    def unplug(self) -> None:
        """The port is gone; its server may be."""
        self._client.deactivate(ignore_errors=True)
        self._client.close(ignore_errors=True)

    def _play(self, frames: int) -> None:
        self._out.clear_buffer()
        self._rest -= frames
        if self._due and self._rest <= 0:
            at, message = len(self.sent) * STEP % frames, self._due.popleft()
            self._out.write_midi_event(at, message)
            self.sent.append((self._client.last_frame_time + at, message))
            self._rest = self.every_frames


class Ear:
    """A client that hears one thing, and keeps the frames at which it sounds."""

    def __init__(self, server: JackServer | PipeWireServer) -> None:
        import jack

        with on(server):
            self._client = jack.Client("ear", servername=server.name, no_start_server=True)
        self._in = self._client.inports.register("in")
        self.heard: list[int] = []
        self.lates = 0
        self._client.set_process_callback(self._hear)
        self._client.set_xrun_callback(self._late)
        self._client.activate()

    def listen(self) -> None:
        """To the rig's last output: of two, the first is the drummer's click."""
        ours = self._client.get_ports("live-rig:", is_audio=True, is_output=True)
        if not self._in.is_connected_to(ours[-1]):
            self._in.connect(ours[-1])

    def leave(self) -> None:
        self._client.deactivate()
        self._client.close()

    def _hear(self, _frames: int) -> None:
        loud = np.flatnonzero(np.abs(self._in.get_array()) > LOUD)
        start = self._client.last_frame_time
        self.heard += [start + int(at) for at in loud]

    def _late(self, _delayed_us: float) -> None:
        self.lates += 1
