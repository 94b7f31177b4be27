"""Where a MIDI message goes: pedals become commands, an electronic kit's notes become strokes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from live_rig.show.pedal import faded

NOTE_ON, CONTROL, PROGRAM = 0x90, 0xB0, 0xC0
OF_NOTES = (0x80, NOTE_ON, 0xA0, CONTROL, 0xD0, 0xE0)  # let go, struck, choked, a pedal's way, pressed, bent
# As show.toml calls what is pressed: the message it sends, and the value from which that is the pedal's.
TELLS_FROM = {"note": (NOTE_ON, 1), "fader": (CONTROL, 0), "cc": (CONTROL, 0), "pc": (PROGRAM, 0)}
DOWN_FROM = 64  # a controller
KINDS = (NOTE_ON, CONTROL, PROGRAM)
NEVER = 128


@dataclass(slots=True)
class Routing:
    """Where a message goes: a pedal of the map to `pressed`, as its command; any other note to `struck`, as (note, velocity);
    and whatever is no pedal and speaks of notes, struck or let go, to `played`, as it came. The map may be put in the place of
    another one while messages come."""

    pedals: Mapping[str, str]
    pressed: Callable[[str], object]
    struck: Callable[[int, int], object]
    played: Callable[[Sequence[int]], object]
    _stood: dict[tuple[int, int], int] = field(default_factory=dict)  # controllers, by status and number

    def hear(self, message: Sequence[int]) -> None:
        """One message, of one byte or more."""
        kind = message[0] & 0xF0
        if (command := self.command_of(message)) is not None:
            if command:
                self.pressed(command)
            return
        if kind == NOTE_ON and len(message) > 2 and message[2] > 0:
            self.struck(message[1], message[2])
        if kind in OF_NOTES and len(message) > 1:
            self.played(message)

    def command_of(self, message: Sequence[int]) -> str | None:
        """What the pedal stands for that this message tells of; empty: it is on its way, or let go; None: it is no pedal."""
        kind = message[0] & 0xF0
        if len(message) < (2 if kind == PROGRAM else 3):
            return None
        number, value = message[1], 0 if kind == PROGRAM else message[2]
        for word, (sends, least) in TELLS_FROM.items():
            if sends == kind and value >= least and (command := self.pedals.get(f"{word}:{number}")):
                if word == "cc":
                    return command if self._goes_down((message[0], number), value) else ""
                return faded(command, value) if word == "fader" else command
        return None

    def _goes_down(self, pedal: tuple[int, int], value: int) -> bool:
        """One that tells of every place that it passes is pressed but once; one that says the same each time, with each."""
        before, self._stood[pedal] = self._stood.get(pedal, 0), value
        return value >= DOWN_FROM and (before < DOWN_FROM or before == value)

    def least(self) -> npt.NDArray[np.uint8]:
        """The same for a callback: (3, 128), for each of KINDS and each number the value from which it is a pedal, or NEVER."""
        table = np.full((len(KINDS), 128), NEVER, np.uint8)
        for word, (sends, least) in TELLS_FROM.items():
            row = table[KINDS.index(sends)]
            mapped = [number for number in range(128) if f"{word}:{number}" in self.pedals]
            row[mapped] = np.minimum(row[mapped], least)
        return table
