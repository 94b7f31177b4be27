"""`live-rig add-song SHOW`: stems and a beat map become a song of the show."""

import argparse
import re
from pathlib import Path
from typing import Any

from live_rig.errors import ShowError
from live_rig.show.new_song import add_song
from live_rig.show.sources import NewSong
from live_rig.show.stem import clock

SECTION = re.compile(r"(?P<name>.+)=(?P<first_bar>\d{1,6})\+(?P<length_bars>\d{1,6})(?::(?P<kind>vamp|finale))?")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The show, and what the song is made from."""
    parser.add_argument("show", type=Path, metavar="SHOW", help="the folder of a show")
    parser.add_argument("--id", required=True, help="the song's short name, for setlists and commands: slow-blues")
    parser.add_argument("--title", required=True, help="the song's name on the stage")
    parser.add_argument(
        "--stem", required=True, nargs="+", action="extend", metavar="NAME=FILE", help="an instrument and its recording"
    )
    parser.add_argument("--beats", type=Path, metavar="FILE.csv", help="the beat map: time_s,beat_in_bar")
    parser.add_argument("--tempo", type=float, metavar="BPM", help="without it: as most of the beats go")
    parser.add_argument("--first-beat", type=float, metavar="S", help="with --tempo instead of --beats: when bar 1 starts")
    parser.add_argument("--meter", help="4/4, 6/8 and so on; without it: as most of the bars count")
    parser.add_argument("--section", nargs="+", action="extend", default=[], metavar="NAME=FIRST+LENGTH[:vamp|:finale]")
    parser.add_argument(
        "--ends-early", nargs="+", action="extend", default=[], metavar="NAME", help="stems meant to end before the others"
    )


def run(args: argparse.Namespace) -> int:
    """Add the song, and say what it came to."""
    if args.beats and args.first_beat is not None:
        raise ShowError(
            "the beat map says when bar 1 starts", where="--first-beat", do="Leave out either --beats or --first-beat"
        )
    new = NewSong(
        id=args.id,
        title=args.title,
        stems=_stems(args.stem),
        beats=args.beats,
        first_beat_s=args.first_beat or 0.0,
        tempo_bpm=args.tempo,
        meter=args.meter,
        sections=[_section(text) for text in args.section],
        ends_early=frozenset(args.ends_early),
    )
    song = add_song(args.show, new)
    print(
        f"Added {song.title}: {song.bars} bars of {song.meter}, {clock(song.length_s)}, {song.tempo_bpm:g} bpm, {song.folder}"
    )
    return 0


def _stems(given: list[str]) -> dict[str, Path]:
    stems: dict[str, Path] = {}
    for text in given:
        name, equals, file = text.partition("=")
        if not (name and equals and file):
            raise ShowError(
                f'"{text}" is not a stem', where="--stem", do="Write its name, = and its file, such as bass=bass.wav"
            )
        if name.lower() in (other.lower() for other in stems):
            raise ShowError(f'there are two stems "{name}"', where="--stem", do="Give each its own name")
        stems[name] = Path(file)
    return stems


def _section(text: str) -> dict[str, Any]:
    match = SECTION.fullmatch(text)
    if not match:
        do = "Write its name, its first bar and its length in bars, such as solo=33+16 or solo=33+16:vamp"
        raise ShowError(f'"{text}" is not a section', where="--section", do=do)
    section = {"name": match["name"], "first_bar": int(match["first_bar"]), "length_bars": int(match["length_bars"])}
    return section | ({match["kind"]: True} if match["kind"] else {})
