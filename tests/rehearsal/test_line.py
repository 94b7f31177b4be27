"""The line that was heard, point by point, and how far from the drummer it was."""

import csv
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_rig.conducting.script import Scripted
from live_rig.rehearsal.arc import Arc, Part
from live_rig.rehearsal.line import EVERY_S, Line, Point


def steady(bpm: float, length_s: float = 10.0, late_s: float = 0.0, silent_s: float = 0.0) -> Line:
    """A band whose beat 0 falls at `late_s`, silent before `silent_s`."""
    points = []
    for number in range(round(length_s / EVERY_S)):
        time_s = number * EVERY_S
        beat = (time_s - late_s) * bpm / 60 if time_s >= silent_s else math.nan
        points.append(Point(time_s, beat, beat, bpm if time_s >= silent_s else math.nan, "drummer", 0.9, math.nan))
    return Line(points)


@given(bpm=st.floats(40, 400), off=st.floats(-0.45, 0.45), beat=st.integers(1, 5))
def test_a_band_that_is_late_has_a_positive_asynchrony(bpm: float, off: float, beat: int) -> None:
    late_s = off * 60 / bpm
    assert steady(bpm, late_s=late_s).asynchrony_ms(beat * 60 / bpm) == pytest.approx(1e3 * late_s, abs=1e-3)


def test_where_the_band_is_silent_nothing_can_be_said() -> None:
    line = steady(120, silent_s=4.0)
    assert math.isnan(line.asynchrony_ms(2.0))
    assert math.isnan(line.asynchrony_ms(99.0))
    assert line.asynchrony_ms(5.0) == pytest.approx(0.0, abs=1e-6)


def test_handovers_are_told_once_each() -> None:
    line = steady(120, 3.0)
    line.points[100:200] = [
        Point(p.time_s, p.line_beat, p.song_beat, p.tempo_bpm, "conductor", 0.9, math.nan) for p in line.points[100:200]
    ]
    assert [(each["time_s"], each["who"], each["song_beat"]) for each in line.handovers()] == [
        (0.0, "drummer", 0.0),
        (1.0, "conductor", 2.0),
        (2.0, "drummer", 4.0),
    ]


def test_it_is_written_with_a_hundred_rows_a_second_and_nothing_where_nothing_is_known(tmp_path: Path) -> None:
    steady(120, 2.0, silent_s=1.0).write(tmp_path / "trace.csv")
    with (tmp_path / "trace.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["time_s", "song_beat", "tempo_bpm", "authority", "confidence", "asynchrony_ms"]
    assert len(rows) == 200
    assert (rows[50]["song_beat"], rows[50]["tempo_bpm"]) == ("", "")
    assert (rows[150]["time_s"], rows[150]["song_beat"], rows[150]["tempo_bpm"]) == ("1.50", "3.0000", "120.0000")


ARC = Arc(
    Path("drums.flac"),
    (Scripted(1.0, "take", ""),),
    (Part("alone", 0, 4), Part("together", 4, 12)),
    tuple(n * 0.5 for n in range(12)),
    6.0,
)


def test_an_arc_is_measured_part_by_part_against_the_drummers_own_beats() -> None:
    parts = ARC.summary(steady(120, late_s=0.007, silent_s=1.9))["parts"]
    assert parts["alone"] == {"beats": 4, "beats_with_band": 0}
    assert parts["together"]["beats_with_band"] == 8
    assert parts["together"]["median_ms"] == pytest.approx(7.0, abs=1e-6)
    assert parts["together"]["worst_ms"] == pytest.approx(7.0, abs=1e-6)


def test_the_report_says_where_the_band_was_silent() -> None:
    report = ARC.report(steady(120, silent_s=1.9))
    assert "alone          4   the band is silent, or held" in report
    assert "the drummer has the tempo" in report


@pytest.mark.parametrize(
    ("time_s", "part"), [(0.0, "alone"), (1.99, "alone"), (2.0, "together"), (60.0, "together"), (-0.1, "")]
)
def test_every_moment_lies_in_a_part(time_s: float, part: str) -> None:
    assert ARC.part_at(time_s) == part
