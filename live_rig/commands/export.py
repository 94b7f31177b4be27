"""`live-rig export`: a song's beat map, or the one that was really played, for other programs."""

import argparse
import csv
import math
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np

from live_rig.commands.render import named_song
from live_rig.conducting.chart import section_at
from live_rig.errors import DeviceError, ShowError
from live_rig.exporters.beats import write_all
from live_rig.show.beats_csv import Beat
from live_rig.show.meter import meter_at
from live_rig.show.song import Song
from live_rig.show.store import read_show

LANDING_S = 0.05  # rows of a trace are 0.01 s apart; what lies further back was not heard


class Row(NamedTuple):
    """One row of a trace in which the band plays."""

    time_s: float
    song_beat: float
    bpm: float


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("show", type=Path, help="the show's folder")
    parser.add_argument("--song", required=True, metavar="ID")
    parser.add_argument("--out", required=True, type=Path, metavar="DIR", help="where the files go")
    parser.add_argument(
        "--played", type=Path, metavar="TRACE.csv", help="the trace of a render: the beats as they were played, in its time"
    )


def run(args: argparse.Namespace) -> int:
    """Write the three files, and say where."""
    song = named_song(read_show(args.show), args.song)
    if args.played:
        name, (beats, song_beats) = f"{song.id}-played", played_beats(args.played, song)
        marks = sections_played(song, beats, song_beats)
    else:
        name, beats, song_beats = song.id, recorded_beats(song), list(song.beat_map.beat)
        marks = [(song.beat_map.time_at(song.bar_start(s.first_bar)), s.name) for s in song.sections]
    meters = {
        beat.line: meter_at(song.bar_and_beat(song_beat)[0], song.meter, song.meters)
        for beat, song_beat in zip(beats, song_beats, strict=True)
    }
    try:
        files = write_all(args.out, name, beats, marks, meters)
    except OSError as error:
        raise DeviceError(
            f"It could not be written: {error.strerror}", where=str(args.out), do="Choose another --out"
        ) from None
    print(f"{len(beats)} beats: " + ", ".join(str(file) for file in files))
    return 0


def recorded_beats(song: Song) -> list[Beat]:
    """The beats of the recording."""
    beat_map = song.beat_map
    return [
        Beat(line, float(time_s), int(count))
        for line, (time_s, count) in enumerate(zip(beat_map.time_s, beat_map.beat_in_bar, strict=True), start=2)
    ]


def played_beats(trace: Path, song: Song) -> tuple[list[Beat], list[float]]:
    """Every beat that the band played, in the trace's time, and which beat of the song it was. ShowError for no trace."""
    try:
        with trace.open(newline="", encoding="utf-8-sig") as file:
            rows = [
                Row(float(r["time_s"]), float(r["song_beat"]), float(r["tempo_bpm"]))
                for r in csv.DictReader(file)
                if r["song_beat"]
            ]
        if not np.isfinite(rows).all():
            raise ValueError("there is no such time")
    except (OSError, KeyError, TypeError, ValueError, csv.Error):
        raise ShowError("This is no trace of a render", where=str(trace), do="Give the trace.csv that render wrote") from None
    beats: list[Beat] = []
    song_beats: list[float] = []
    for before, now in pairwise([Row(-math.inf, math.nan, math.nan), *rows]):
        whole, time_s = passed(before, now)
        if time_s >= 0 and (not beats or time_s > beats[-1].time_s):
            beats.append(Beat(len(beats) + 2, time_s, int(song.bar_and_beat(whole)[1]) + 1))
            song_beats.append(whole)
    if len(beats) < 2 or not any(beat.beat_in_bar == 1 for beat in beats):
        raise ShowError("The band plays no bar in this trace", where=str(trace), do="Give the trace.csv of a render that plays")
    return beats, song_beats


def passed(before: Row, now: Row) -> tuple[float, float]:
    """The song beat between two rows, and when it was; NaN where there was none.

    A start or a jump falls on a beat: it was as long ago as the song has gone since.
    """
    whole = math.ceil(before.song_beat - 1e-9) if math.isfinite(before.song_beat) else math.inf
    if before.song_beat <= now.song_beat < before.song_beat + 1 and now.time_s - before.time_s < LANDING_S:
        if not whole < now.song_beat:
            return math.nan, math.nan
        return whole, before.time_s + (whole - before.song_beat) / (now.song_beat - before.song_beat) * (
            now.time_s - before.time_s
        )
    whole = math.floor(now.song_beat + 1e-6)
    time_s = now.time_s - (now.song_beat - whole) * 60 / now.bpm if now.bpm > 0 else math.nan
    return (whole, time_s) if time_s > max(before.time_s, now.time_s - LANDING_S) else (math.nan, math.nan)


def sections_played(song: Song, beats: Sequence[Beat], song_beats: Sequence[float]) -> list[tuple[float, str]]:
    """Where a section began, each time it was played: on its first beat, or where a jump led into it."""
    marks, before, last = [], "", math.inf
    for beat, song_beat in zip(beats, song_beats, strict=True):
        section = section_at(song, song.bar_and_beat(song_beat)[0])
        begins = song_beat == song.bar_start(section.first_bar)
        if section.name != before or (begins and song_beat <= last):
            marks.append((beat.time_s, section.name))
        before, last = section.name, song_beat
    return marks
