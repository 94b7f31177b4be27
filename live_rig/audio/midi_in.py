"""The system's own MIDI ports, through RtMidi: an open one, routed in MIDI's own thread."""

import sys
from pathlib import Path

import rtmidi

from live_rig.audio.midi_routing import Routing
from live_rig.errors import DeviceError
from live_rig.priority import run_this_thread_soon


def midi_inputs(api: int = rtmidi.API_UNSPECIFIED) -> list[str]:
    """The MIDI input ports there are; empty where the machine has no MIDI. api: RtMidi's, the system's own one if not said."""
    # Asked all the same, ALSA would complain on the terminal.
    if api == rtmidi.API_UNSPECIFIED and sys.platform == "linux" and not Path("/dev/snd/seq").exists():
        return []
    try:
        looks = rtmidi.MidiIn(api, "live-rig-looks")
    except rtmidi.SystemError:
        return []
    ports: list[str] = looks.get_ports()
    looks.delete()
    return ports


class MidiIn:
    """A port of `midi_inputs`, open. Raises DeviceError where it will not."""

    def __init__(self, port: str, routing: Routing, api: int = rtmidi.API_UNSPECIFIED) -> None:
        self._routing, self._goes_first = routing, False
        self.name = port
        try:
            self._port = rtmidi.MidiIn(api, "live-rig")
            self._port.open_port(self._port.get_ports().index(port))
        except (rtmidi.SystemError, ValueError) as error:
            raise DeviceError(
                f'The MIDI port "{port}" would not open', where=str(error), do="Close what else uses it"
            ) from error
        self._port.set_callback(self._hear)

    def close(self) -> None:
        """Let go of the port."""
        self._port.close_port()
        self._port.delete()

    def _hear(self, event: tuple[list[int], float], _data: object) -> None:
        if not self._goes_first:
            self._goes_first = True
            run_this_thread_soon()  # it is MIDI's own, and cannot be asked before it speaks
        message, _ = event
        self._routing.hear(message)
