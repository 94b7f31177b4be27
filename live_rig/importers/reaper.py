"""REAPER: a project's tempo map, markers and regions (.rpp), and its region and marker manager's CSV."""

import csv
import io
import math
import re
from dataclasses import replace
from pathlib import Path

from live_rig.importers.labels import seconds, text_of
from live_rig.importers.time_line import Imported, Mark, MeterAt, Tempo, TimeLine, imported, unfit
from live_rig.show.beats_csv import SEPARATORS

WORD = re.compile(r"\"[^\"]*\"|'[^']*'|`[^`]*`|\S+")
RULER = "Set REAPER's ruler to seconds or minutes:seconds, and export the list again"
EXPORT_REGIONS = "Export it from REAPER's region/marker manager"
SAVE_AGAIN = "Open it in REAPER and save it again"
SQUARE = 1  # the shape of a tempo point that holds until the next


def read_reaper_project(path: Path, end_s: float) -> Imported:
    """`TEMPO bpm num den`, `<TEMPOENVEX PT time bpm shape [den * 65536 + num]`, `MARKER number time name isregion`."""
    text = text_of(path)
    if "<REAPER_PROJECT" not in text[:4096]:
        raise unfit(path, "it is no REAPER project", "Give the .rpp that REAPER saves")
    base, meter, points, marks = 120.0, "4/4", [], []
    for number, line in enumerate(text.splitlines(), start=1):
        word, *cells = words_of(line) or [""]
        try:
            if word == "TEMPO":
                base, meter = float(cells[0]), f"{int(cells[1])}/{int(cells[2])}"
            elif word == "PT" and in_tempo_envelope(text, line):
                signature = int(cells[3]) if len(cells) > 3 else 0
                points.append((float(cells[0]), float(cells[1]), int(cells[2]) == SQUARE, signature))
            elif word == "MARKER":
                _, time_s, name, *_ = cells
                if name and not math.isfinite(float(time_s)):
                    raise ValueError
                if name:
                    marks.append(Mark(float(time_s), name))
        except (ValueError, IndexError):
            shown = line.strip()[:60]
            raise unfit(Path(f"{path}:{number}"), f"`{shown}` has a number missing, or one that is none", SAVE_AGAIN) from None
    found = imported(reaper_line(base, meter, points, path), end_s, path)
    return replace(found, marks=marks)


def words_of(line: str) -> list[str]:
    """A line of a project in words; what has spaces stands between ", ' or `, whichever is not in it."""
    return [quoted[1:-1] if (quoted := match[0])[0] in "\"'`" and len(quoted) > 1 else quoted for match in WORD.finditer(line)]


def in_tempo_envelope(text: str, line: str) -> bool:
    """Whether a PT stands in the tempo envelope, and not in a volume's."""
    start = text.find("<TEMPOENVEX")
    return start >= 0 and start < text.find(line, start) < text.find("\n  >", start) + 1


def reaper_line(base: float, meter: str, points: list[tuple[float, float, bool, int]], path: Path) -> TimeLine:
    """REAPER places its tempi in seconds, and lets them glide evenly in time."""
    line = TimeLine([Tempo(0.0, base)], [MeterAt(0.0, meter)])
    quarter = 0.0
    for number, (time_s, bpm, is_square, signature) in enumerate(sorted(points)):
        if not (math.isfinite(time_s) and 1 <= bpm <= 10_000):
            raise unfit(path, "it has a tempo that nobody plays")
        if number == 0:
            quarter = time_s * base / 60
        line.tempi = [tempo for tempo in line.tempi if tempo.quarter < quarter - 1e-9]
        line.tempi.append(Tempo(quarter, bpm))
        if signature:
            line.meters = [at for at in line.meters if at.quarter < quarter - 1e-9]
            line.meters.append(MeterAt(quarter, f"{signature & 0xFFFF}/{signature >> 16}"))
        if number + 1 < len(points):
            later_s, later_bpm, *_ = sorted(points)[number + 1]
            quarter += glided(line, quarter, bpm, bpm if is_square else later_bpm, later_s - time_s)
    return line


def glided(line: TimeLine, quarter: float, bpm: float, to_bpm: float, length_s: float) -> float:
    """Quarters in `length_s` of a tempo that moves evenly in time; written as short steps of even tempo."""
    if bpm == to_bpm or length_s <= 0:
        return max(length_s, 0.0) * bpm / 60
    steps = max(1, min(2000, math.ceil(length_s / 0.1)))
    passed = 0.0
    line.tempi.pop()
    for step in range(steps):
        here = bpm + (to_bpm - bpm) * (step + 0.5) / steps
        line.tempi.append(Tempo(quarter + passed, here))
        passed += length_s / steps * here / 60
    return passed


def read_reaper_csv(path: Path) -> Imported:
    """`#,Name,Start,End,Length`: R rows are regions, M rows markers; their starts in seconds or minutes:seconds."""
    text = text_of(path)
    comma = next((mark for mark in SEPARATORS if mark in text.partition("\n")[0]), ",")
    try:
        table = csv.DictReader(io.StringIO(text), delimiter=comma)
        rows = list(table)
    except csv.Error as error:
        raise unfit(path, str(error)) from None
    if not {"Name", "Start"} <= set(table.fieldnames or ()):
        raise unfit(path, "it is no list of regions and markers: they begin with #,Name,Start,End,Length", EXPORT_REGIONS)
    marks = [
        Mark(seconds(row["Start"] or "", path, line, RULER), row["Name"].strip())
        for line, row in enumerate(rows, start=2)
        if row["Name"] and row["Name"].strip()
    ]
    if not marks:
        raise unfit(path, "there is no named region or marker in it", EXPORT_REGIONS)
    return Imported((), marks)
