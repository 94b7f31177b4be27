"""A script: what a pedal or the conductor did, as CSV `time_s,command,value`."""

import csv
import math
from dataclasses import dataclass
from pathlib import Path

from live_rig.errors import ShowError
from live_rig.show.beats_csv import SEPARATORS
from live_rig.show.command import parse_command
from live_rig.show.faults import Fault
from live_rig.show.toml_page import read_text

A_SCRIPT = "Give a CSV file time_s,command,value"


@dataclass(frozen=True, slots=True)
class Scripted:
    """One row: at `time_s` from the start of the drums, somebody said `command value`."""

    time_s: float
    command: str
    value: str


def read_script(path: Path) -> list[Scripted]:
    """The rows of a script in the order of time. ShowError names the line that will not do."""
    text = read_text(path, str(path))
    if isinstance(text, Fault):
        raise ShowError(f"The script cannot be read: {text.what}", where=str(path), do=A_SCRIPT)
    heading, *_ = text.splitlines() or [""]
    comma = next((mark for mark in SEPARATORS if mark in heading), ",")
    try:
        rows = list(csv.reader(text.splitlines(), delimiter=comma))
    except csv.Error:
        raise ShowError("The script cannot be read", where=str(path), do=A_SCRIPT) from None
    if not rows or [name.strip() for name in rows[0]][:2] != ["time_s", "command"]:
        raise ShowError("The script has no heading", where=f"{path}:1", do='Write "time_s,command,value" in its first line')
    return sorted(
        (scripted(path, line, row) for line, row in enumerate(rows[1:], start=2) if any(row)), key=lambda row: row.time_s
    )


def scripted(path: Path, line: int, row: list[str]) -> Scripted:
    """One row of the file. ShowError where it is none."""
    cells = [cell.strip() for cell in row] + ["", "", ""]
    where = f"{path}:{line}"
    try:
        time_s = float(cells[0].replace(",", "."))  # as where the comma is in the numbers
    except ValueError:
        raise ShowError(
            f'"{cells[0]}" is no time', where=where, do="Write seconds from the start of the drums, such as 12.5"
        ) from None
    if not (math.isfinite(time_s) and time_s >= 0):
        raise ShowError(
            f"{cells[0]} s is before the start", where=where, do="Write seconds from the start of the drums, from 0 on"
        )
    try:
        said = parse_command(f"{cells[1]} {cells[2]}")
    except ValueError as error:
        what, do = error.args
        raise ShowError(str(what), where=where, do=str(do)) from None
    return Scripted(time_s, said.word, said.value)
