"""A show's presets as they are written now; each is read once, until somebody writes it, or a file that it reads.

To read a large preset takes longer than to call it, and a recall is not to wait for that. Whoever saves a preset may be met
half-way: what cannot be read stays as it was when it last could.
"""

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from live_rig.errors import ShowError
from live_rig.paths import presets_dir
from live_rig.rack.preset import Preset
from live_rig.rack.preset_reader import read_preset
from live_rig.show.edition import Edition
from live_rig.show.edition import Stamp as FileStamp
from live_rig.show.edition import stamp_of as file_stamp_of

Stamp = tuple[tuple[str, FileStamp | None], ...]  # of every file that a preset may stand on


class Shelf:
    """Presets by name. files: name -> file; more may come. folder: where they are written, beside those that ship."""

    def __init__(self, files: Mapping[str, Path], folder: Path) -> None:
        self.files: Mapping[str, Path] = dict(files)
        self._folder = folder
        self._read: dict[str, tuple[Stamp, Preset]] = {}
        self._beside: list[str] = []  # files that they read
        self._known = self._seen = self._now()

    def add(self, files: Mapping[str, Path]) -> None:
        """More presets, by name."""
        self.files = {**self.files, **files}

    def was_written(self) -> bool:
        """Whether anything has been written since the last True; not yet while somebody may still be at it."""
        before, self._seen = self._seen, self._now()
        if self._seen != before or self._seen == self._known:
            return False
        self._known = self._seen
        return True

    def take(self, name: str) -> Preset:
        """The preset of that name, which `files` must have. ShowError where it could never be read."""
        try:
            return self.read(name)
        except ShowError:
            with suppress(KeyError):
                return self._read[name][1]
            raise

    def read(self, name: str) -> Preset:
        """The same, as it is written now. ShowError where that cannot be read.

        A file that has gone, with its disk perhaps, leaves what was read of it.
        """
        file = self.files[name]
        if name in self._read and file_stamp_of(file) is None:
            return self._read[name][1]
        stamp = stamp_of(presets_dir(), file.parent)
        if name not in self._read or self._read[name][0] != stamp or were_written(self._read[name][1].files):
            self._read[name] = (stamp, read_preset(file))
            self._look_beside(self._read[name][1].files)
        return self._read[name][1]

    def _now(self) -> Stamp:
        return *stamp_of(presets_dir(), self._folder), *((file, file_stamp_of(Path(file))) for file in self._beside)

    def _look_beside(self, files: Edition) -> None:
        """See from now on, too, when these are written."""
        new = tuple((file, stamp) for file, stamp in sorted(files) if file not in self._beside)
        self._beside += [file for file, _ in new]
        self._known, self._seen = (*self._known, *new), (*self._seen, *new)


def were_written(files: Edition) -> bool:
    """Whether one of them is another now. One that has gone, with its disk perhaps, is not."""
    return any(file_stamp_of(Path(file)) not in (None, stamp) for file, stamp in files)


def stamp_of(*folders: Path) -> Stamp:
    """What changes when a preset in one of the folders is written, is new, or goes. A disk that cannot be read has none.

    Hidden files are no presets: an editor leaves some beside the one that it has open, and they may lead nowhere.
    """
    files: list[str] = []
    for folder in dict.fromkeys(folders):
        with suppress(OSError):
            files += [entry.path for entry in os.scandir(folder) if entry.name.endswith(".toml") and entry.name[0] != "."]
    return tuple((file, file_stamp_of(Path(file))) for file in sorted(files))
