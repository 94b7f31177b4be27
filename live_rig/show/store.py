"""A show's folder, read: whole and without a fault, or not at all, with every fault named at once."""

from collections.abc import Collection, Iterator
from pathlib import Path

from live_rig.show.faults import Fault, ShowFaults, change_or
from live_rig.show.mix import BAND, Mix, bus_faults, mix_faults, usual_mixes
from live_rig.show.models import good_items, read_as
from live_rig.show.pad import Pad, pad_faults, talkback_faults
from live_rig.show.pedal import nowhere_faults, pedal_faults
from live_rig.show.preset import own_preset_faults, preset_files
from live_rig.show.setlist import SONG_ID, Show, ShowSheet, setlist_faults
from live_rig.show.song import Song
from live_rig.show.song_folder import read_song
from live_rig.show.toml_page import Page, read_page

SHOW_FILE = "show.toml"
MOST_USUAL_OUTPUTS = 4


def read_show(folder: Path) -> Show:
    """The show in `folder`. Raises ShowFaults, which lists everything that is wrong with it."""
    page, sheet, faults = read_sheet(folder)
    folder = show_folder(folder)
    presets = preset_files(folder)
    songs = []
    for song_id in _ids(page, folder):
        song = read_song(folder / "songs" / song_id, song_id, presets, sheet.buses if sheet else None)
        if isinstance(song, Song):
            songs.append(song)
        else:
            faults += song
    faults += own_preset_faults(folder)
    if sheet:
        faults += page.all_placed(nowhere_faults(sheet.pedals, names_in(folder, sheet)))
    if faults or sheet is None:
        raise ShowFaults(folder, faults)
    return Show(
        sheet.title,
        folder,
        tuple(songs),
        dict(sheet.pedals),
        sheet.audio,
        presets,
        gives_way=sheet.gives_way,
        buses=sheet.buses,
        mixes=sheet.mixes,
        pads=sheet.pads,
        talkback=sheet.talkback,
    )


def names_in(folder: Path, sheet: ShowSheet) -> dict[str, Collection[str]]:
    """What a pedal may call by name, by the word of the command."""
    return {"preset": preset_files(folder), "song": sheet.songs, "pad": [pad.name for pad in sheet.pads]}


def read_sheet(folder: Path) -> tuple[Page, ShowSheet | None, list[Fault]]:
    """show.toml by itself, with its faults. Raises ShowFaults where there is nothing to read."""
    folder = show_folder(folder)
    if not (folder / SHOW_FILE).is_file():
        what = "there is no such folder" if not folder.exists() else "this is no show: it has no show.toml"
        raise ShowFaults(folder, [Fault(what, "Check the name, or make a new show: live-rig new NAME", file=str(folder))])
    page = read_page(folder / SHOW_FILE, SHOW_FILE)
    if isinstance(page, Fault):
        raise ShowFaults(folder, [page])
    sheet = read_as(page, ShowSheet)
    if isinstance(sheet, list):
        return page, None, sheet + _show_faults(page, folder)
    inputs = [line.input for line in sheet.audio.lines]
    mixes = [mix.name for mix in sheet.mixes or usual_mixes(sheet.audio.outputs or MOST_USUAL_OUTPUTS)]
    faults = page.all_placed(talkback_faults(sheet.talkback, mixes, inputs))
    return page, sheet, [*_show_faults(page, folder), *faults]


def show_folder(given: Path) -> Path:
    """The folder of a show, also where its show.toml was given."""
    return given.parent if given.name == SHOW_FILE else given


def _show_faults(page: Page, folder: Path) -> list[Fault]:
    ids, pedals = page.values.get("songs"), page.values.get("pedals")
    faults = list(setlist_faults(ids)) if isinstance(ids, list) else []
    present, why_shut = _songs_in(folder)
    if why_shut:
        faults.append(Fault(f"this folder cannot be read: {why_shut}", "Check what it is, and whose", file="songs"))
    for number, song_id in enumerate(ids if isinstance(ids, list) and not why_shut else []):
        if isinstance(song_id, str) and SONG_ID.fullmatch(song_id) and song_id not in present:
            do = change_or(song_id, present, "Add it with: live-rig add-song, or take it out of the set")
            faults.append(Fault(f'there is no song "{song_id}" in songs/', do, ("songs", number)))
    if isinstance(pedals, dict):
        faults += pedal_faults(pedals)
    pads = good_items(page, "pads", Pad)
    faults += pad_faults(pads, folder, pedals if isinstance(pedals, dict) else ())
    return page.all_placed([*faults, *_listening_faults(page)])


def _listening_faults(page: Page) -> Iterator[Fault]:
    buses, audio = page.values.get("buses", [BAND]), page.values.get("audio")
    if not isinstance(buses, list) or not all(isinstance(bus, str) for bus in buses):
        return
    outputs = audio.get("outputs") if isinstance(audio, dict) else None
    yield from bus_faults(buses)
    yield from mix_faults(good_items(page, "mixes", Mix), buses, outputs if isinstance(outputs, int) else None)


def _ids(page: Page, folder: Path) -> list[str]:
    """The songs of the set that have a folder, each once."""
    ids = page.values.get("songs")
    present = song_folders(folder)
    return list(dict.fromkeys(each for each in ids if each in present)) if isinstance(ids, list) else []


def song_folders(folder: Path) -> list[str]:
    """The ids of all songs in songs/, in the set or not."""
    return _songs_in(folder)[0]


def _songs_in(folder: Path) -> tuple[list[str], str]:
    """Their ids, and why the system does not let songs/ be read; empty where it does, or where there is none."""
    try:
        return sorted(each.name for each in (folder / "songs").iterdir() if each.is_dir() and each.name[0] != "."), ""
    except FileNotFoundError:
        return [], ""
    except OSError as error:
        return [], str(error.strerror)
