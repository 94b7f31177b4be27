"""Which files a song was read from, and as they were: whoever writes one of them anew makes another edition of the song."""

from collections.abc import Iterable
from pathlib import Path

from live_rig.show.file_names import file_of

Stamp = tuple[int, int, int]  # of a file: its size and its times
Edition = frozenset[tuple[str, Stamp | None]]  # by the files' names in the song's folder; None: it was not there


def stamp_of(path: Path) -> Stamp | None:
    """As a file is now; None where there is none, or its disk has gone."""
    try:
        status = path.stat()
    except (OSError, ValueError):  # the second: a zero in its name
        return None
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns


def edition_of(folder: Path, files: Iterable[str]) -> Edition:
    """These files of a folder, as they are now."""
    return frozenset((file, stamp_of(file_of(folder, file))) for file in files)
