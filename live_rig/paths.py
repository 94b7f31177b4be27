"""Where things are: what ships with the rig, and what it keeps for itself outside every show."""

import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path

from platformdirs import user_cache_path, user_runtime_path, user_state_path

from live_rig.errors import DeviceError
from live_rig.show.write import write_file

APP = "live-rig"
PACKAGE = Path(__file__).parent


def presets_dir() -> Path:
    """The presets that ship."""
    return _shipped("presets")


def examples_dir() -> Path:
    """The shows that ship, one folder each."""
    return _shipped("examples")


def cache_dir() -> Path:
    """What can be made again: stems decoded to the session's rate. Made where it is not there; DeviceError where it cannot
    be."""
    return _made(_ours(user_cache_path))


def runtime_dir() -> Path:
    """What lives as long as the engine: its door's address and token. Whoever writes there makes it; DeviceError where there is
    no home that it could be in."""
    if sys.platform != "linux":
        return _ours(user_runtime_path)
    given = Path(os.environ.get("XDG_RUNTIME_DIR", ""))
    if given.is_absolute() and _is_ours_alone(given):
        return given / APP
    return _ours(user_state_path) / "run"  # in the home: /tmp belongs to everybody


def _is_ours_alone(folder: Path) -> bool:
    """Whether it is as the XDG specification wants a runtime folder: there, this user's own, and shut to all others."""
    try:
        seen = folder.stat()
    except OSError:
        return False
    return stat.S_ISDIR(seen.st_mode) and seen.st_uid == os.getuid() and not seen.st_mode & 0o077


def with_home(path: Path) -> Path:
    """With the home folder that a ~ stands for; as it is where there is none, or no such user."""
    try:
        return path.expanduser()
    except RuntimeError:
        return path


def _ours(place: Callable[..., Path]) -> Path:
    """The rig's own folder at one of the user's places. DeviceError where there is no home that they could be in."""
    try:
        return place(APP, appauthor=False)
    except RuntimeError:
        do = "Set HOME to a folder that you may write in"
        raise DeviceError("This user has no home folder", where="HOME is not set", do=do) from None


def _made(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        do = "See whose that folder is, and whether its disk is full"
        raise DeviceError(f"A folder cannot be made: {error.strerror}", where=str(folder), do=do) from None
    return folder


def last_show() -> Path | None:
    """The show that was opened last, if it is still there."""
    try:
        folder = Path(_last_show_file().read_text(encoding="utf-8").strip())
    except (OSError, UnicodeDecodeError, DeviceError):
        return None
    return folder if (folder / "show.toml").is_file() else None


def remember_show(folder: Path) -> None:
    """Make `folder` the last show. Where that cannot be written the one before stays: no reason to stop."""
    try:
        write_file(_last_show_file(), f"{folder.resolve()}\n")
    except (OSError, DeviceError):
        return


def _last_show_file() -> Path:
    return _made(_ours(user_state_path)) / "last-show"


def _shipped(name: str) -> Path:
    """In an installed wheel inside the package, in a checkout beside it."""
    inside = PACKAGE / name
    return inside if inside.is_dir() else PACKAGE.parent / name
