"""The plugins of this machine: found, looked at in a process each, remembered; those that crash or hang are blocked.

The memory is a file in the cache; a plugin whose file has changed is looked at anew.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from live_rig.errors import RackError
from live_rig.paths import cache_dir
from live_rig.rack.plugin_file import why_foreign
from live_rig.show.faults import change_or

TIME_LIMIT_S = 20.0
SHORTEST_LIMIT_S = 1.0  # below it every plugin would seem to hang
KINDS = (".vst3", ".component")
FOLDERS = {
    "linux": ("~/.vst3", "/usr/lib/vst3", "/usr/local/lib/vst3"),
    "darwin": ("~/Library/Audio/Plug-Ins/VST3", "/Library/Audio/Plug-Ins/VST3"),
    "win32": ("C:/Program Files/Common Files/VST3",),
}


@dataclass(frozen=True, slots=True)
class Seen:
    """One plugin file. blocked: why it is not to be loaded, empty for one that may be."""

    path: str
    changed: float  # the file's time
    blocked: str = ""
    plugins: list[dict[str, Any]] = field(default_factory=list)


def memory_file() -> Path:
    """Where the cache and the blocklist are kept."""
    return cache_dir() / "plugins.json"


def remembered() -> dict[str, Seen]:
    """Every plugin that has been looked at, by its path. Empty where the file is not there or no good."""
    try:
        rows = json.loads(memory_file().read_text(encoding="utf-8"))
        return {row["path"]: Seen(**row) for row in rows}
    except (OSError, ValueError, TypeError, KeyError):
        return {}


def remember(seen: dict[str, Seen]) -> None:
    """Keep it, whole or not at all."""
    file = memory_file()
    new = file.with_suffix(".new")
    new.write_text(json.dumps([asdict(one) for one in seen.values()], indent=1), encoding="utf-8")
    new.replace(file)


def plugin_files(folders: Sequence[Path] = ()) -> list[Path]:
    """Every .vst3 in these folders; without any, in the system's own."""
    places = list(folders) or [Path(folder).expanduser() for folder in FOLDERS.get(sys.platform, ())]
    found = {file.resolve() for folder in places if folder.is_dir() for file in folder.rglob("*.vst3")}
    return sorted(file for file in found if not any(parent.suffix == ".vst3" for parent in file.parents))


def look_at(path: Path, *more: str, limit_s: float = TIME_LIMIT_S) -> Seen:
    """One plugin, in a process of its own. A crash or a hang blocks it.

    more: what `plugin_look` is to do beside. RackError where that cannot be done, and it is not the plugin's fault.
    """
    changed = path.stat().st_mtime
    if why := why_foreign(path):
        return Seen(str(path), changed, why)
    command = [sys.executable, "-m", "live_rig.rack.plugin_look", str(path), *more]
    try:
        ended = subprocess.run(command, capture_output=True, text=True, timeout=limit_s, check=False)
    except subprocess.TimeoutExpired:
        return Seen(str(path), changed, f"it did not answer for {limit_s:g} s")
    line = next((line for line in reversed(ended.stdout.splitlines()) if line.startswith("{")), "")
    if not line:
        return Seen(str(path), changed, "it crashed while it was loaded")
    answer = json.loads(line)
    if "refused" in answer:
        return Seen(str(path), changed, f"it cannot be loaded: {answer['refused']}")
    if "wrong" in answer:
        what, where, do = answer["wrong"]
        raise RackError(what, where=where, do=do)
    return Seen(str(path), changed, "", answer["plugins"])


def scan(folders: Sequence[Path] = (), *, again: bool = False, limit_s: float = TIME_LIMIT_S) -> Iterator[tuple[Seen, bool]]:
    """(what is known of it, whether it was looked at just now) of every plugin there is. again: also those looked at before.

    RackError where a folder is not there.
    """
    for folder in folders:
        if not folder.is_dir():
            raise RackError("There is no such folder", where=str(folder), do="Check the name")
    known = remembered()
    for path in plugin_files(folders):
        old = known.get(str(path))
        is_new = again or old is None or old.changed != path.stat().st_mtime
        if is_new:
            known[str(path)] = look_at(path, limit_s=limit_s)
            remember(known)
        yield known[str(path)], is_new


def why_blocked(path: Path) -> str:
    """Why a plugin must not be loaded; empty when it may, or is not known."""
    seen = remembered().get(str(path.resolve()))
    return seen.blocked if seen and path.exists() and seen.changed == path.stat().st_mtime else ""


def find(name: str) -> Path:
    """The plugin of that name, or that path. RackError where there is none."""
    if Path(name).exists() and Path(name).suffix in KINDS:
        return Path(name).resolve()
    known = remembered()
    for path, seen in known.items():
        if name.lower() in (Path(path).stem.lower(), *(str(plugin["name"]).lower() for plugin in seen.plugins)):
            return Path(path)
    there = [Path(path).stem for path in known]
    do = change_or(name, there, "Scan for it: live-rig plugins scan FOLDER")
    raise RackError(f'There is no plugin "{name}"', where=f"known: {', '.join(there) or 'none'}", do=do)
