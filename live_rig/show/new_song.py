"""A new song for a show: stems and beat map copied, song.toml written, the setlist longer by one. All of it or nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import tomlkit
from tomlkit.exceptions import TOMLKitError

from live_rig.errors import ShowError
from live_rig.show.beats_csv import Beat, beat_map_of, beats_text, first_bar_beats, of_first_meter, usual_beats_per_bar
from live_rig.show.faults import Fault, ShowFaults
from live_rig.show.file_names import why_unfit
from live_rig.show.meter import MeterChange, is_meter
from live_rig.show.preset import preset_files
from live_rig.show.setlist import SONG_ID
from live_rig.show.song import WHOLE_SONG, Song
from live_rig.show.song_folder import BEATS_FILE, SONG_FILE, read_song
from live_rig.show.sources import NewSong, read_beats, source_faults
from live_rig.show.store import SHOW_FILE, read_sheet, show_folder, song_folders
from live_rig.show.write import copy_file, replaced_file, whole_folder
from live_rig.show.written import MOST_BARS

OPTIONS = {"title": "--title", "tempo_bpm": "--tempo", "meter": "--meter", "meters": "--meters"}


def add_song(show: Path, new: NewSong) -> Song:
    """Add the song to the show in the folder `show`. Raises ShowError or DeviceError, and then nothing has changed."""
    show = show_folder(show)
    _, sheet, faults = read_sheet(show)
    if sheet is None:
        raise ShowFaults(show, faults)
    _refuse_id(show, new.id)
    faults = source_faults(new)
    beats, beats_faults = ([], []) if faults else read_beats(new)
    if faults or beats_faults:
        raise ShowFaults(show, faults + beats_faults)
    files = {name: f"{name}{source.suffix.lower()}" for name, source in new.stems.items()}
    with replaced_file(show / SHOW_FILE, _longer_setlist(show, new.id)), whole_folder(show / "songs" / new.id) as making:
        for name, source in new.stems.items():
            copy_file(source, making / files[name])
        if new.beats and not new.found:
            copy_file(new.beats, making / BEATS_FILE)
        else:
            (making / BEATS_FILE).write_text(beats_text(beats), encoding="utf-8")
        (making / SONG_FILE).write_text(_song_text(new, files, beats), encoding="utf-8")
        song = read_song(making, new.id, preset_files(show))
        if not isinstance(song, Song):
            raise ShowFaults(show, [_as_asked(fault, new) for fault in song])
    return song.model_copy(update={"folder": show / "songs" / new.id})


def _refuse_id(show: Path, song_id: str) -> None:
    if not SONG_ID.fullmatch(song_id):
        do = "Take letters, digits, - and _, such as slow-blues"
        raise ShowError(f'"{song_id}" is not a song\'s id', where="--id", do=do)
    if why := why_unfit(song_id):
        raise ShowError(f'"{song_id}" cannot be a folder: {why}', where="--id", do="Take another --id")
    if song_id in song_folders(show):
        where = str(show / "songs" / song_id)
        raise ShowError(f'the show has a song "{song_id}"', where=where, do="Take another --id, or move that folder away")


def _longer_setlist(show: Path, song_id: str) -> str:
    """show.toml with one more song and every comment in its place."""
    try:
        text = tomlkit.parse((show / SHOW_FILE).read_bytes().decode("utf-8-sig"))
    except TOMLKitError as error:
        where = str(show / SHOW_FILE)
        raise ShowError(f"it cannot be added to: {error}", where=where, do="Write its keys one on a line") from None
    if "songs" not in text:
        text["songs"] = []
    songs = text["songs"]
    if song_id not in songs:
        songs.append(song_id)
    return tomlkit.dumps(text)


def _song_text(new: NewSong, files: Mapping[str, str], beats: Sequence[Beat]) -> str:
    meter = new.meter or f"{first_bar_beats(beats) if new.meters else usual_beats_per_bar(beats)}/4"
    changes = [MeterChange(bar=bar, meter=meter) for bar, meter in new.meters if 1 < bar <= MOST_BARS and is_meter(meter)]
    usual_bpm = beat_map_of(of_first_meter(beats, changes)).median_bpm
    tempo_bpm = round(usual_bpm, 2) if new.tempo_bpm is None else new.tempo_bpm
    whole_song = {"name": WHOLE_SONG, "first_bar": 1, "length_bars": beat_map_of(beats).bars()}
    return tomlkit.dumps(
        {
            "title": new.title,
            "tempo_bpm": int(tempo_bpm) if tempo_bpm.is_integer() else tempo_bpm,
            "meter": meter,
            "beats": BEATS_FILE,
            **({"meters": [{"bar": bar, "meter": meter} for bar, meter in new.meters]} if new.meters else {}),
            "stems": [
                {"name": name, "file": file} | ({"ends_early": True} if name in new.ends_early else {})
                for name, file in files.items()
            ],
            "sections": [dict(section) for section in new.sections] or [whole_song],
        }
    )


def _as_asked(fault: Fault, new: NewSong) -> Fault:
    """The fault, said of the option that brought it in instead of the file that is not kept."""
    match fault.key:
        case ("stems", int(number), *_):
            name, source = list(new.stems.items())[number]
            return Fault(fault.what, fault.do, file=f"--stem {name}={source}")
        case ("sections", int(number), *_) if number < len(new.sections):
            return Fault(fault.what, fault.do, fault.key[2:], file=f"--section {new.sections[number]['name']}")
        case ("stems",):
            return Fault(fault.what, fault.do, file="--stem")
        case (str(key), *_) if key in OPTIONS:
            return Fault(fault.what, fault.do, file=OPTIONS[key])
    return replace(fault, file=str(new.beats)) if fault.file.endswith(BEATS_FILE) else fault
