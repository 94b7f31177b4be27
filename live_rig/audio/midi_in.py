"""A MIDI port: pedals and pads become commands, an electronic kit's notes become strokes."""

from collections.abc import Callable, Mapping

import rtmidi

from live_rig.audio.device import midi_inputs, no_such_device
from live_rig.errors import DeviceError
from live_rig.priority import run_this_thread_soon
from live_rig.show.pedal import faded

NOTE_ON, CONTROL, PROGRAM = 0x90, 0xB0, 0xC0
PRESSED = 64  # a pedal's value from which it counts as down


def pedal_of(message: list[int]) -> str | None:
    """The name of what was pressed, as show.toml writes it ("cc:64", "note:36", "pc:1"); None for all else."""
    kind = message[0] & 0xF0
    if kind == NOTE_ON and len(message) > 2 and message[2] > 0:
        return f"note:{message[1]}"
    if kind == CONTROL and len(message) > 2 and message[2] >= PRESSED:
        return f"cc:{message[1]}"
    if kind == PROGRAM and len(message) > 1:
        return f"pc:{message[1]}"
    return None


class MidiIn:
    """An open port. Both are called in MIDI's own thread: `pressed` with the command of a pedal of the map, `struck` with
    (note, velocity) of any other note."""

    def __init__(
        self, name: str, pedals: Mapping[str, str], pressed: Callable[[str], object], struck: Callable[[int, int], object]
    ) -> None:
        self._pedals, self._pressed, self._struck, self._goes_first = pedals, pressed, struck, False
        ports = midi_inputs()
        number = next((i for i, port in enumerate(ports) if name == port or name.lower() in port.lower()), None)
        if number is None:
            raise no_such_device(name, ports)
        self._port = rtmidi.MidiIn()
        try:
            self._port.open_port(number)
        except rtmidi.SystemError as error:
            raise DeviceError(
                f'The MIDI port "{name}" would not open', where=str(error), do="Close what else uses it"
            ) from error
        self._port.set_callback(self.hear)

    def hear(self, event: tuple[list[int], float], _data: object = None) -> None:
        """One message."""
        if not self._goes_first:
            self._goes_first = True
            run_this_thread_soon()  # it is MIDI's own, and cannot be asked before it speaks
        message, _ = event
        pedal = pedal_of(message)
        if message[0] & 0xF0 == CONTROL and len(message) > 2 and (fader := self._pedals.get(f"fader:{message[1]}")):
            self._pressed(faded(fader, message[2]))
        elif pedal is not None and pedal in self._pedals:
            self._pressed(self._pedals[pedal])
        elif pedal is not None and pedal.startswith("note:"):
            self._struck(message[1], message[2])

    def close(self) -> None:
        """Let go of the port."""
        self._port.close_port()
