"""A song's time line as another program keeps it: tempi and meters by the quarter note, and names at places on it.

Every importer gives one of these; `beats_of` counts it out in the beats that a drummer feels.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np

from live_rig.errors import ShowError
from live_rig.show.beats_csv import CLOSEST_BEATS_S, LONGEST_S, Beat
from live_rig.show.meter import beat_quarters, beats_per_bar, is_meter

SLOWEST_BPM, FASTEST_BPM = 10.0, 1000.0  # in quarters: what any of these programs writes
STEP_QUARTERS = 1 / 16  # a gliding tempo is followed in steps of this size
MOST_QUARTERS = 100_000.0
NEAR_QUARTERS = 0.01  # a meter so near to a bar line begins there: programs round where they place it


class Tempo(NamedTuple):
    """From `quarter` on, quarters a minute; `glides`: straight to the next one's, else held until then."""

    quarter: float
    bpm: float
    glides: bool = False


class MeterAt(NamedTuple):
    """From `quarter` on, `meter` ("6/8")."""

    quarter: float
    meter: str


class Mark(NamedTuple):
    """A name at a time: a marker, a locator, a region's start."""

    time_s: float
    name: str


@dataclass(frozen=True, slots=True)
class Imported:
    """What was found in a file: beats, where it has them, and marks."""

    beats: Sequence[Beat] = ()
    marks: Sequence[Mark] = ()
    meter: str = ""  # of bar 1, as written there; "" where the file has none
    changes: Sequence[tuple[int, str]] = ()  # (bar, its meter) where it changes on the way


@dataclass(slots=True)
class TimeLine:
    """Tempi and meters by the quarter, and names. Of several at one place the last one counts: so a tempo jumps."""

    tempi: list[Tempo] = field(default_factory=lambda: [Tempo(0.0, 120.0)])
    meters: list[MeterAt] = field(default_factory=lambda: [MeterAt(0.0, "4/4")])
    names: list[tuple[float, str]] = field(default_factory=list)


def imported(line: TimeLine, end_s: float, path: Path) -> Imported:
    """Its beats up to `end_s` and its names in seconds. ShowError for tempi and meters that nobody plays."""
    quarters, times_s = knots(line.tempi, end_s, path)
    marks = [Mark(float(np.interp(quarter, quarters, times_s)), name) for quarter, name in line.names]
    beats, meters = beats_of(line, quarters, times_s, end_s, path)
    changes = [(bar, now) for bar, (before, now) in enumerate(pairwise(meters), start=2) if now != before]
    return Imported(beats, marks, meters[0] if meters else "", changes)


def knots(tempi: Sequence[Tempo], end_s: float, path: Path) -> tuple[np.ndarray, np.ndarray]:
    """(quarters, seconds) of points so near to each other that the tempo between them may be taken as even."""
    tempi = sorted(tempi, key=lambda tempo: tempo.quarter)
    if not tempi or not all(math.isfinite(t.quarter) and SLOWEST_BPM <= t.bpm <= FASTEST_BPM for t in tempi):
        raise unfit(path, "it has a tempo that nobody plays")
    quarters, times_s = [min(0.0, tempi[0].quarter)], [0.0]
    for number, tempo in enumerate(tempi):
        following = tempi[number + 1] if number + 1 < len(tempi) else None
        until = following.quarter if following else quarters[-1] + max(0.0, end_s - times_s[-1]) * tempo.bpm / 60 + 1
        if until - quarters[0] > MOST_QUARTERS:
            raise unfit(path, "it is longer than any song")
        start, start_s = quarters[-1], times_s[-1]
        glides = tempo.glides and following is not None and following.bpm != tempo.bpm and until > start
        steps = max(1, math.ceil((until - start) / STEP_QUARTERS)) if glides else 1
        for step in range(1, steps + 1):
            place = (until - start) * step / steps
            if glides and following is not None:  # the sum of 60 / bpm over a straight line of bpm
                slope = (following.bpm - tempo.bpm) / (until - start)
                passed_s = 60 / slope * math.log1p(slope * place / tempo.bpm)
            else:
                passed_s = place * 60 / tempo.bpm
            if place > 0:
                quarters.append(start + place)
                times_s.append(start_s + passed_s)
    zero_s = float(np.interp(0.0, quarters, times_s))
    return np.array(quarters), np.array(times_s) - zero_s


def beats_of(
    line: TimeLine, quarters: np.ndarray, times_s: np.ndarray, end_s: float, path: Path
) -> tuple[list[Beat], list[str]]:
    """Bar by bar from quarter 0, in each bar's own meter, up to `end_s`; and the meter of every bar. One in which another
    meter begins ends there.

    A first bar too short to be one is the way to the first beat, and left out.
    """
    if not 0 < end_s <= LONGEST_S:
        raise unfit(path, "the stems have no length that a song has")
    meters = sorted(line.meters, key=lambda meter: meter.quarter) or [MeterAt(0.0, "4/4")]
    if not all(is_meter(meter.meter) and math.isfinite(meter.quarter) for meter in meters):
        raise unfit(path, "it has a meter that cannot be counted")
    beats: list[Beat] = []
    in_meter: list[str] = []
    quarter, number = 0.0, 0
    while quarter < MOST_QUARTERS:
        while number + 1 < len(meters) and meters[number + 1].quarter <= quarter + NEAR_QUARTERS:
            number += 1
        meter = meters[number].meter
        if number + 1 < len(meters):
            meter = cut_short(meter, meters[number + 1].quarter - quarter)
        for beat in range(beats_per_bar(meter)):
            time_s = float(np.interp(quarter + beat * beat_quarters(meter), quarters, times_s))
            if time_s >= end_s:
                return beats, in_meter
            if beat == 0:
                if len(beats) == 1 and time_s - beats[0].time_s < CLOSEST_BEATS_S:
                    beats, in_meter = [], []
                in_meter.append(meter)
            beats.append(Beat(len(beats) + 2, time_s, beat + 1))
        quarter += beats_per_bar(meter) * beat_quarters(meter)
    return beats, in_meter


def cut_short(meter: str, quarters: float) -> str:
    """The meter of a bar that should be in `meter`, and has but so many quarters. Where no meter has, it is whole."""
    if quarters > beats_per_bar(meter) * beat_quarters(meter) - NEAR_QUARTERS:
        return meter
    for unit in (int(meter.split("/")[1]), 8, 16):
        count = round(quarters * unit / 4)
        if is_meter(f"{count}/{unit}") and abs(count * 4 / unit - quarters) < NEAR_QUARTERS:
            return f"{count}/{unit}"
    return meter


def unfit(path: Path, why: str, do: str = "Export it again, or map the beats as docs/show.md says") -> ShowError:
    """What an importer raises: why the file will not do, and what to do about it."""
    return ShowError(f"This file cannot be used: {why}", where=str(path), do=do)
