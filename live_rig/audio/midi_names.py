"""Which MIDI port is meant by a name."""

import re
from collections.abc import Sequence
from difflib import get_close_matches

from live_rig.errors import DeviceError

ALSAS_NUMBER = re.compile(r" \d+:\d+$")  # where it was plugged in, which is another place the next time


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


def no_such_port(names: Sequence[str], present: Sequence[str]) -> DeviceError:
    """For names of which none fits anything."""
    close = get_close_matches(names[0], present, n=1, cutoff=0.4)
    if close:
        do = f'Say "{close[0]}", the nearest there is'
    elif present:
        do = f"Choose one of: {', '.join(present)}"
    else:
        do = "Plug it in and switch it on"
    named = " or ".join(f'"{name}"' for name in names)
    return DeviceError(f"There is no MIDI port {named}", where="live-rig devices lists them", do=do)
