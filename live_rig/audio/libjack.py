"""Whose JACK the rig speaks to: a JACK server's, or PipeWire's, which has a library of its own under the same name.

Whichever library of that name a process loads first, it keeps, PortAudio in it included. So where PipeWire plays and no JACK
server does, its library is loaded before anybody asks for one, as `pw-jack` would have it.
"""

import ctypes
import os
import socket
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

CHOICE = "LIVE_RIG_JACK"  # "jack" or "pipewire", for who has both
PLACES = ("lib/*/pipewire-*/jack/libjack.so.0", "lib*/pipewire-*/jack/libjack.so.0")  # Debian and its kin; others
SOCKETS = Path("/dev/shm")  # of JACK servers


def choose() -> None:
    """Load PipeWire's library where it is PipeWire that plays. Elsewhere, and once another is loaded, nothing changes."""
    if sys.platform == "linux" and is_pipewires(os.environ) and (library := pipewires_library()):
        with suppress(OSError):  # another system's: what is asked for by name is what there is then
            ctypes.CDLL(str(library), mode=ctypes.RTLD_GLOBAL)


def is_pipewires(environ: Mapping[str, str], sockets: Path = SOCKETS) -> bool:
    """Whether PipeWire plays, and no JACK server does, in a session with these settings; or somebody has said so."""
    if choice := environ.get(CHOICE):
        return choice == "pipewire"
    folder = environ.get("PIPEWIRE_RUNTIME_DIR") or environ.get("XDG_RUNTIME_DIR")
    if not folder or a_server_answers(environ, sockets):
        return False
    return answers(Path(folder) / environ.get("PIPEWIRE_REMOTE", "pipewire-0"))


def a_server_answers(environ: Mapping[str, str], sockets: Path = SOCKETS) -> bool:
    """Whether a JACK server runs: the one that these settings mean."""
    return answers(sockets / f"jack_{environ.get('JACK_DEFAULT_SERVER', 'default')}_{os.getuid()}_0")


def answers(place: Path) -> bool:
    """Whether somebody listens at this socket. One that was killed leaves its own behind, at which nobody does."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asked, suppress(OSError):
        asked.connect(str(place))
        return True
    return False


def pipewires_library(system: Path = Path("/usr")) -> Path | None:
    """Where it is; None where it is not installed, or is the only libjack there is."""
    return next((found for place in PLACES for found in sorted(system.glob(place))), None)
