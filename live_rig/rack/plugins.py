"""The plugins of this machine: found, looked at in a process each, remembered; those that crash or hang are blocked.

A file may hold several plugins. The memory is a file in the cache; a plugin whose file has changed is looked at anew.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from live_rig.errors import DeviceError, RackError
from live_rig.paths import cache_dir, with_home
from live_rig.rack.plugin_file import why_foreign
from live_rig.show.faults import change_or
from live_rig.show.write import write_file

TIME_LIMIT_S = 20.0
MOST_NAMES = 12  # of plugins, in one line
SHORTEST_LIMIT_S = 1.0  # below it every plugin would seem to hang
KINDS = (".vst3", ".component")
FOLDERS = {
    "linux": ("~/.vst3", "/usr/lib/vst3", "/usr/local/lib/vst3"),
    "darwin": ("~/Library/Audio/Plug-Ins/VST3", "/Library/Audio/Plug-Ins/VST3"),
    "win32": ("C:/Program Files/Common Files/VST3",),
}


@dataclass(frozen=True, slots=True)
class Seen:
    """One plugin file. blocked: why nothing in it is to be loaded, empty where something may be."""

    path: str
    changed: float  # the file's time
    blocked: str = ""
    plugins: list[dict[str, Any]] = field(default_factory=list)  # those that may be loaded
    unfit: dict[str, str] = field(default_factory=dict)  # by its name in the file, why a plugin must not be

    def why_not(self, plugin: str | None) -> str:
        """Why the plugin of that name is not to be loaded; None: the only one. Empty when it may be, or is not known."""
        return self.blocked or self.unfit.get(plugin or "", "")

    def beside(self, known: "Seen | None") -> "Seen":
        """The same, with what is known of the file's other plugins, unless the file has changed since."""
        if known is None or known.changed != self.changed:
            return self
        looked_at = {str(row["name"]) for row in self.plugins} | self.unfit.keys()
        plugins = self.plugins + [row for row in known.plugins if row["name"] not in looked_at]
        unfit = self.unfit | {name: why for name, why in known.unfit.items() if name not in looked_at}
        return Seen(self.path, self.changed, "" if plugins else self.blocked, plugins, unfit)


def memory_file() -> Path:
    """Where the cache and the blocklist are kept."""
    return cache_dir() / "plugins.json"


def remembered() -> dict[str, Seen]:
    """Every plugin that has been looked at, by its path. Empty where the file is not there or no good."""
    try:
        rows = json.loads(memory_file().read_text(encoding="utf-8"))
        return {row["path"]: Seen(**row) for row in rows}
    except (OSError, DeviceError, ValueError, TypeError, KeyError):
        return {}


def remember(*seen: Seen) -> None:
    """Keep it beside what is known by now: another scan may be at work. Raises DeviceError where there is no place for it."""
    known = remembered() | {one.path: one for one in seen}
    try:
        file = memory_file()
    except DeviceError as error:
        what, do = f"What is known of plugins cannot be kept: {error.what}", "Make a folder there that you may write in"
        raise DeviceError(what, where=error.where, do=do) from error
    write_file(file, json.dumps([asdict(one) for one in known.values()], indent=1))


def plugin_files(folders: Sequence[Path] = ()) -> list[Path]:
    """Every .vst3 in these folders; without any, in the system's own."""
    places = list(folders) or [with_home(Path(folder)) for folder in FOLDERS.get(sys.platform, ())]
    found = {real(file) for folder in places if folder.is_dir() for file in folder.rglob("*.vst3")}
    return sorted(file for file in found if not any(parent.suffix == ".vst3" for parent in file.parents))


def look_at(path: Path, *more: str, plugin: str | None = None, limit_s: float = TIME_LIMIT_S) -> Seen:
    """Every plugin of a file, each in a process of its own; or the one of that name. A crash or a hang blocks it.

    more: what `plugin_look` is to do beside. RackError where that cannot be done, and it is not the plugin's fault.
    """
    changed = changed_at(path)
    if why := why_unreadable(path):
        return Seen(str(path), changed, why)
    first = asked(path, plugin, more, limit_s)
    answers = {first.get("name", ""): first}
    for name in first["names"] if not plugin and "names" in first else ():
        if name not in answers:
            answers[name] = asked(path, name, more, limit_s)
    unfit = {name: str(answer["refused"]) for name, answer in answers.items() if "refused" in answer}
    plugins = [answer["plugin"] for answer in answers.values() if "plugin" in answer]
    seen = Seen(str(path), changed, "" if plugins else next(iter(unfit.values())), plugins, unfit)
    return seen.beside(remembered().get(str(path))) if plugin else seen


