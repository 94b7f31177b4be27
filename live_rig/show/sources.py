"""What a new song is made from, as it was asked for, and whether it can be had: files, names, beats."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from live_rig.show.audio_file import NotPlayable, measure
from live_rig.show.beats_csv import LONGEST_S, Beat, map_faults, parse_beats, steady_beats
from live_rig.show.faults import Fault, change_or
from live_rig.show.file_names import why_unfit
from live_rig.show.meter import MeterChange, is_meter
from live_rig.show.stem import clock
from live_rig.show.toml_page import read_text
from live_rig.show.written import FASTEST_BPM, MOST_BARS, SLOWEST_BPM

COMMON_METER = "4/4"


@dataclass(frozen=True, slots=True)
class NewSong:
    """Everything that was asked for; nothing of it is checked yet."""

    id: str
    title: str
    stems: Mapping[str, Path]  # name -> the file to copy
    beats: Path | None = None  # None: recorded to a click of `tempo_bpm`, with bar 1 at `first_beat_s`
    found: Sequence[Beat] = ()  # in place of `beats`: known already, from another program's file or from the sound
    first_beat_s: float = 0.0
    tempo_bpm: float | None = None  # None: as most of the beats go
    meter: str | None = None  # None: as most of the bars count; without `beats`: 4/4
    meters: Sequence[tuple[int, str]] = ()  # (bar, its meter) where it changes on the way
    sections: Sequence[Mapping[str, Any]] = ()  # as in song.toml; none: one section with every bar
    ends_early: frozenset[str] = frozenset()  # stems that are meant to be shorter than the others


def source_faults(new: NewSong) -> list[Fault]:
    """Names that cannot be written, and files that cannot be read. The files are not read here."""
    return [*_name_faults(new), *_file_faults(new)]


def read_beats(new: NewSong) -> tuple[list[Beat], list[Fault]]:
    """The beats of the song, from the beat map or from the tempo of the click, and what is wrong with them."""
    if new.found:
        faults = map_faults(new.found, new.found[-1].line)
        return list(new.found), [replace(fault, file=str(new.beats or "--find-beats")) for fault in faults]
    if new.beats is None:
        return _click_beats(new)
    text = read_text(new.beats, str(new.beats))
    if not isinstance(text, Fault):
        beats, faults = parse_beats(text)
    else:
        beats, faults = [], [_no_map_but_music(new.beats) or text]
    return beats, [replace(fault, file=str(new.beats)) for fault in faults]


def _no_map_but_music(beats: Path) -> Fault | None:
    """What is said where a recording was given for a beat map."""
    try:
        measure(beats)
    except NotPlayable:
        return None
    return Fault("it is a recording, and no beat map", "Give it as --drums, and the beats are looked for in it")


def _click_beats(new: NewSong) -> tuple[list[Beat], list[Fault]]:
    """Beats as even as a click, from bar 1 to the end of the longest stem."""
    faults = list(_click_faults(new))
    ends_s = [0.0]
    for name, source in new.stems.items():
        try:
            ends_s.append(measure(source).length_s)
        except NotPlayable as fault:
            faults.append(Fault(fault.what, fault.do, file=f"--stem {name}={source}"))
    if faults or new.tempo_bpm is None:
        return [], faults
    changes = [MeterChange(bar=bar, meter=meter) for bar, meter in new.meters]
    beats = steady_beats(new.tempo_bpm, new.meter or COMMON_METER, new.first_beat_s, max(ends_s), changes)
    if len(beats) < 2:
        what = f"the stems end at {clock(max(ends_s))}, and bar 1 is to start at {new.first_beat_s:g} s"
        return [], [Fault(what, "Give the seconds at which bar 1 starts", file="--first-beat")]
    return beats, []


def _click_faults(new: NewSong) -> Iterator[Fault]:
    if new.tempo_bpm is None:
        yield Fault(
            "where the beats are is not known", "Give --beats FILE.csv, or --tempo for a song with a click", file="--beats"
        )
    elif not SLOWEST_BPM <= new.tempo_bpm <= FASTEST_BPM:
        yield Fault(f"{new.tempo_bpm:g} is not a tempo", f"Give a number from {SLOWEST_BPM} to {FASTEST_BPM}", file="--tempo")
    if not is_meter(new.meter or COMMON_METER):
        yield Fault(f'"{new.meter}" is not a meter', 'Write it as "4/4", "3/4" or "6/8"', file="--meter")
    for bar, meter in new.meters:
        if not is_meter(meter) or not 2 <= bar <= MOST_BARS:
            do = f"Write a bar from 2 to {MOST_BARS} and its meter, such as 17=7/8"
            yield Fault(f'"{bar}={meter}" is no change of meter', do, file="--meters")
    if not 0 <= new.first_beat_s <= LONGEST_S:
        do = "Give the seconds from the start of the stems to the first beat of bar 1"
        yield Fault(f"{new.first_beat_s:g} is not a time", do, file="--first-beat")


def _name_faults(new: NewSong) -> Iterator[Fault]:
    """Stems that cannot be files of their name, stems of which only the end was spoken, letters that cannot be written."""
    for name, source in new.stems.items():
        why = "it is hidden" if name.startswith(".") else why_unfit(f"{name}{source.suffix}") or why_unfit(name)
        if why:
            yield Fault(f'"{name}" cannot be a file: {why}', "Take a plain word, such as bass", file="--stem")
    for name in sorted(new.ends_early - set(new.stems)):
        yield Fault(f'there is no stem "{name}"', change_or(name, new.stems, "Take the name of a --stem"), file="--ends-early")
    for option, text in [("--title", new.title), *(("--section", str(section["name"])) for section in new.sections)]:
        if not text.isprintable():
            yield Fault(f'"{text}" has letters that cannot be shown', "Write it with plain letters", file=option)


def _file_faults(new: NewSong) -> Iterator[Fault]:
    sources = [(f"--stem {name}", source) for name, source in new.stems.items()]
    for option, source in [*sources, *([("--beats", new.beats)] if new.beats else [])]:
        fault = _unreadable(option, source)
        if fault:
            yield fault


def _unreadable(option: str, source: Path) -> Fault | None:
    if source.is_dir():
        return Fault(f'"{source}" is a folder', "Give the file in it", file=option)
    if not source.is_file():
        present = sorted(path.name for path in source.parent.glob("*") if path.is_file())
        do = change_or(source.name, present, "Check the name and the folder")
        return Fault(f'"{source}" is not there', do, file=option)
    try:
        source.open("rb").close()
    except OSError as error:
        return Fault(f'"{source}" cannot be read: {error.strerror}', "Check that you may read the file", file=option)
    return None
