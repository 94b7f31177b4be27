"""`live-rig render`: play a song against a recording of drums, offline, and write down what was heard."""

import argparse
import json
import math
import shutil
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from live_rig.audio.recording import read_drums
from live_rig.commands.numbers import decimal, whole
from live_rig.conducting.script import read_script
from live_rig.conducting.written_presets import preset_at, presets_of
from live_rig.errors import DeviceError, ShowError
from live_rig.importers.midi_file import MIDI_SUFFIXES, read_notes
from live_rig.performance import Performance, Plan, perform
from live_rig.rack.preset_reader import read_preset
from live_rig.show.setlist import Show
from live_rig.show.song import Song
from live_rig.show.store import read_show
from live_rig.show.write import refuse_to_write_over

FILES = ("mix.wav", "drums.wav", "band.wav", "click.wav", "guide.wav", "trace.csv", "summary.json")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("show", type=Path, help="the show's folder")
    parser.add_argument("--song", required=True, metavar="ID")
    parser.add_argument(
        "--drums",
        required=True,
        type=Path,
        metavar="FILE",
        help="what the drummer plays: a sound file, or a MIDI file of a kit",
    )
    parser.add_argument("--out", required=True, type=Path, metavar="DIR", help="where the files go")
    parser.add_argument("--script", type=Path, metavar="FILE", help="time_s,command,value: what a pedal or the conductor did")
    parser.add_argument(
        "--authority", choices=["band", "drummer", "conductor"], default="drummer", help="who has the tempo first"
    )
    parser.add_argument(
        "--start", choices=["count-in", "uninvited", "command"], default="uninvited", help="how the band comes in"
    )
    parser.add_argument("--input-latency-ms", type=decimal, default=0.0, metavar="X")
    parser.add_argument("--output-latency-ms", type=decimal, default=0.0, metavar="Y")
    parser.add_argument("--samplerate", type=whole, default=48_000, metavar="N")
    parser.add_argument("--block", type=whole, default=64, metavar="N", help="frames, 16 to 1024")
    parser.add_argument("--preset", metavar="NAME", help="the drums' effects; otherwise the song's own")


def run(args: argparse.Namespace) -> int:
    """Render, and say in one line how it went."""
    check_numbers(args)
    show = read_show(args.show)
    song = named_song(show, args.song)
    plan_args: dict[str, Any] = {
        "song": song,
        "start": args.start,
        "authority": args.authority,
        "gives_way": show.gives_way,
        "script": read_script(args.script) if args.script else (),
        **presets_for(show, song, args.preset),
        "samplerate_hz": args.samplerate,
        "blocks": (args.block,),
        "input_latency_s": args.input_latency_ms / 1e3,
        "output_latency_s": args.output_latency_ms / 1e3,
        "look_ahead_ms": show.audio.look_ahead_ms,
    }
    if args.drums.suffix.lower() in MIDI_SUFFIXES:
        plan_args["notes"], length_s = read_notes(args.drums)
        drums = np.zeros(round((length_s + 1.0) * args.samplerate), np.float32)
    else:
        drums = read_drums(args.drums, args.samplerate)
    read = [args.drums, *filter(None, [args.script]), *(song.folder / stem.file for stem in song.stems)]
    refuse_to_write_over(read, [args.out / name for name in FILES])
    with made_room(args.out):  # whoever waited until the song is over is not to hear then that it was for nothing
        performance = perform(Plan(**plan_args), drums)
        summary = summarised(args, song, performance)
        write_all(args.out, performance, summary)
    print("\n".join([*performance.lacks, said(summary, args.out)]))
    return 0


def check_numbers(args: argparse.Namespace) -> None:
    """ShowError for a rate, a block or a latency that no rig has."""
    if not 44_100 <= args.samplerate <= 192_000:
        raise ShowError(f"{args.samplerate} Hz is no rate of this rig", where="--samplerate", do="Say 44100 to 192000")
    if not 16 <= args.block <= 1024:
        raise ShowError(f"A block of {args.block} frames is out of reach", where="--block", do="Say 16 to 1024")
    for name in ("input", "output"):
        if not 0 <= getattr(args, f"{name}_latency_ms") <= 200:
            raise ShowError(f"That {name} latency is out of reach", where=f"--{name}-latency-ms", do="Say 0 to 200 ms")