def asked(path: Path, plugin: str | None, more: Sequence[str], limit_s: float) -> dict[str, Any]:
    """What `plugin_look` answers of one plugin, or why it is to be `refused`, where it does not.

    What a plugin prints is left unread; what it leaves behind is ended.
    """
    with TemporaryDirectory(prefix="live-rig-") as folder:
        answer = Path(folder) / "answer.json"
        command = [sys.executable, "-m", "live_rig.rack.plugin_look", str(path), "--answer", str(answer), *more]
        command += ["--plugin", plugin] if plugin else []
        quiet = subprocess.DEVNULL
        looking = subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True)
        why = f"it did not answer for {limit_s:g} s"
        with suppress(subprocess.TimeoutExpired):
            try:
                code = looking.wait(limit_s)
                why = "it ended the program that loaded it" if code == 0 else "it crashed while it was loaded"
            finally:
                end_with_children(looking)
        told: dict[str, Any] = json.loads(answer.read_text(encoding="utf-8")) if answer.exists() else {}
    if "wrong" in told:
        what, where, do = told["wrong"]
        raise RackError(what, where=where, do=do)
    return told if "plugin" in told or "refused" in told else told | {"refused": why}


def end_with_children(process: "subprocess.Popen[bytes]") -> None:
    """It and, where the system keeps count of them, all that it has begun."""
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.wait()


def why_unreadable(path: Path) -> str:
    """Why a plugin cannot even be tried on this machine, empty where it can."""
    try:
        return why_no_file(path) or why_foreign(path)
    except OSError as error:
        return f"it cannot be read: {error.strerror}"


def why_no_file(path: Path) -> str:
    """Why there is nothing to load, empty where there is: a link to nowhere, a pipe, an empty file or folder."""
    if not str(path).isprintable():
        return "its name, or its folder's, has signs that cannot be read"
    if not path.exists():
        return "it is a link that leads nowhere"
    if path.is_dir():
        return "" if any(path.iterdir()) else "it is an empty folder"
    if not path.is_file():
        return "it is no file"
    return "" if path.stat().st_size else "it is empty: 0 bytes"


def real(path: Path) -> Path:
    """The file that a path leads to; the path itself where its link leads nowhere, or in a circle."""
    return Path(os.path.realpath(path)) if os.access(path, os.F_OK) else path.absolute()


def changed_at(path: Path) -> float:
    """When it was written, or what is in it: a bundle keeps its time when its binary is replaced. 0 where nobody can say."""
    times = [0.0]
    for part in (path, *path.glob("Contents/*"), *path.glob("Contents/*/*")):
        with suppress(OSError):
            times.append(part.stat().st_mtime)
    return max(times)


def scan(folders: Sequence[Path] = (), *, again: bool = False, limit_s: float = TIME_LIMIT_S) -> Iterator[tuple[Seen, bool]]:
    """(what is known of it, whether it was looked at just now) of every plugin there is. again: also those looked at before.

    RackError where a folder is not there, or cannot be read.
    """
    for folder in folders:
        if not folder.is_dir():
            raise RackError("There is no such folder", where=str(folder), do="Check the name")
        if not os.access(folder, os.R_OK | os.X_OK):
            raise RackError("The folder cannot be read", where=str(folder), do="Check that you may open it")
    known = remembered()
    for path in plugin_files(folders):
        old = known.get(str(path))
        is_new = again or old is None or old.changed != changed_at(path)
        if is_new:
            known[str(path)] = look_at(path, limit_s=limit_s)
            remember(known[str(path)])
        yield known[str(path)], is_new


def why_blocked(path: Path, plugin: str | None = None) -> str:
    """Why a plugin must not be loaded; empty when it may, or is not known. plugin: its name, where the file holds several."""
    seen = remembered().get(str(real(path)))
    return seen.why_not(plugin) if seen and path.exists() and seen.changed == changed_at(path) else ""


def find(name: str) -> tuple[Path, str | None]:
    """The plugin of that name, or that path: its file, and its name in it if it was called by that.

    Of several with that name one that is there still, and may be loaded, if any is. RackError where there is none.
    """
    with suppress(OSError):  # no file has so long a name
        if Path(name).exists() and Path(name).suffix in KINDS:
            return real(Path(name)), None
    known = remembered()
    called_so: list[tuple[Path, str | None]] = []
    for file, seen in known.items():
        inside = (*(str(plugin["name"]) for plugin in seen.plugins), *seen.unfit)
        called_so += [(Path(file), plugin) for plugin in inside if plugin.lower() == name.lower()]
        called_so += [(Path(file), None)] * (Path(file).stem.lower() == name.lower())
    if called_so:
        return max(called_so, key=lambda one: (one[0].exists(), not known[str(one[0])].why_not(one[1])))
    there = [stem for path in known if (stem := Path(path).stem).isprintable()]
    more = f" and {len(there) - MOST_NAMES} more" if len(there) > MOST_NAMES else ""
    do = change_or(name, there, "Scan for it: live-rig plugins scan FOLDER")
    raise RackError(f'There is no plugin "{name}"', where=f"known: {', '.join(there[:MOST_NAMES]) or 'none'}{more}", do=do)
