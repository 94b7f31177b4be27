"""Where things are: what ships with the rig, and what it keeps for itself outside every show."""

import os
import sys
from pathlib import Path

from platformdirs import user_cache_path, user_runtime_path, user_state_path

APP = "live-rig"
PACKAGE = Path(__file__).parent


def presets_dir() -> Path:
    """The presets that ship."""
    return _shipped("presets")


def examples_dir() -> Path:
    """The shows that ship, one folder each."""
    return _shipped("examples")


def cache_dir() -> Path:
    """What can be made again: stems decoded to the session's rate. Made where it is not there."""
    return user_cache_path(APP, appauthor=False, ensure_exists=True)


def runtime_dir() -> Path:
    """What lives as long as the engine: its door's address and token. Made where it is not there."""
    if sys.platform == "linux" and not os.environ.get("XDG_RUNTIME_DIR"):
        folder = user_state_path(APP, appauthor=False) / "run"  # in the home: /tmp belongs to everybody
    else:
        folder = user_runtime_path(APP, appauthor=False)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def last_show() -> Path | None:
    """The show that was opened last, if it is still there."""
    try:
        folder = Path(_last_show_file().read_text(encoding="utf-8").strip())
    except (OSError, UnicodeDecodeError):
        return None
    return folder if (folder / "show.toml").is_file() else None


def remember_show(folder: Path) -> None:
    """Make `folder` the last show. Where that cannot be written it is forgotten: no reason to stop."""
    try:
        _last_show_file().write_text(f"{folder.resolve()}\n", encoding="utf-8")
    except OSError:
        return


def _last_show_file() -> Path:
    return user_state_path(APP, appauthor=False, ensure_exists=True) / "last-show"


def _shipped(name: str) -> Path:
    """In an installed wheel inside the package, in a checkout beside it."""
    inside = PACKAGE / name
    return inside if inside.is_dir() else PACKAGE.parent / name
