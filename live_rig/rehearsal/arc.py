"""An arc: a drummer's performance with its true beats, in named parts, and how close the band was in each of them."""

import csv
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from live_rig.conducting.script import Scripted, read_script
from live_rig.rehearsal.line import Line


@dataclass(frozen=True, slots=True)
class Part:
    """Beats `first` to `end` (not included) of the performance."""

    name: str
    first: int
    end: int


@dataclass(frozen=True, slots=True)
class Arc:
    """beats_s: where the drummer puts each beat, in s from the start of the recording `drums`."""

    drums: Path
    script: tuple[Scripted, ...]
    parts: tuple[Part, ...]
    beats_s: tuple[float, ...]
    length_s: float

    def part_at(self, time_s: float) -> str:
        """The name of the part that `time_s` lies in; "" outside them all."""
        for part in reversed(self.parts):
            if time_s >= self.beats_s[part.first]:
                return part.name
        return ""

    def asynchronies_ms(self, line: Line) -> list[float]:
        """Band beat minus drummer beat for every true beat; NaN where the band does not play in time.

        The band's beat is the one nearest to the drummer's: a whole beat off is not seen here.
        """
        return [line.asynchrony_ms(time_s) for time_s in self.beats_s]

    def summary(self, line: Line) -> dict[str, Any]:
        """Per part: beats, median, p95 and worst |asynchrony| in ms; and every handover."""
        all_ms = self.asynchronies_ms(line)
        parts = {}
        for part in self.parts:
            felt = [abs(ms) for ms in all_ms[part.first : part.end] if not math.isnan(ms)]
            if felt:
                figures = {"median_ms": float(np.median(felt)), "p95_ms": float(np.percentile(felt, 95)), "worst_ms": max(felt)}
            else:
                figures = {}
            parts[part.name] = {"beats": part.end - part.first, "beats_with_band": len(felt), **figures}
        return {"parts": parts, "handovers": line.handovers()}

    def report(self, line: Line) -> str:
        """The summary as a table, for people."""
        summary = self.summary(line)
        lines = ["Band against drummer, at the ear, over his true beats (ms)"]
        lines += [f"  {'':<10} {'beats':>5} {'median':>7} {'95 %':>6} {'worst':>6}"]
        for name, part in summary["parts"].items():
            if part["beats_with_band"]:
                figures = f"{part['median_ms']:>7.1f} {part['p95_ms']:>6.1f} {part['worst_ms']:>6.1f}"
                lines.append(f"  {name:<10} {part['beats_with_band']:>5} {figures}")
            else:
                lines.append(f"  {name:<10} {part['beats']:>5}   the band is silent, or held")
        return "\n".join(
            lines + [f"  {each['time_s']:5.1f} s  the {each['who']} has the tempo" for each in summary["handovers"]]
        )


def read_arc(folder: Path) -> Arc:
    """The performance in `folder`: audio.flac, beats.csv, parts.csv, script.csv."""
    with (folder / "beats.csv").open(newline="", encoding="utf-8") as file:
        beats_s = tuple(float(row.get("drummer_s") or row["time_s"]) for row in csv.DictReader(file))
    with (folder / "parts.csv").open(newline="", encoding="utf-8") as file:
        parts = tuple(Part(row["name"], int(row["from_beat"]), int(row["to_beat"])) for row in csv.DictReader(file))
    drums = folder / "audio.flac"
    info = soundfile.info(drums)
    return Arc(drums, tuple(read_script(folder / "script.csv")), parts, beats_s, info.frames / info.samplerate)
