"""The words that a pedal, a key, a script or the control door can send: one table, the same everywhere.

A command is one word, and for some a value after it: `take`, `song caravan`, `tempo 120`, `level bass=-6`.
"""

import math
from typing import NamedTuple

from live_rig.show.faults import change_or
from live_rig.show.written import FASTEST_BPM, SLOWEST_BPM


class Command(NamedTuple):
    """What was asked for. `value` is empty where the command takes none."""

    word: str
    value: str = ""


class Kind(NamedTuple):
    """One row of the table. `value` shows what follows the word: empty for nothing, in [brackets] if optional."""

    value: str
    says: str


COMMANDS = {
    "start": Kind("", "start the song from where it stands"),
    "stop": Kind("", "stop the band"),
    "next": Kind("", "release the vamp, or go to the next section; when nothing plays: the next song"),
    "previous": Kind("", "back to the previous section; when nothing plays: the previous song"),
    "next-song": Kind("", "load the next song of the set"),
    "previous-song": Kind("", "load the previous song of the set"),
    "song": Kind("ID", "load a song by its id"),
    "section": Kind("NAME", "go to a section at the next bar line"),
    "band-in": Kind("", "the band comes in at the next bar line"),
    "vamp": Kind("", "go round in this section until next"),
    "hold": Kind("", "hold here until next"),
    "cut-off": Kind("", "the band stops at the next bar line"),
    "finale": Kind("", "go to the finale: its first beat is the last hit"),
    "take": Kind("", "the drummer takes the tempo"),
    "give": Kind("", "the drummer gives the tempo to the band"),
    "conduct": Kind("[BPM]", "the conductor takes the tempo"),
    "tempo": Kind("BPM", "the conductor's tempo"),
    "tap": Kind("", "one tap of the conductor's tempo"),
    "count-in": Kind("", "count the song in with the click"),
    "preset": Kind("NAME", "the drums sound like this preset"),
    "panic": Kind("", "everything quiet at once; the drums go on dry"),
    "mute": Kind("STEM", "mute a stem, or unmute it"),
    "level": Kind("STEM=DB", "set the level of a stem"),
    "click": Kind("on|off", "the click in the drummer's ears"),
}


def parse_command(text: str) -> Command:
    """The command written in `text`. Raises ValueError with (what is wrong, what to do) as its args."""
    word, _, value = text.strip().partition(" ")
    value = value.strip()
    if word not in COMMANDS:
        raise ValueError(f'there is no command "{word}"', change_or(word, COMMANDS, "Take one of: " + ", ".join(COMMANDS)))
    kind = COMMANDS[word]
    if kind.value and not value and not kind.value.startswith("["):
        raise ValueError(f'"{word}" needs something after it', f'Write "{word} {kind.value}"')
    if value and not kind.value:
        raise ValueError(f'"{word}" takes nothing after it', f'Write "{word}"')
    if value:
        _refuse_unfit(word, kind.value, value)
    return Command(word, value)


def _refuse_unfit(word: str, kind: str, value: str) -> None:
    """Raise where the value is not of its kind. Names are not looked up: only the show knows them."""
    match kind:
        case "BPM" | "[BPM]" if not SLOWEST_BPM <= _number(value) <= FASTEST_BPM:
            do = f'Write a number from {SLOWEST_BPM} to {FASTEST_BPM}: "{word} 120"'
            raise ValueError(f'"{value}" is not a tempo', do)
        case "on|off" if value not in ("on", "off"):
            raise ValueError(f'"{value}" is neither on nor off', f'Write "{word} on" or "{word} off"')
        case "STEM=DB" if not math.isfinite(_number(value.rpartition("=")[2])) or not value.rpartition("=")[0]:
            raise ValueError(f'"{value}" is not a stem and its level', f'Write "{word} bass=-6"')


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan
