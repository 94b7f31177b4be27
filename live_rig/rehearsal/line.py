"""The band's line as it was at the ear: a point every hundredth of a second, from a live engine or from a rendering."""

import csv
import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cython_core.authority import Leader
from cython_core.tick import TICK
from cython_core.transport import State
from live_rig.instrument import Instrument

EVERY_S = 0.01


@dataclass(frozen=True, slots=True)
class Point:
    """What is at the ear at `time_s`. Beats and tempo are NaN where the band is silent."""

    time_s: float
    line_beat: float  # beats since the band came in; jumps do not fold it; NaN in a hold too
    song_beat: float
    tempo_bpm: float
    authority: str
    confidence: float
    asynchrony_ms: float  # the rig's own opinion; NaN where it has none


@dataclass(slots=True)
class Line:
    """Points in order of time, EVERY_S apart, from 0."""

    points: list[Point] = field(default_factory=list)

    def look(self, instrument: Instrument, offset_frames: int) -> None:
        """Write down all points up to now. Must be called twice a second: at the highest rate the instrument remembers no more.

        offset_frames: from a moment at the ear to the output frame, before the guard, that is heard then.
        """
        now = instrument.exchange.snapshot()
        while (frame := round(len(self.points) * EVERY_S * instrument.samplerate_hz) + offset_frames) < now["frame"]:
            self.points.append(point(len(self.points) * EVERY_S, instrument, frame, now))

    def asynchrony_ms(self, beat_s: float) -> float:
        """Band beat minus a drummer's beat at `beat_s`, nearest to nearest; NaN where the band does not play in time."""
        index = math.floor(beat_s / EVERY_S)
        near = [p for p in self.points[max(index, 0) : index + 2] if not math.isnan(p.line_beat)]
        if not near:
            return math.nan
        off = near[0].song_beat + (beat_s - near[0].time_s) * near[0].tempo_bpm / 60
        return -(off - round(off)) * 60_000 / near[0].tempo_bpm

    def handovers(self) -> list[dict[str, Any]]:
        """Every change of who leads: when, who, and where in the song (None while the band is silent)."""
        changes, leader = [], ""
        for each in self.points:
            if each.authority != leader:
                leader = each.authority
                beat = None if math.isnan(each.song_beat) else round(each.song_beat, 2)
                changes.append({"time_s": round(each.time_s, 2), "who": leader, "song_beat": beat})
        return changes

    def write(self, path: Path) -> None:
        """As CSV; what is not known is left empty."""
        with path.open("w", newline="", encoding="utf-8") as file:
            rows = csv.writer(file)
            rows.writerow(["time_s", "song_beat", "tempo_bpm", "authority", "confidence", "asynchrony_ms"])
            for p in self.points:
                cells = ("" if math.isnan(n) else f"{n:.4f}" for n in (p.song_beat, p.tempo_bpm, p.confidence, p.asynchrony_ms))
                beat, bpm, confidence, felt = cells
                rows.writerow([f"{p.time_s:.2f}", beat, bpm, p.authority, confidence, felt])


def point(time_s: float, instrument: Instrument, frame: int, now: dict[str, Any]) -> Point:
    """The point of one output frame, from the line and the newest snapshot."""
    moment = instrument.rig.moment(frame)
    plays = moment["state"] == State.PLAYING and frame >= 0
    beats_on = frame % TICK / instrument.samplerate_hz * moment["bpm"] / 60
    return Point(
        time_s,
        moment["line"] + beats_on if plays and not moment["is_held"] else math.nan,
        moment["song_beat"] + beats_on if plays else math.nan,
        moment["bpm"] if plays else math.nan,
        Leader(now["leader"]).name.lower(),
        now["confidence"],
        now["asynchrony_ms"],
    )
