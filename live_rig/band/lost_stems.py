"""Stems whose files are gone while the song plays: deleted, moved, cut short, or on a disk that was pulled.

What plays is the rig's own copy of each (see `stems`), so a file of the show that is gone costs nothing until the song is
loaded again. Where the copy itself cannot be read, that stem is silent and the band goes on. Either way the stage says which.
"""

from pathlib import Path

from cython_core.stems import Stems
from live_rig.show.song import Song


class StemWatch:
    """Tells once of every stem that is lost. `look` takes as long as the disk does: not for a thread that is waited for."""

    def __init__(self, song: Song, stems: Stems) -> None:
        self._song, self._stems = song, stems
        self._sizes = [size_of(song.folder / stem.file) for stem in song.stems]
        self._told: set[str] = set()

    def look(self) -> list[str]:
        """What has been lost since the last look, in words."""
        said = []
        for number, stem in enumerate(self._song.stems):
            if number in self._stems.unreadable:
                said.append(f'"{stem.name}" cannot be read any more: the band goes on without it')
            elif size_of(self._song.folder / stem.file) != self._sizes[number]:
                said.append(
                    f'The file of "{stem.name}" has gone or changed. It plays on; put {stem.file} back before the next start'
                )
        new = [words for words in said if words not in self._told]
        self._told.update(new)
        return new


def size_of(path: Path) -> int:
    """Bytes; -1 where there is no such file."""
    try:
        return path.stat().st_size
    except OSError:
        return -1
