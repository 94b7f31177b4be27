"""Stems: the audio files of the band, one for each instrument."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from live_rig.show.audio_file import AudioFile, NotPlayable, measure
from live_rig.show.faults import Fault, change_or
from live_rig.show.file_names import file_of, is_file
from live_rig.show.written import Claim, GainDb, Number, Pan, Text, Written

SAME_LENGTH_S = 0.5  # encoders add silence, people trim: less than this is no fault
SOUNDS = {".wav", ".flac", ".ogg", ".mp3", ".aif", ".aiff", ".oga", ".opus"}


def _inside(file: str) -> str:
    """A file of the song's own folder, so that the show can be carried to another machine."""
    if "\\" in file or PureWindowsPath(file).drive:
        raise PydanticCustomError(
            "inside", '"{file}" has a drive or a \\ in it', {"file": file, "do": "Write it with /, from the song's folder"}
        )
    if PurePosixPath(file).is_absolute() or ".." in PurePosixPath(file).parts:
        raise PydanticCustomError(
            "inside", '"{file}" is outside the song\'s folder', {"file": file, "do": "Copy the file there, and write its name"}
        )
    return file


FileInFolder = Annotated[Text, AfterValidator(_inside)]


class Stem(Written):
    """One file, and how it enters the mix."""

    name: Text
    file: FileInFolder  # relative to the song's folder
    gain_db: GainDb = 0.0
    pan: Pan = 0.0
    mute: Claim = False
    bus: Text | None = None  # where it goes: one of the show's buses, or else the first
    sends: dict[str, GainDb] = Field(default_factory=dict)  # and to which others, in dB beside its own level
    offset_s: Annotated[Number, Field(ge=0, le=3600)] = 0.0  # where this file starts on the song's time line
    ends_early: Claim = False  # it is meant to end before the others
    is_percussion: Claim = Field(default=False, alias="percussion")  # it keeps its pitch when the song is transposed


def stem_faults(
    stems: Mapping[int, Stem], folder: Path, last_beat_s: float | None, buses: Sequence[str] | None = None
) -> Iterator[Fault]:
    """Files that are missing, broken or too short, buses that the show has not (None: not known). `stems` by their place in
    the list; `last_beat_s` None where not known."""
    ends_s: dict[int, float] = {}
    for number, stem in stems.items():
        try:
            ends_s[number] = stem.offset_s + measured(folder, stem.file).length_s
        except NotPlayable as fault:
            yield Fault(
                f'"{stem.file}": {fault.what}' if fault.what.startswith("it ") else fault.what,
                fault.do,
                ("stems", number, "file"),
            )
    yield from _name_faults(stems)
    yield from _bus_faults(stems, buses)
    if ends_s:
        yield from _length_faults(stems, ends_s, last_beat_s)


def measured(folder: Path, file: str) -> AudioFile:
    """A sound file of a folder. Raises NotPlayable, with the nearest there is."""
    path = file_of(folder, file)
    if not is_file(path):
        present = sorted(each.relative_to(folder).as_posix() for each in folder.rglob("*") if each.suffix.lower() in SOUNDS)
        raise NotPlayable(
            f'"{file}" is not there', change_or(file, present, f"Copy {file} into {folder.name}, or take it out of the list")
        )
    return measure(path)


def _name_faults(stems: Mapping[int, Stem]) -> Iterator[Fault]:
    seen: set[str] = set()
    for number, stem in stems.items():
        if stem.name in seen:
            yield Fault(f'there are two stems "{stem.name}"', "Give each its own name", ("stems", number, "name"))
        seen.add(stem.name)


def _bus_faults(stems: Mapping[int, Stem], buses: Sequence[str] | None) -> Iterator[Fault]:
    for number, stem in stems.items():
        for key, named in (("bus", [stem.bus] if stem.bus else []), ("sends", list(stem.sends))):
            for bus in named:
                if buses is not None and bus not in buses:
                    do = change_or(bus, buses, "Add it to buses in show.toml")
                    yield Fault(f'"{stem.name}" goes to the bus "{bus}", which the show has not', do, ("stems", number, key))


def _length_faults(stems: Mapping[int, Stem], ends_s: Mapping[int, float], last_beat_s: float | None) -> Iterator[Fault]:
    """Every stem plays as long as the longest one, and the longest plays past the last beat."""
    longest = max(ends_s, key=ends_s.__getitem__)
    if last_beat_s is not None and last_beat_s > ends_s[longest]:
        yield Fault(
            f'the beat map goes on to {clock(last_beat_s)}, and "{stems[longest].file}" ends at {clock(ends_s[longest])}',
            "Export the stem in its whole length, or take the beats after its end out of the beat map",
            ("stems", longest, "file"),
        )
    for number, end_s in ends_s.items():
        early_s = ends_s[longest] - end_s
        if early_s > SAME_LENGTH_S and not stems[number].ends_early:
            yield Fault(
                f'"{stems[number].file}" ends at {clock(end_s)}, {early_s:.1f} s before "{stems[longest].file}"',
                "Export all stems with one start and one end; or, if it is meant to stop there, add ends_early = true (or add "
                "the song with --ends-early)",
                ("stems", number, "file"),
            )


def clock(time_s: float) -> str:
    """Seconds as a musician reads them: 83.25 is 1:23.2."""
    return f"{int(time_s // 60)}:{time_s % 60:04.1f}"
