"""A TOML file as a page: its values, the line of every key, and what keeps it from being TOML in a musician's words."""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from live_rig.show.faults import Fault, Key
from live_rig.show.file_names import composed
from live_rig.show.toml_lines import lines_of

TOO_LONG = "its number is too long"
LONGEST_BYTES = 2_000_000
AT = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


@dataclass(frozen=True, slots=True)
class Page:
    """What one file says."""

    file: str  # as faults name it: relative to the show
    values: dict[str, Any]
    lines: dict[Key, int]

    def placed(self, fault: Fault) -> Fault:
        """The fault with its file and with the line of its key, or of the table where the key should be.

        A fault that has a file already is of another file, and stays as it is.
        """
        if fault.file:
            return fault
        near = fault.key
        while near and near not in self.lines:
            near = near[:-1]
        return replace(fault, file=self.file, line=self.lines.get(near, 1))

    def all_placed(self, faults: Iterable[Fault]) -> list[Fault]:
        """Every fault with its file and its line."""
        return [self.placed(fault) for fault in faults]


def read_text(path: Path, file: str) -> str | Fault:
    """The text of a file, which faults call `file`; or why there is none."""
    try:
        if path.exists() and not path.is_file():  # to read a pipe may take for ever
            what = "it is a folder" if path.is_dir() else "it is no file"
            return Fault(what, f"Put a file in the place of {path.name}", file=file)
        with path.open("rb") as opened:
            written = opened.read(LONGEST_BYTES + 1)
        if len(written) > LONGEST_BYTES:
            what = f"it is longer than {LONGEST_BYTES // 1_000_000} MB, and cannot be meant"
            return Fault(what, "Look whether it is the right file", file=file)
        return composed(written.decode("utf-8-sig"))
    except FileNotFoundError:
        return Fault("the file is not there", f"Put {path.name} into {path.parent.name}", file=file)
    except OSError as error:
        return Fault(f"it cannot be read: {error.strerror}", "Check that you may read the file", file=file)
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        return Fault("it is not UTF-8 text", "Save it as UTF-8 in your editor", file=file, line=line)


def parse_page(text: str, file: str) -> Page | Fault:
    """The page that `text` is, or the first thing that keeps it from being TOML."""
    try:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        return Page(file, tomllib.loads(text), lines_of(text))
    except RecursionError:
        return Fault("its lists are nested too deep", "Take the brackets out that are too many", file=file, line=1)
    except ValueError as error:
        return _syntax_fault(str(error), text, file)


def read_page(path: Path, file: str) -> Page | Fault:
    """The page in the file at `path`, which faults call `file`."""
    text = read_text(path, file)
    return text if isinstance(text, Fault) else parse_page(text, file)


def _syntax_fault(message: str, text: str, file: str) -> Fault:
    lines = text.splitlines() or [""]
    at = AT.search(message)
    number = int(at[1]) if at and at[1] else len(lines)
    shown = lines[min(number, len(lines)) - 1].strip()[:60]
    why = TOO_LONG if "integer string conversion" in message else AT.sub("", message)
    return Fault(f"`{shown}` cannot be read: {why[:1].lower()}{why[1:]}", _mend(shown, why), file=file, line=number)


def _mend(shown: str, why: str) -> str:
    """What to do about a line that is not TOML: the slips that people make."""
    word = re.fullmatch(r"([\w-]+)\s*=\s*([^\W\d][^\"'#=]*?)\s*", shown)
    if word:
        return f'Put the text in quotes: {word[1]} = "{word[2]}"'
    if re.search(r"=\s*[+-]?[\d.]+\s*([^\W\d_]+|%)\s*(?:$|[#,}])", shown):
        return "Write the number alone, in the unit that its name ends with"
    number = re.search(r"([\w\".-]+)\s*=\s*(-?\d+),(\d+)\s*(?:$|[#,}])", shown)
    if number:
        return f"Write the number with a point: {number[1]} = {number[2]}.{number[3]}"
    if re.search("[“”„«»‘’]", shown):
        return 'Write straight quotes: "'
    if any(not letter.isprintable() for letter in shown):
        return "Write its blanks anew: one of them is a sign that cannot be seen"
    if why == TOO_LONG:
        return "Write a shorter one"
    if "overwrite" in why or "twice" in why:
        return "Take one of the two out"
    if shown.count('"') % 2:
        return 'Add the " that is missing'
    return 'Write one key = value on a line: text in "quotes", numbers without, lists in [ ]'
