"""The runtime file that tells other programs of this user where the engine's door is, and its token.

Only its owner may read it. It is written whole or not at all, and goes when the engine goes. No engine takes away the file of
another that plays; an older one writes its own again when a newer one's has gone.
"""

import contextlib
import os
from pathlib import Path

from pydantic import ValidationError

from live_rig.control.protocol import DoorAddress
from live_rig.errors import DoorError
from live_rig.paths import runtime_dir


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


def remove_door_file(path: Path, url: str) -> None:
    """Take it away, if it leads to this URL. Only who has that port can say that nobody else is there."""
    address = read_door_file(path)
    if address is not None and address.url == url:
        path.unlink(missing_ok=True)
