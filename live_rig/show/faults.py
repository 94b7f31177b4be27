"""Faults in what is written down: all of them at once, each with its file, line and key, and what to do."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from live_rig.errors import ShowError

Key = tuple[str | int, ...]  # the way to a value: ("stems", 1, "file") is the file of the second stem


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong. Whoever finds it knows the key; whoever read the file adds the file and the line.

    `what` and `do` are phrases without a full stop; `do` is an order. `line` counts from 1, 0 where there is none.
    """

    what: str
    do: str
    key: Key = ()
    file: str = ""
    line: int = 0

    @property
    def where(self) -> str:
        """`songs/caravan/song.toml:12 stems.2.file`: lines and items of a list are counted from 1, as people do."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        return " ".join(part for part in (place, spelled(self.key)) if part)

    def __str__(self) -> str:
        said = f"{self.where}: {self.what}. {self.do}."
        return "".join(letter if letter.isprintable() else "�" for letter in said)  # one line, whatever a file holds


class ShowFaults(ShowError):
    """Everything that is wrong with a show. Printed, it is one line for each fault."""

    def __init__(self, folder: Path | str, faults: Sequence[Fault]) -> None:
        count = "one fault" if len(faults) == 1 else f"{len(faults)} faults"
        super().__init__(count, where=str(folder), do="Mend what is listed")
        self.faults = tuple(faults)

    def __str__(self) -> str:
        return f"{self.what} in {self.where}\n" + "\n".join(str(fault) for fault in self.faults)


def spelled(key: Key) -> str:
    """The key as a musician reads it: ("stems", 1, "file") is `stems.2.file`."""
    return ".".join(str(part + 1) if isinstance(part, int) else part for part in key)


def nearest(word: str, words: Iterable[str]) -> str | None:
    """The one of `words` that was probably meant, whatever its case; None where nothing is near."""
    by_lower = {each.lower(): each for each in words}
    near = get_close_matches(word.lower(), by_lower, n=1)
    return by_lower[near[0]] if near else None


def change_or(word: str, words: Iterable[str], otherwise: str) -> str:
    """What to do about a `word` that is not among `words`: take the nearest, or else `otherwise`."""
    near = nearest(word, words)
    return f'Change it to "{near}", the nearest there is' if near else otherwise
