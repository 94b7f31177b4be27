"""A show's folder, read: whole and without a fault, or not at all, with every fault named at once."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from live_rig.show.beats_csv import Beat, beat_map_of, parse_beats
from live_rig.show.cue import Cue, cue_faults
from live_rig.show.faults import Fault, ShowFaults, change_or
from live_rig.show.meter import beats_per_bar
from live_rig.show.preset import preset_files
from live_rig.show.section import Section, section_faults
from live_rig.show.setlist import SONG_ID, Show, ShowSheet, pedal_faults, setlist_faults
from live_rig.show.song import Song, SongSheet, bar_faults, meter_fault, song_of, tempo_faults
from live_rig.show.stem import Stem, stem_faults
from live_rig.show.toml_page import Page, read_page, read_text
from live_rig.show.written import FASTEST_BPM, SLOWEST_BPM

SHOW_FILE, SONG_FILE = "show.toml", "song.toml"


def read_show(folder: Path) -> Show:
    """The show in `folder`. Raises ShowFaults, which lists everything that is wrong with it."""
    folder = folder.parent if folder.name == SHOW_FILE else folder
    if not folder.is_dir():
        raise ShowFaults(
            folder,
            [Fault("there is no such folder", f"Check the name, or make a new show: live-rig new {folder}", file=str(folder))],
        )
    page = read_page(folder / SHOW_FILE, SHOW_FILE)
    if isinstance(page, Fault):
        raise ShowFaults(folder, [page])
    presets = preset_files(folder)
    sheet = page.read_as(ShowSheet)
    faults = sheet if isinstance(sheet, list) else []
    faults += _show_faults(page, folder)
    songs = []
    for song_id in _ids(page, folder):
        song = read_song(folder / "songs" / song_id, song_id, presets)
        if isinstance(song, Song):
            songs.append(song)
        else:
            faults += song
    if faults or isinstance(sheet, list):
        raise ShowFaults(folder, faults)
    return Show(sheet.title, folder, tuple(songs), dict(sheet.pedals), sheet.audio, presets)


def read_song(folder: Path, song_id: str, presets: Mapping[str, Path]) -> Song | list[Fault]:
    """The song in `folder`, or everything that is wrong with it."""
    file = f"songs/{song_id}/{SONG_FILE}"
    page = read_page(folder / SONG_FILE, file)
    if isinstance(page, Fault):
        return [page]
    sheet = page.read_as(SongSheet)
    beats, beats_faults = _read_beats(page, folder, f"songs/{song_id}")
    faults = [*(sheet if isinstance(sheet, list) else []), *_song_faults(page, folder, presets, beats, beats_faults)]
    if faults or isinstance(sheet, list):
        return sorted(faults, key=lambda fault: (fault.file != file, fault.line))
    return song_of(sheet, song_id, folder, beat_map_of(beats))


def _show_faults(page: Page, folder: Path) -> list[Fault]:
    ids, pedals = page.values.get("songs"), page.values.get("pedals")
    faults = list(setlist_faults(ids)) if isinstance(ids, list) else []
    present = _folders(folder)
    for number, song_id in enumerate(ids if isinstance(ids, list) else []):
        if isinstance(song_id, str) and SONG_ID.fullmatch(song_id) and song_id not in present:
            do = change_or(song_id, present, "Add it with: live-rig add-song, or take it out of the set")
            faults.append(Fault(f'there is no song "{song_id}" in songs/', do, ("songs", number)))
    if isinstance(pedals, dict):
        faults += pedal_faults(pedals)
    return page.all_placed(faults)


def _ids(page: Page, folder: Path) -> list[str]:
    """The songs of the set that have a folder, each once."""
    ids = page.values.get("songs")
    present = _folders(folder)
    return list(dict.fromkeys(each for each in ids if each in present)) if isinstance(ids, list) else []


def _folders(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.glob("songs/*") if each.is_dir())


def _read_beats(page: Page, folder: Path, named: str) -> tuple[list[Beat], list[Fault]]:
    """The beats of the song's beat map, and what is wrong with that file. No beats where anything is wrong."""
    name = page.values.get("beats", "beats.csv")
    if not isinstance(name, str):
        return [], []
    if not (folder / name).is_file():
        present = sorted(path.name for path in folder.glob("*.csv"))
        do = change_or(name, present, f"Copy {name} into {folder.name}")
        return [], [page.placed(Fault(f'"{name}" is not there', do, ("beats",)))]
    text = read_text(folder / name, f"{named}/{name}")
    if isinstance(text, Fault):
        return [], [text]
    beats, faults = parse_beats(text)
    if not faults and not any(beat.beat_in_bar == 1 for beat in beats):
        faults = [
            Fault(
                "no beat has beat_in_bar 1", "Write a 1 for the first beat of every bar", ("beat_in_bar",), line=beats[0].line
            )
        ]
    return ([] if faults else beats), [replace(fault, file=f"{named}/{name}") for fault in faults]


def _song_faults(
    page: Page, folder: Path, presets: Mapping[str, Path], beats: list[Beat], beats_faults: list[Fault]
) -> list[Fault]:
    """What is wrong between the parts of a song; each part that can be read is checked, whatever else is wrong."""
    values = page.values
    faults: list[Fault] = []
    preset = values.get("preset")
    if isinstance(preset, str) and preset not in presets:
        faults.append(
            Fault(
                f'there is no preset "{preset}"',
                change_or(preset, presets, "Take it out, or put it into presets/"),
                ("preset",),
            )
        )
    faults += stem_faults(page.good("stems", Stem), folder, beats[-1].time_s if beats else None)
    tempo_bpm, beats_in_bar = values.get("tempo_bpm"), _beats_per_bar(values)
    bars = None
    if beats and isinstance(tempo_bpm, (int, float)) and SLOWEST_BPM <= tempo_bpm <= FASTEST_BPM:
        faults += tempo_faults(tempo_bpm, beats)
    if beats and beats_in_bar:
        wrong_meter = meter_fault(_meter(values), beats)
        if wrong_meter:
            faults.append(wrong_meter)
        else:
            bars = beat_map_of(beats).bars(beats_in_bar)
            named = f"songs/{folder.name}/{values.get('beats', 'beats.csv')}"
            beats_faults = [*beats_faults, *(replace(each, file=named) for each in bar_faults(_meter(values), beats))]
    sections = page.good("sections", Section)
    if sections and len(sections) == len(values["sections"]):
        faults += section_faults(list(sections.values()), bars)
    if bars is not None:
        faults += cue_faults(page.good("cues", Cue), bars)
    return [*page.all_placed(faults), *beats_faults]


def _meter(values: Mapping[str, Any]) -> str:
    return str(values.get("meter", "4/4"))


def _beats_per_bar(values: Mapping[str, Any]) -> int | None:
    try:
        return beats_per_bar(_meter(values))
    except ValueError:
        return None
