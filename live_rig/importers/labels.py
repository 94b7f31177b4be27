"""Text files of times: Audacity's labels (`start<TAB>end<TAB>words`), and beat files (`time beat`) as trackers write them."""

import math
import re
from pathlib import Path

from live_rig.importers.time_line import Imported, Mark, unfit
from live_rig.show.beats_csv import LONGEST_S, Beat

BEAT = re.compile(r"(?:\d+[.:])?(\d{1,2})")  # "3", or "12.3": beat 3 of bar 12


def read_labels(path: Path) -> Imported:
    """Labels that are numbers are beats, 1 being the downbeat; all others are marks. ShowError for what is neither."""
    beats: list[Beat] = []
    marks: list[Mark] = []
    for number, line in enumerate(text_of(path).splitlines(), start=1):
        if not line.strip() or line.startswith(("#", "\\")):  # Audacity's frequency ranges stand on lines with \
            continue
        cells = line.rstrip("\n").split("\t") if "\t" in line else line.split()
        time_s = seconds(cells[0], path, number)
        label = (cells[2] if len(cells) > 2 else cells[1] if len(cells) == 2 else "").strip()
        if match := BEAT.fullmatch(label):
            beats.append(Beat(number, time_s, max(1, int(match[1]))))
        elif re.fullmatch(r"\d+\.0*", label):
            beats.append(Beat(number, time_s, max(1, int(float(label)))))
        elif label:
            marks.append(Mark(time_s, label))
    if not beats and not marks:
        raise unfit(path, "there is no time with a number or a name in it")
    return Imported(beats, marks)


def text_of(path: Path) -> str:
    """The text of the file. ShowError where it has none."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise unfit(path, error.strerror or "it cannot be read") from None
    except UnicodeDecodeError:
        raise unfit(path, "it is not UTF-8 text") from None


def seconds(cell: str, path: Path, line: int) -> float:
    """ "83.25" or "1:23.25". ShowError names the line of what is no time."""
    parts = cell.strip().split(":")
    try:
        time_s = 0.0
        for part in parts:
            time_s = time_s * 60 + float(part)
    except ValueError:
        time_s = math.nan
    if not 0 <= time_s <= LONGEST_S or len(parts) > 3:
        raise unfit(Path(f"{path}:{line}"), f'"{cell[:40]}" is not a time in seconds')
    return time_s
