"""A preset on top of the one it is based on: named things are joined by name, and key by key; all else is replaced."""

from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Any

from live_rig.paths import presets_dir, with_home
from live_rig.rack.preset_rows import one_of
from live_rig.show.faults import Fault, change_or
from live_rig.show.file_names import composed, file_of
from live_rig.show.toml_page import Page, read_page

MOST_BASES = 32
JOINED = 3  # parts of a key that are joined with the base's: strips, kick, gain_db; what is below is of one page
NAMED = ("strips", "groups", "sends", "macros", "start", "snapshots")


@dataclass(frozen=True, slots=True)
class Written:
    """What a preset says, its base included. pages: its own, that of its base, and so on."""

    values: dict[str, Any]
    pages: tuple[Page, ...]

    def placed(self, fault: Fault) -> Fault:
        """The fault with the file and the line where it was written: its own page, else the nearest of its bases."""
        named = tuple(takewhile(lambda part: isinstance(part, str), fault.key))[:JOINED]
        deepest = max(self.pages, key=lambda page: sum(named[: depth + 1] in page.lines for depth in range(len(named))))
        return deepest.placed(fault)


def on_its_base(file: Path, page: Page, line: tuple[str, ...] = ()) -> Written | Fault:
    """What a preset's page says, on top of what its base says; files that its effects name are absolute.

    line: the presets that led here. A base is looked for beside the file, then among those that ship.
    """
    line = (*line, name_of(file))
    name = page.values.get("based_on")
    own: dict[str, Any] = _with_absolute_paths(page.values, file.parent)
    if name is None:
        return Written(own, (page,))
    if not isinstance(name, str):
        return Fault("based_on must be a text", "Write the name of a preset in quotes", ("based_on",))
    if name in line:
        return Fault(f"{' is based on '.join((*line, name))}: it goes round in a circle", "Base it on another", ("based_on",))
    if len(line) == MOST_BASES:
        return Fault(f"more than {MOST_BASES} presets stand on each other", "Base it on another", ("based_on",))
    there = {name_of(each): each for folder in (presets_dir(), file.parent) for each in toml_files(folder)}
    if name not in there:
        others = sorted(there.keys() - {*line})
        return Fault(f"There is no preset {name}", change_or(name, others, one_of(others)), ("based_on",))
    beside = there[name].parent == file.parent
    base_page = read_page(there[name], str(Path(page.file).with_name(f"{name}.toml")) if beside else f"{name}.toml")
    if isinstance(base_page, Fault):
        return base_page
    base = on_its_base(there[name], base_page, line)
    if isinstance(base, Fault):
        return base_page.placed(base)
    return Written(_merged(base.values, own), (page, *base.pages))


def name_of(file: Path) -> str:
    """What a preset is called by."""
    return composed(file.stem)


def toml_files(folder: Path) -> list[Path]:
    """Those of a folder, by name; not the hidden ones that systems put beside them."""
    return sorted(file for file in folder.glob("*.toml") if not file.name.startswith("."))


def _merged(base: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    both = {**base, **own}
    for key in NAMED:
        if isinstance(base.get(key), dict) and isinstance(own.get(key), dict):
            both[key] = {
                name: {**base[key][name], **own[key][name]}
                if isinstance(base[key].get(name), dict) and isinstance(own[key].get(name), dict)
                else {**base[key], **own[key]}[name]
                for name in {**base[key], **own[key]}
            }
    return both


def _with_absolute_paths(written: Any, folder: Path) -> Any:
    """The files that effects name are looked for beside the preset that names them."""
    if isinstance(written, list):
        return [_with_absolute_paths(each, folder) for each in written]
    if not isinstance(written, dict):
        return written
    inside = {key: _with_absolute_paths(value, folder) for key, value in written.items()}
    if isinstance(inside.get("type"), str):
        for key in ("path", "state", "impulse_response_filename"):
            if isinstance(inside.get(key), str):
                inside[key] = str(file_of(folder, with_home(Path(inside[key]))))
    return inside
