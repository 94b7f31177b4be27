"""Where a show's presets are: its own come first, then the ones that ship."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from live_rig.paths import presets_dir
from live_rig.rack.preset_base import name_of, toml_files
from live_rig.rack.preset_reader import preset_faults
from live_rig.show.faults import Fault, nearest
from live_rig.show.toml_page import read_page


def preset_files(show_folder: Path) -> dict[str, Path]:
    """Preset name -> its file, in the order of the names. A show's own preset hides a bundled one of its name."""
    bundled = sorted(presets_dir().glob("*.toml"))
    return dict(sorted({name_of(path): path for path in (*bundled, *_own(show_folder))}.items()))


def own_preset_faults(show_folder: Path) -> Iterator[Fault]:
    """What is wrong with the presets in the show's own folder, used or not."""
    names: dict[str, str] = {}
    said = set[Fault]()  # what is wrong with a base is so in all that are based on it, and is one fault
    for path in _own(show_folder):
        new = [fault for fault in preset_faults(path, f"presets/{path.name}") if fault not in said]
        said.update(new)
        yield from new
        if (same := names.setdefault(path.name.lower(), path.name)) != path.name:
            what = f"{path.name} and {same} are one and the same on a system that knows no capitals"
            yield Fault(what, "Rename one of the two", file=f"presets/{path.name}")


def snapshot_doubts(show_folder: Path, parts: Iterable[str]) -> Iterator[Fault]:
    """Snapshots of the show's own presets that are nearly called like a part of a song, and so are not recalled by it.

    No fault: a snapshot may be there to be called by name.
    """
    there = set(parts)
    for path in _own(show_folder):
        page = read_page(path, f"presets/{path.name}")
        if isinstance(page, Fault) or not isinstance(snapshots := page.values.get("snapshots"), dict):
            continue
        for name in snapshots:
            if name not in there and (near := nearest(name, there)):
                what = f'no part of a song is called "{name}": the snapshot comes only when it is called for'
                yield page.placed(Fault(what, f'Change it to "{near}" if that was meant', ("snapshots", name)))


def _own(show_folder: Path) -> list[Path]:
    return toml_files(show_folder / "presets")