def named_song(show: Show, song_id: str) -> Song:
    """The song of that id. ShowError lists what there is."""
    song = show.song(song_id)
    if song is None:
        there = ", ".join(song.id for song in show.songs) or "none yet"
        raise ShowError(
            f'"{show.title}" has no song {song_id}', where=f"{show.folder}/show.toml, songs", do=f"Say one of: {there}"
        )
    return song


def presets_for(show: Show, song: Song, asked: str | None) -> dict[str, Any]:
    """What a plan needs: the preset that was asked for, and nothing else; or all that the song is written with."""
    if asked:
        return {"preset": read_preset(preset_path(show, asked))}
    presets = {name: read_preset(preset_path(show, name)) for name in presets_of(song)}
    first = preset_at(song, 1)
    return {"preset": presets.get(first), "presets": presets if presets.keys() - {first} else {}}


def preset_path(show: Show, name: str) -> Path:
    """The file of a preset. ShowError lists what there is."""
    if name not in show.presets:
        raise ShowError(f'There is no preset "{name}"', where="--preset", do=f"Say one of: {', '.join(show.presets)}")
    return show.presets[name]


def summarised(args: argparse.Namespace, song: Song, performance: Performance) -> dict[str, Any]:
    """What summary.json says. Asynchrony here is the rig's own opinion: against true beats, measure the files."""
    felt = [abs(point.asynchrony_ms) for point in performance.line.points if not math.isnan(point.asynchrony_ms)]
    came_in = [event["time_s"] for event in performance.happened if event["what"] == "came-in"]
    return {
        "song": song.id,
        "drums": str(args.drums),
        "samplerate_hz": args.samplerate,
        "block_frames": args.block,
        "input_latency_ms": args.input_latency_ms,
        "output_latency_ms": args.output_latency_ms,
        "came_in_s": came_in[0] if came_in else None,
        "own_asynchrony_ms": {
            "median": statistics.median(felt) if felt else None,
            "p95": float(np.percentile(felt, 95)) if felt else None,
        },
        "happened": performance.happened,
        **performance.counts,
    }


def said(summary: dict[str, Any], out: Path) -> str:
    """One line for the terminal."""
    if summary["came_in_s"] is None:
        return f"The band never came in: no bar line was sure enough. Files are in {out}"
    felt = summary["own_asynchrony_ms"]["median"]
    apart = f"; {felt:.0f} ms from the drummer (median)" if felt is not None else ""
    return f"The band came in at {summary['came_in_s']:.2f} s{apart}. Files are in {out}"


@contextmanager
def made_room(out: Path) -> Iterator[None]:
    """The folder is there, and may be written in. DeviceError at once; where anything is raised no new folder stays."""
    is_new = not out.exists()
    with in_words(out):
        out.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryDirectory(prefix=".part-", dir=out).cleanup()
    try:
        yield
    except BaseException:
        if is_new:
            with suppress(OSError):
                out.rmdir()
        raise


@contextmanager
def in_words(out: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, soundfile.LibsndfileError) as error:
        raise DeviceError(
            "The files could not be written", where=f"{out}: {error}", do="Make room there, or choose another folder"
        ) from error


def write_all(out: Path, performance: Performance, summary: dict[str, Any]) -> None:
    """Every file whole, or none: they are written beside `out` and moved there."""
    with in_words(out), tempfile.TemporaryDirectory(prefix=".part-", dir=out) as part_name:
        part = Path(part_name)
        for name, bus in performance.buses.items():
            soundfile.write(part / f"{name}.wav", bus.T, performance.samplerate_hz, subtype="PCM_24")
        performance.line.write(part / "trace.csv")
        (part / "summary.json").write_text(json.dumps(summary, indent=1) + "\n", encoding="utf-8")
        for file in part.iterdir():
            shutil.move(file, out / file.name)
