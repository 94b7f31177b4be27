"""Text files of times: Audacity's labels (`start<TAB>end<TAB>words`), and beat files (`time beat`) as trackers write them."""

import codecs
import math
import re
from pathlib import Path

from live_rig.importers.time_line import Imported, Mark, unfit
from live_rig.show.beats_csv import LONGEST_S, Beat

NUMBER_THEM = "Write the beat of the bar after each time, 1 on the downbeat, or a section's name"
CHECK = "Check the name, and that you may read it"
NUMBER = re.compile(r"\d+(?:\.\d*)?(?:e\+0\d)?")
BEAT_OF_BAR = re.compile(r"\d+[.:](\d{1,2})")  # "12.3": beat 3 of bar 12
HIGHEST_COUNT = 99  # what is more is a name


def read_labels(path: Path) -> Imported:
    """Labels that are numbers are beats, 1 being the downbeat; all others are marks. ShowError for what is neither."""
    beats: list[Beat] = []
    marks: list[Mark] = []
    for number, line in enumerate(text_of(path).splitlines(), start=1):
        if not line.strip() or line.startswith(("#", "\\")):  # Audacity's frequency ranges stand on lines with \
            continue
        time, label = parts_of(line)
        time_s = seconds(time, path, number)
        if (count := count_of(label)) is not None:
            beats.append(Beat(number, time_s, count))
        elif label:
            marks.append(Mark(time_s, label))
    if not beats and not marks:
        raise unfit(path, "there is no time with a number or a name after it", NUMBER_THEM)
    return Imported(sorted(beats, key=lambda beat: beat.time_s), marks)


def parts_of(line: str) -> tuple[str, str]:
    """The time and the label of a line that says something: between tabs, or between blanks, of which a label may have some
    itself. Where a second time stands between them it is passed over.
    """
    if "\t" in line:
        time, *more = line.split("\t")
        return time, (more[1] if len(more) > 1 else more[0]).strip()
    time, _, more_words = line.strip().partition(" ")
    end, _, label = more_words.strip().partition(" ")
    return time, label.strip() if label and NUMBER.fullmatch(end.replace(",", ".")) else more_words.strip()


def count_of(label: str) -> int | None:
    """Which beat of the bar a label is: "3", "3.0" or "3.000e+00", as trackers write it, or "12.3". None: it is a name."""
    if NUMBER.fullmatch(label) and float(label).is_integer():
        return max(1, int(float(label))) if float(label) <= HIGHEST_COUNT else None
    match = BEAT_OF_BAR.fullmatch(label)
    return max(1, int(match[1])) if match else None


def text_of(path: Path) -> str:
    """The text of the file, in UTF-8 or in what begins as UTF-16 does. ShowError where it has none."""
    try:
        content = path.read_bytes()
        return content.decode("utf-16" if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig")
    except OSError as error:
        raise unfit(path, "it is not there" if isinstance(error, FileNotFoundError) else str(error.strerror), CHECK) from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise unfit(Path(f"{path}:{line}"), "it is not UTF-8 text", "Save it as UTF-8 in a text editor") from None


def seconds(cell: str, path: Path, line: int, do: str = "Write seconds, such as 12.5") -> float:
    """ "83.25", "83,25" or "1:23.25". ShowError names the line of what is no time, and says what to do."""
    parts = cell.strip().replace(",", ".").split(":")
    try:
        time_s = 0.0
        for part in parts:
            time_s = time_s * 60 + float(part)
    except ValueError:
        time_s = math.nan
    if not 0 <= time_s <= LONGEST_S or len(parts) > 3:
        raise unfit(Path(f"{path}:{line}"), f'"{cell[:40]}" is not a time in seconds', do)
    return time_s
