"""What a file may be called, on whichever system: shows are carried from one to another, and Windows is the strictest."""

from collections.abc import Iterator
from pathlib import Path

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
