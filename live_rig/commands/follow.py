"""`live-rig follow`: the beats of a recording of drums, each told before it falls, as the band would be told live."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cython_core.beat_calls import BeatCalls
from cython_core.follower import Follower
from live_rig.commands.numbers import decimal
from live_rig.errors import DeviceError, ShowError
from live_rig.following.picture import picture
from live_rig.following.recording import Recording, line_of, open_lines, open_recording
from live_rig.following.trace import trace
from live_rig.following.truth import read_truth, truth_beside
from live_rig.show.meter import beats_per_bar
from live_rig.show.write import refuse_to_write_over
from live_rig.show.written import FASTEST_BPM, SLOWEST_BPM

COLUMNS = "beat_time_s,emit_time_s,tempo_bpm,beat_in_bar,confidence"
LEAD_MS = (0.0, 500.0)
MOST_BEATS = 12


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `follow` takes."""
    parser.add_argument(
        "file", type=Path, metavar="FILE", nargs="?", help="a recording of drums (WAV, FLAC, Ogg, MP3) or a MIDI file"
    )
    parser.add_argument(
        "--line",
        action="append",
        default=[],
        metavar="DRUM=FILE",
        help="in place of FILE, one microphone of several: mix, kick, snare, tom, hat, overhead; or pads=kit.mid",
    )
    parser.add_argument("--band", type=Path, metavar="FILE", help="what the band played meanwhile: that is no drum")
    parser.add_argument("--tempo", type=decimal, metavar="BPM", help="the song's tempo in counted beats; near is enough")
    parser.add_argument("--meter", metavar="4/4", help="the song's meter; 6/8 counts two dotted quarters")
    parser.add_argument("--lead-ms", type=decimal, default=20.0, metavar="MS", help="how long before it falls a beat is told")
    parser.add_argument("--out", type=Path, metavar="FILE.csv", help="where to write the beats; without it, to the terminal")
    parser.add_argument("--picture", type=Path, metavar="FILE.svg", help="draw what was heard, believed and called")
    parser.add_argument(
        "--truth", type=Path, metavar="BEATS.csv", help="the true beats, for the picture; else a beats.csv beside FILE is taken"
    )


def run(args: argparse.Namespace) -> int:
    """Write one row a beat."""
    if args.tempo is not None and not SLOWEST_BPM <= args.tempo <= FASTEST_BPM:
        raise ShowError(
            f"A tempo of {args.tempo:g} bpm cannot be followed", where="--tempo", do=f"Give {SLOWEST_BPM} to {FASTEST_BPM}"
        )
    if not LEAD_MS[0] <= args.lead_ms <= LEAD_MS[1]:
        raise ShowError(f"A lead of {args.lead_ms:g} ms is none", where="--lead-ms", do="Give 0 to 500")
    lines = [line_of(words) for words in args.line]
    if (args.file is None) == (not lines):
        raise ShowError("There is nothing to follow, or too much", where="FILE, --line", do="Give one recording, or lines")
    read = [file for file in (args.file, args.band, args.truth, *(file for _, file in lines)) if file]
    refuse_to_write_over(read, filter(None, (args.out, args.picture)))
    if args.picture and args.picture.suffix.lower() != ".svg":
        raise ShowError("The picture is an SVG", where="--picture", do=f"Call it {args.picture.stem.strip('.') or 'heard'}.svg")
    told = (args.tempo, told_beats_per_bar(args.meter), args.lead_ms / 1000)
    recording = open_lines(lines, args.band) if lines else open_recording(args.file, args.band)
    name = args.file or lines[0][1]
    if args.picture is None:
        rows = follow(recording, *told)
    else:
        truth = read_truth(args.truth) if args.truth else truth_beside(name)
        found = trace(recording, *told)
        write_whole(args.picture, picture(found, truth, name.name), "The picture")
        rows = rows_of(found.calls, found.samplerate_hz)
    if args.out is None:
        for line in (COLUMNS, *rows):
            sys.stdout.write(line + "\n")
    else:
        write_whole(args.out, "".join(line + "\n" for line in (COLUMNS, *rows)), "The beats")
    return 0


def told_beats_per_bar(meter: str | None) -> int | None:
    """Beats counted in a bar of a meter such as "6/8"; None when none was told."""
    if meter is None:
        return None
    try:
        beats = beats_per_bar(meter)
    except ValueError:
        beats = 0
    if not 1 <= beats <= MOST_BEATS:
        what = f"{meter} is no meter that can be followed"
        raise ShowError(what, where="--meter", do="Write it like 4/4 or 6/8, with 1 to 12 beats in a bar")
    return beats


def follow(recording: Recording, bpm: float | None, beats_in_bar: int | None, lead_s: float) -> Iterator[str]:
    """The rows of a recording, in the order of their beats."""
    samplerate_hz, pieces = recording
    calls = BeatCalls(Follower(samplerate_hz, bpm, beats_in_bar), lead_s)
    for onsets, until_frame in pieces:
        yield from rows_of(calls.hear(onsets, until_frame), samplerate_hz)


def rows_of(calls: NDArray[np.void], samplerate_hz: int) -> Iterator[str]:
    """A row for each call, (n,) of CALL."""
    for call in calls:
        yield (
            f"{call['beat_frame'] / samplerate_hz:.6f},{call['told_frame'] / samplerate_hz:.6f},{call['bpm']:.3f},"
            f"{call['beat_in_bar']},{call['confidence']:.3f}"
        )


def write_whole(path: Path, text: str, name: str) -> None:
    """Write the file under another name and rename it when it is whole."""
    part = path.with_name(path.name + ".part")
    try:
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    except OSError as error:
        with suppress(OSError):
            part.unlink()
        what = f"{name} could not be written: {error.strerror}"
        raise DeviceError(what, where=str(path), do="Choose another place") from None
