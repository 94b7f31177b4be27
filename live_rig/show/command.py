"""Reading a command: from a pedal, a key or a script, the same words as at the control door.

A command is one word, and for some a value after it: `take`, `song caravan`, `tempo 120`, `level bass=-6`.
"""

import math
import re
from typing import NamedTuple

from live_rig.control.protocol import COMMANDS
from live_rig.show.faults import change_or
from live_rig.show.written import FASTEST_BPM, SLOWEST_BPM

MOST_RIT_BARS = 64
AT_BEAT, AT_BAR = " at beat", " at bar"  # after a preset's name: from the next one on, not at once


class Command(NamedTuple):
    """What was asked for. `value` is empty where the command takes none."""

    word: str
    value: str = ""


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
        case "KNOB=NUMBER" if not math.isfinite(_number(value.rpartition("=")[2])) or not value.rpartition("=")[0]:
            raise ValueError(f'"{value}" is not a knob and its number', f'Write "{word} snare.gain_db=2"')
        case "NUMBER" if not re.fullmatch(r"[1-9][0-9]{0,4}(@(bar|beat|phrase))?", value):
            raise ValueError(f'"{value}" is not a bar', f'Write "{word} 17", "{word} 17@beat" or "{word} 17@phrase"')
        case "on|off" if value not in ("on", "off"):
            raise ValueError(f'"{value}" is neither on nor off', f'Write "{word} on" or "{word} off"')
        case "STEM=PLACE" if not -1 <= _number(value.rpartition("=")[2]) <= 1 or not value.rpartition("=")[0]:
            raise ValueError(f'"{value}" is not a stem and its place', f'Write "{word} bass=-0.5", from -1 (left) to 1 (right)')
        case "MIX.SOURCE=DB" if not _names_a_level(value):
            raise ValueError(f'"{value}" is not a mix, a source and its level', f'Write "{word} drummer.click=-6"')
        case "PERCENT" if not 0 <= _number(value) <= 100:
            raise ValueError(f'"{value}" is no part of a hundred', f'Write a number from 0 to 100: "{word} 50"')
        case "[BARS]" if not 1 <= _number(value) <= MOST_RIT_BARS:
            raise ValueError(f'"{value}" is no number of bars', f'Write a number from 1 to {MOST_RIT_BARS}: "{word} 2"')
        case "KEY" if not re.fullmatch(r"(.+=)?(up|down|[+-]?[0-9]+)", value):
            raise ValueError(f'"{value}" is not a key', f'Write semitones from the recording: "{word} -2", "{word} up"')
        case "on|off":
            pass
        case _ if "|" in kind and value not in (words := kind.strip("[]").split("|")):
            raise ValueError(f'"{value}" is not one of {", ".join(words)}', f'Write "{word} {words[0]}"')
        case "STEM=DB" if not math.isfinite(_number(value.rpartition("=")[2])) or not value.rpartition("=")[0]:
            raise ValueError(f'"{value}" is not a stem and its level', f'Write "{word} bass=-6"')


def _names_a_level(value: str) -> bool:
    """Whether it reads like drummer.click=-6."""
    knob, _, level_db = value.rpartition("=")
    mix, _, source = knob.rpartition(".")
    return bool(mix.strip() and source.strip()) and math.isfinite(_number(level_db))


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan
