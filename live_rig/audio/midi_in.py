"""The system's own MIDI ports, through RtMidi: which there are, and an open one, routed in MIDI's own thread."""

import sys
from collections.abc import Callable
from pathlib import Path
from threading import Lock

import rtmidi

from live_rig.audio.midi_routing import Routing
from live_rig.errors import DeviceError
from live_rig.priority import run_this_thread_soon


class MidiInputs:
    """Looks at them, as often as one likes, and is itself one program among those that speak MIDI, from the first look on.

    api: RtMidi's, the system's own one if not said.
    """

    def __init__(self, api: int = rtmidi.API_UNSPECIFIED) -> None:
        self._api = api
        self._looks: rtmidi.MidiIn | None = None

    def ports(self) -> list[str]:
        """The input ports there are; empty where the machine has no MIDI."""
        # Asked all the same, ALSA would complain on the terminal.
        if self._api == rtmidi.API_UNSPECIFIED and sys.platform == "linux" and not Path("/dev/snd/seq").exists():
            return []
        try:
            if self._looks is None:
                self._looks = rtmidi.MidiIn(self._api, "live-rig-looks")
            return [port for port in self._looks.get_ports() if port]  # one that goes meanwhile has no name any more
        except rtmidi.RtMidiError:
            return []


class MidiIn:
    """A port of `MidiInputs`, open: what it says is carried out in MIDI's own thread, a message at a time.

    is_heard_elsewhere: whether to pass that over. Raises DeviceError where it will not open.
    """

    def __init__(
        self, port: str, routing: Routing, is_heard_elsewhere: Callable[[], bool], api: int = rtmidi.API_UNSPECIFIED
    ) -> None:
        self.name = port
        self._routing, self._is_heard_elsewhere, self._goes_first = routing, is_heard_elsewhere, False
        self._speaking, self._is_closed = Lock(), False
        try:
            self._port = rtmidi.MidiIn(api, "live-rig")
            self._port.open_port(self._port.get_ports().index(port))
        except (rtmidi.RtMidiError, ValueError) as error:
            raise DeviceError(
                f'The MIDI port "{port}" would not open', where=str(error), do="Close what else uses it"
            ) from error
        self._port.set_callback(self._hear)

    def close(self) -> None:
        """Let go of the port, once the message that is being carried out is: RtMidi waits for it, and Python would with it."""
        with self._speaking:
            self._is_closed = True
        self._port.close_port()

    def _hear(self, event: tuple[list[int], float], _data: object) -> None:
        if not self._goes_first:
            self._goes_first = True
            run_this_thread_soon()  # it is MIDI's own, and cannot be asked before it speaks
        message, _ = event
        with self._speaking:
            if not (self._is_closed or self._is_heard_elsewhere()):
                self._routing.hear(message)
