"""Which MIDI port is meant by a name, and what is said of one that is not there."""

import re
from collections.abc import Sequence
from difflib import get_close_matches

ALSAS_NUMBER = re.compile(r" \d+:\d+$")  # where it was plugged in, which is another place the next time
WORD = re.compile(r"[^\W_]{3,}")
GONE = "No MIDI from {name}. Plug it in: it is heard by itself"
NAMED_AT_MOST = 3  # on a line that is read from behind a kit


def fitting(names: Sequence[str], ports: Sequence[str]) -> dict[str, str]:
    """For each name that fits a port, the port: its own name, else the first of which it is a part; no port twice."""
    meant: dict[str, str] = {}
    for name in names:
        part = ALSAS_NUMBER.sub("", name).lower()
        free = [port for port in ports if port not in meant.values()]
        near = [port for port in free if port == name] + [port for port in free if part in port.lower()]
        if near:
            meant[name] = near[0]
    return meant


def never_heard(name: str, ports: Sequence[str]) -> str:
    """For a name that has fitted nothing yet. It may be a slip of the pen: so it says which of the free `ports` is nearest, or
    else what there is."""
    gone = GONE.format(name=name)
    if near := _nearest(name, ports):
        return f'{gone}. Or is it "{_short(near)}"?'
    named = [*map(_short, ports[:NAMED_AT_MOST]), *(["…"] if len(ports) > NAMED_AT_MOST else [])]
    return f"{gone}. There is: {', '.join(named)}" if named else gone


def _nearest(name: str, ports: Sequence[str]) -> str | None:
    """By the whole of a port's name, or by a word of it."""
    parts = {part.lower(): port for port in reversed(ports) for part in (*WORD.findall(port), _short(port))}
    close = get_close_matches(name.lower(), parts, n=1)
    return parts[close[0]] if close else None


def _short(port: str) -> str:
    """Without what else a server calls it."""
    return port.partition(" = ")[0]
