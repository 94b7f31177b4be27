"""The runtime file that tells other programs of this user where the engine's door is, and its token.

Only its owner may read it. It is written whole or not at all, and goes when the engine goes. No engine takes away the file of
another that plays; an older one writes its own again when a newer one's has gone, or leads to nobody.
"""

import contextlib
import os
import socket
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import ValidationError

from live_rig.control.protocol import DoorAddress
from live_rig.errors import DoorError
from live_rig.paths import runtime_dir

HOST = "127.0.0.1"  # where all doors are


def default_door_file() -> Path:
    """Where this user's engine says where its door is."""
    return runtime_dir() / "door.json"


def write_door_file(path: Path, address: DoorAddress) -> None:
    """Write it for this user's eyes only. Raises DoorError."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        part.unlink(missing_ok=True)
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(address.to_wire())
        part.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            part.unlink()
        raise DoorError(
            f"The door's address could not be written: {error.strerror}",
            where=str(path),
            do="Make room there, or make the folder yours",
        ) from None


def read_door_file(path: Path) -> DoorAddress | None:
    """The address in it; None when there is no such file, or it says nothing that can be understood."""
    try:
        return DoorAddress.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None


def leads_to_somebody(path: Path) -> bool:
    """Whether a program listens where the file leads to: one that was killed has left its file, and listens no more.

    The port is tried, and nobody called: a door that is called wants to be greeted.
    """
    address = read_door_file(path)
    if address is None:
        return False
    with socket.socket() as trial:
        if os.name == "posix":  # as the door's own: else a port whose last client has only just gone counts as taken
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((HOST, urlsplit(address.url).port or 0))
        except OSError:
            return True
        except ValueError:  # no number
            return False
    return False


def remove_door_file(path: Path, url: str) -> None:
    """Take it away, if it leads to this URL. Only who has that port can say that nobody else is there."""
    address = read_door_file(path)
    if address is not None and address.url == url:
        path.unlink(missing_ok=True)
