"""What a file may be called, on whichever system: shows are carried from one to another, and Windows is the strictest.

An ü is one sign or two, and a Mac may write the two: what is read in a text is composed (one sign), and so are names that are
taken from files; the file of a name is found whichever its disk has.
"""

import os
import unicodedata
from collections.abc import Iterator
from pathlib import Path, PurePath

NO_LETTERS = frozenset('/\\:*?"<>|')
# Ports and consoles, since the days of MS-DOS, whatever stands after a point.
WINDOWS_OWN = frozenset(
    (
        "con",
        "prn",
        "aux",
        "nul",
        "conin$",
        "conout$",
        *(f"{port}{number}" for port in ("com", "lpt") for number in "0123456789¹²³"),
    )
)


def composed(text: str) -> str:
    """The same text, every letter with its accents being one sign where there is one."""
    return unicodedata.normalize("NFC", text)


def file_of(folder: Path, name: PurePath | str) -> Path:
    """A file by its name in a folder, as the disk spells it; `folder / name` where there is none."""
    place, parents = folder / name, PurePath(name).parent
    if str(name).isascii() or os.path.exists(place):  # noqa: PTH110 - it never raises
        return place
    parent = file_of(folder, parents) if parents.parts else folder
    return next((each for each in parent.glob("*") if composed(each.name) == composed(place.name)), place)


def is_file(path: Path) -> bool:
    """Whether a file is there that we can get at. There is none whose name is too long, or has a zero in it: Python's `Path`
    would raise for these, and for a folder that is shut to us.
    """
    return os.path.isfile(path)  # noqa: PTH113


def why_unfit(name: str) -> str | None:
    """Why no file or folder can have that name everywhere, as the end of a sentence; None where it can."""
    if unfit := sorted(set(name) & NO_LETTERS):
        return f"a file's name has no {unfit[0]}"
    if not name.isprintable():
        return "it has letters that cannot be shown"
    if name.partition(".")[0].strip().casefold() in WINDOWS_OWN:
        return "Windows keeps that name for itself"
    if not name.strip() or name[-1] in ". ":
        return "Windows has no file whose name ends with a blank or a point"
    return None


def unfit_in(folder: Path) -> Iterator[tuple[str, str]]:
    """(the way to it, why) of all in a folder that cannot be carried everywhere. Hidden files are others' affair."""
    for path in sorted(each.relative_to(folder) for each in folder.rglob("*")):
        is_hidden = any(part.startswith(".") for part in path.parts)
        if not is_hidden and (why := why_unfit(path.name)):
            yield str(path), why
