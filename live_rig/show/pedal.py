"""What can be pressed: MIDI controllers, notes and program changes, and the keys of the computer, by their names in Qt.

`cc:64`, `note:37`, `pc:1` (0 to 127), `key:F1`, `key:Space`, `key:T`, `key:Ctrl+Right`. A `fader:1` is a controller whose every
value counts: `"fader:1" = "share"`, `"fader:2" = "tempo 80..160"`.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress

from live_rig.show.command import AT_BAR, AT_BEAT, parse_command
from live_rig.show.faults import Fault, change_or

MIDI = re.compile(r"(?:cc|note|pc|fader):(?:\d|[1-9]\d|1[01]\d|12[0-7])")
KEY = re.compile(r"key:(?:(?:Ctrl|Shift|Alt|Meta)\+)*(?P<name>.|\w+)")
NAMED_KEYS = {"Space", "Tab", "Return", "Enter", "Esc", "Backspace", "Ins", "Del", "Home", "End", "PgUp", "PgDown"}
NAMED_KEYS |= {"Left", "Right", "Up", "Down", *(f"F{number}" for number in range(1, 36))}


def is_pedal(pedal: str) -> bool:
    """Whether it names something that can be pressed. A letter is a key by its capital."""
    if MIDI.fullmatch(pedal):
        return True
    key = KEY.fullmatch(pedal)
    name = key["name"] if key else ""
    return name in NAMED_KEYS or (len(name) == 1 and name != " " and name == name.upper())


def faded(command: str, value: int) -> str:
    """The command of a fader at `value` (0 to 127): `share`, or `tempo LOW..HIGH`. ValueError as `parse_command` has it."""
    word, _, range_ = command.strip().partition(" ")
    if word == "share" and not range_:
        return f"share {value / 1.27:.0f}"
    low, dots, high = range_.partition("..")
    if word == "tempo" and dots:
        slow, fast = (float(parse_command(f"tempo {bpm}").value) for bpm in (low, high))
        return f"tempo {slow + (fast - slow) * value / 127:.1f}"
    raise ValueError(f'"{command}" is nothing that a fader moves', 'Write "share", or "tempo 80..160"')


def pedal_faults(pedals: Mapping[str, object]) -> Iterator[Fault]:
    """Pedals that cannot be pressed, and commands that do not exist."""
    for pedal, command in pedals.items():
        if not is_pedal(pedal):
            do = 'Write it as "cc:64", "note:37", "pc:1", "fader:1" (0 to 127) or "key:F1"'
            if pedal.startswith("key:"):
                do = change_or(pedal, [f"key:{name}" for name in sorted(NAMED_KEYS)], do)
            yield Fault("there is no such pedal or key", do, ("pedals", pedal))
        if pedal.startswith("cc:") and (fader := pedal.replace("cc", "fader", 1)) in pedals:
            yield Fault(f"its controller is {fader} already", "Take another controller for one of the two", ("pedals", pedal))
        if isinstance(command, str):
            try:
                if pedal.startswith("fader:"):
                    faded(command, 0)
                else:
                    parse_command(command)
            except ValueError as error:
                what, do = error.args
                yield Fault(what, do, ("pedals", pedal))


def nowhere_faults(pedals: Mapping[str, str], there: Mapping[str, Collection[str]]) -> Iterator[Fault]:
    """Pedals that call what the show has not. there: the names that a command may call, by its word: preset, song, pad."""
    for pedal, text in pedals.items():
        with suppress(ValueError):  # said already
            word, value = parse_command(text)
            name = value.removesuffix(AT_BEAT).removesuffix(AT_BAR) if word == "preset" else value
            if word == "pad" and name not in there["pad"]:  # a name may have a = in it, too
                name = name.rpartition("=")[0] or name
            if word in there and name not in there[word]:
                do = change_or(name, there[word], "Take it out, or bring it into the show")
                yield Fault(f'there is no {word} "{name}"', do, ("pedals", pedal))
