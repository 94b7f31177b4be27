"""`live-rig add-song SHOW`: stems and a beat map become a song of the show."""

import argparse
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from live_rig.commands.follow import told_beats_per_bar
from live_rig.commands.numbers import decimal
from live_rig.errors import ShowError
from live_rig.following.beat_finder import Found, find_beats, numbered, odd_bars, said
from live_rig.following.recording import open_recording
from live_rig.importers.any_map import LISTED, TIMED, read_map
from live_rig.importers.time_line import Imported, Mark
from live_rig.show.audio_file import NotPlayable, measure, sounding_s
from live_rig.show.beats_csv import Beat
from live_rig.show.meter import meter_of
from live_rig.show.new_song import add_song
from live_rig.show.song import Song
from live_rig.show.sources import NewSong, read_beats
from live_rig.show.stem import clock

T = TypeVar("T")

BEATS_HELP = (
    "the beat map: time_s,beat_in_bar (CSV); or a MIDI file, Audacity labels or a beat file (.txt), a REAPER project, "
    "a Live set, a DAWproject. Without it and without --tempo the beats are looked for in the drums"
)
BEST_HEARD_IN = ("drum|kit|schlagzeug|batter", "perc|beat|loop", "mix|master|full", "")
CHANGE = re.compile(r"(\d{1,6})=(.+)")
LIST_OF_MARKS = re.compile(r"(#[,;\t])?Name[,;\t]")  # how REAPER's begins
MOST_SAID = 12
SECTION = re.compile(r"(?P<name>.+)=(?P<first_bar>\d{1,6})\+(?P<length_bars>\d{1,6})(?::(?P<kind>vamp|finale))?")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The show, and what the song is made from."""
    parser.add_argument("show", type=Path, metavar="SHOW", help="the folder of a show")
    parser.add_argument("--id", required=True, help="the song's short name, for setlists and commands: slow-blues")
    parser.add_argument("--title", required=True, help="the song's name on the stage")
    parser.add_argument(
        "--stem", required=True, nargs="+", action="extend", metavar="NAME=FILE", help="an instrument and its recording"
    )
    parser.add_argument("--beats", type=Path, metavar="FILE", help=BEATS_HELP)
    parser.add_argument("--marks", type=Path, metavar="FILE", help="sections from the labels, markers or regions in this file")
    parser.add_argument("--tempo", type=decimal, metavar="BPM", help="without it: as most of the beats go")
    parser.add_argument("--first-beat", type=decimal, metavar="S", help="with --tempo instead of --beats: when bar 1 starts")
    parser.add_argument("--find-beats", action="store_true", help="look for the beats in the drums, near --tempo")
    parser.add_argument("--drums", type=Path, metavar="FILE", help="look for them in these drums, which the song does not play")
    parser.add_argument("--meter", help="4/4, 6/8 and so on; without it: as most of the bars count")
    parser.add_argument(
        "--meters", nargs="+", action="extend", default=[], metavar="BAR=METER", help="where the meter changes: 17=7/8 25=4/4"
    )
    parser.add_argument("--section", nargs="+", action="extend", default=[], metavar="NAME=FIRST+LENGTH[:vamp|:finale]")
    parser.add_argument(
        "--ends-early", nargs="+", action="extend", default=[], metavar="NAME", help="stems meant to end before the others"
    )


def run(args: argparse.Namespace) -> int:
    """Add the song, and say what it came to."""
    if args.beats and args.drums:
        raise ShowError("the beat map says where the beats are", where="--drums", do="Leave out either --beats or --drums")
    for option, is_given in ("--beats", args.beats), ("--drums", args.drums), ("--find-beats", args.find_beats):
        if is_given and args.first_beat is not None:
            do = f"Leave out either {option} or --first-beat"
            raise ShowError("the beats say when bar 1 starts", where="--first-beat", do=do)
    stems, found, changes = _stems(args.stem), Imported(), [_change(text) for text in args.meters]
    if (args.beats and not is_beat_map(args.beats)) or (
        args.beats is None and (args.find_beats or args.drums or (args.tempo is None and args.first_beat is None))
    ):
        found = imported_map(args.beats, stems) if args.beats else found_map(args.drums, stems, args.tempo, args.meter)
    new = NewSong(
        id=args.id,
        title=args.title,
        stems=stems,
        beats=args.beats,
        found=found.beats,
        first_beat_s=args.first_beat or 0.0,
        tempo_bpm=args.tempo,
        meter=args.meter or found.meter or None,
        meters=changes or found.changes,
        sections=[_section(text) for text in args.section],
        ends_early=frozenset(args.ends_early),
    )
    left_out: Sequence[Mark] = ()
    if not new.sections and (marks := read_map(args.marks, longest_s(stems)).marks if args.marks else found.marks):
        sections, left_out = sections_of(marks, read_beats(new)[0])
        new = replace(new, sections=sections)
    song = add_song(args.show, new)
    bars = "one bar" if song.bars == 1 else f"{song.bars} bars"
    print(f"Added {song.title}: {bars} of {meters_said(song)}, {clock(song.length_s)}, {song.tempo_bpm:g} bpm, {song.folder}")
    if not (args.beats or found.beats) and args.first_beat is None:
        print("Bar 1 is taken to begin where the stems do: where it does not, add it with --first-beat SECONDS or --find-beats")
    if left_out:
        named = ", ".join(f"{mark.name} ({clock(mark.time_s)})" for mark in left_out[:MOST_SAID])
        print(f"No section begins where another does, or after the last bar. Left out: {named}")
    return 0


def meters_said(song: Song) -> str:
    """ "4/4", or "4/4, from bar 17 on 7/8"."""
    return ", ".join([song.meter, *(f"from bar {change.bar} on {change.meter}" for change in song.meters[:MOST_SAID])])


def is_beat_map(path: Path) -> bool:
    """Whether it is, or claims to be, a beat map of ours; what is not there is left to be said by those who read it."""
    if path.suffix.lower() != ".csv" or not path.is_file():
        return not path.is_file() or path.suffix.lower() not in {*TIMED, *LISTED}
    return not LIST_OF_MARKS.match(path.read_bytes()[:200].decode("utf-8-sig", "replace"))


def imported_map(path: Path, stems: Mapping[str, Path]) -> Imported:
    """The beats in another program's file. ShowError where it has only names."""
    found = read_map(path, longest_s(stems))
    if not found.beats:
        raise ShowError(
            "There are names in it and no beats", where=str(path), do="Give it as --marks, and the beats as --beats"
        )
    return found


