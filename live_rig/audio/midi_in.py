"""A MIDI port: pedals and pads become commands, an electronic kit's notes become strokes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import rtmidi

from live_rig.audio.device import midi_inputs, no_such_device
from live_rig.errors import DeviceError
from live_rig.priority import run_this_thread_soon
from live_rig.show.pedal import faded

NOTE_ON, CONTROL, PROGRAM = 0x90, 0xB0, 0xC0
OF_NOTES = (0x80, NOTE_ON, 0xA0, CONTROL, 0xD0, 0xE0)  # let go, struck, choked, a pedal's way, pressed, bent
PRESSED = 64  # a pedal's value from which it counts as down


def pedal_of(message: Sequence[int]) -> str | None:
    """The name of what was pressed, as show.toml writes it ("cc:64", "note:36", "pc:1"); None for all else."""
    kind = message[0] & 0xF0
    if kind == NOTE_ON and len(message) > 2 and message[2] > 0:
        return f"note:{message[1]}"
    if kind == CONTROL and len(message) > 2 and message[2] >= PRESSED:
        return f"cc:{message[1]}"
    if kind == PROGRAM and len(message) > 1:
        return f"pc:{message[1]}"
    return None


@dataclass(frozen=True, slots=True)
class Routing:
    """Where a message goes: a pedal of the map to `pressed`, as its command; any other note to `struck`, as (note, velocity);
    and whatever is no pedal and speaks of notes, struck or let go, to `played`, as it came."""

    pedals: Mapping[str, str]
    pressed: Callable[[str], object]
    struck: Callable[[int, int], object]
    played: Callable[[Sequence[int]], object]

    def hear(self, message: Sequence[int]) -> None:
        """One message, of one byte or more."""
        pedal = pedal_of(message)
        if message[0] & 0xF0 == CONTROL and len(message) > 2 and (fader := self.pedals.get(f"fader:{message[1]}")):
            self.pressed(faded(fader, message[2]))
        elif pedal is not None and pedal in self.pedals:
            self.pressed(self.pedals[pedal])
        else:
            if pedal is not None and pedal.startswith("note:"):
                self.struck(message[1], message[2])
            if message[0] & 0xF0 in OF_NOTES and len(message) > 1:
                self.played(message)


class MidiIn:
    """An open port, routed in MIDI's own thread. Raises DeviceError."""

    def __init__(self, name: str, routing: Routing) -> None:
        self._routing, self._goes_first = routing, False
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
        self._port.set_callback(self._hear)

    def close(self) -> None:
        """Let go of the port."""
        self._port.close_port()

    def _hear(self, event: tuple[list[int], float], _data: object) -> None:
        if not self._goes_first:
            self._goes_first = True
            run_this_thread_soon()  # it is MIDI's own, and cannot be asked before it speaks
        message, _ = event
        self._routing.hear(message)
