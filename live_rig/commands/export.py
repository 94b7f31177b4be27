"""`live-rig export`: a song's beat map, or the one that was really played, for other programs."""

import argparse
import csv
import math
from itertools import pairwise
from pathlib import Path

from live_rig.commands.render import named_song
from live_rig.conducting.chart import first_beat
from live_rig.errors import DeviceError, ShowError
from live_rig.exporters.beats import write_all
from live_rig.show.beats_csv import Beat
from live_rig.show.song import Song
from live_rig.show.store import read_show


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
    beats = played_beats(args.played, song) if args.played else recorded_beats(song)
    marks = [] if args.played else [(song.beat_map.time_at(first_beat(song, s.first_bar)), s.name) for s in song.sections]
    try:
        files = write_all(args.out, f"{song.id}-played" if args.played else song.id, beats, marks, song.beats_per_bar)
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


def played_beats(trace: Path, song: Song) -> list[Beat]:
    """Every beat that the band passed while it played, in the trace's time. ShowError for what is no trace."""
    try:
        with trace.open(newline="", encoding="utf-8-sig") as file:
            rows = [(float(row["time_s"]), float(row["song_beat"])) for row in csv.DictReader(file) if row["song_beat"]]
    except (OSError, KeyError, TypeError, ValueError, UnicodeDecodeError) as error:
        raise ShowError(
            "This is no trace of a render", where=f"{trace}: {error}", do="Give the trace.csv that render wrote"
        ) from None
    beats: list[Beat] = []
    for (before_s, before), (now_s, now) in pairwise(rows):
        whole = math.ceil(before - 1e-9)
        if math.isfinite(before) and before <= whole < now < before + 1 and now_s > before_s:
            time_s = before_s + (whole - before) / (now - before) * (now_s - before_s)
            if time_s >= 0 and (not beats or time_s > beats[-1].time_s):
                beats.append(Beat(len(beats) + 2, time_s, whole % song.beats_per_bar + 1))
    if len(beats) < 2:
        raise ShowError(
            "The band plays no beat in this trace", where=str(trace), do="Give the trace.csv of a render that plays"
        )
    return beats