def found_map(drums: Path | None, stems: Mapping[str, Path], tempo_bpm: float | None, meter: str | None) -> Imported:
    """The beats that are found in the drums, or else in the stem in which they are heard best; it says how sure it is."""
    heard_in = drums or next(stems[name] for like in BEST_HEARD_IN for name in stems if re.search(like, name, re.IGNORECASE))
    end_s, recording, beats_per_bar = longest_s(stems), open_recording(heard_in), told_beats_per_bar(meter)
    print(f"No beats were given: listening to {heard_in.name} …", flush=True)
    begins_s, ends_s = zip(*of_each(stems, sounding_s), strict=True)
    found = find_beats(recording, str(heard_in), tempo_bpm, beats_per_bar, min(begins_s), max(ends_s))
    found = [beat for beat in found if beat.time_s < end_s]
    print(said(found))
    beats = [Beat(line, beat.time_s, beat.beat_in_bar) for line, beat in enumerate(found, start=2)]
    return Imported(beats, (), meter or "", changes_in(found, meter))


def changes_in(found: Sequence[Found], meter: str | None) -> list[tuple[int, str]]:
    """Where the meter changes for a bar of another length, and back: (bar, its meter)."""
    bars, odd = numbered(found), odd_bars(found)
    if not odd:
        return []
    usual = meter or f"{len(bars[1])}/4"
    back = {bar + 1: usual for bar in odd if bar + 1 in bars}
    return sorted((back | {bar: meter_of(beats, usual) for bar, beats in odd.items()}).items())


def longest_s(stems: Mapping[str, Path]) -> float:
    """The length of the longest stem. ShowError where one cannot be read."""
    return max(file.length_s for file in of_each(stems, measure))


def of_each(stems: Mapping[str, Path], ask: Callable[[Path], T]) -> list[T]:
    """What each file says of itself. ShowError where one cannot be read."""
    answers = []
    for name, path in stems.items():
        try:
            answers.append(ask(path))
        except NotPlayable as fault:
            raise ShowError(fault.what, where=f"--stem {name}={path}", do=fault.do) from None
    return answers


def sections_of(marks: Sequence[Mark], beats: Sequence[Beat]) -> tuple[list[dict[str, Any]], list[Mark]]:
    """A section from each mark, at the bar nearest to it, to the next; what comes before the first is the start. And the
    marks of which there is none: those in a bar that has one, and those nearer to the end of the last bar than to its start."""
    ones = [beat.time_s for beat in beats if beat.beat_in_bar == 1]
    if not ones:
        return [], []
    lines_s = np.array([*ones, 2 * ones[-1] - ones[-2] if len(ones) > 1 else np.inf])
    named: dict[int, str] = {}
    left_out = []
    for mark in sorted(marks):
        bar = int(np.argmin(np.abs(lines_s - mark.time_s))) + 1
        if bar > len(ones) or bar in named:
            left_out.append(mark)
        else:
            named[bar] = mark.name[:200]
    named.setdefault(1, "start")
    bars = sorted(named)
    lengths = [following - bar for bar, following in zip(bars, [*bars[1:], len(ones) + 1], strict=True)]
    names = each_its_own([named[bar] for bar in bars])
    sections = [
        {"name": name, "first_bar": bar, "length_bars": length} for name, bar, length in zip(names, bars, lengths, strict=True)
    ]
    return sections, left_out


def each_its_own(names: Sequence[str]) -> list[str]:
    """The same names; one that was there before has the first number behind it that none of them has."""
    own: list[str] = []
    for name in names:
        others = {*names, *own}
        own.append(name if name not in own else next(new for number in count(2) if (new := f"{name} {number}") not in others))
    return own


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


def _change(text: str) -> tuple[int, str]:
    match = CHANGE.fullmatch(text)
    if not match:
        do = "Write the bar, = and the meter from there on, such as 17=7/8"
        raise ShowError(f'"{text}" is no change of meter', where="--meters", do=do)
    return int(match[1]), match[2]


def _section(text: str) -> dict[str, Any]:
    match = SECTION.fullmatch(text)
    if not match:
        do = "Write its name, its first bar and its length in bars, such as solo=33+16 or solo=33+16:vamp"
        raise ShowError(f'"{text}" is not a section', where="--section", do=do)
    section = {"name": match["name"], "first_bar": int(match["first_bar"]), "length_bars": int(match["length_bars"])}
    return section | ({match["kind"]: True} if match["kind"] else {})
