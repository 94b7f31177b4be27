"""A song's folder, read: song.toml, the beat map and the stems, each against the others."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from live_rig.show.beats_csv import Beat, beat_map_of, meter_faults, of_first_meter, parse_beats, usual_beats_per_bar
from live_rig.show.cue import Cue
from live_rig.show.edition import edition_of
from live_rig.show.faults import Fault, Key, change_or
from live_rig.show.file_names import file_of, is_file
from live_rig.show.meter import MeterChange, bars_in, beats_per_bar, change_faults, is_meter
from live_rig.show.models import good_items, read_as
from live_rig.show.section import Section, section_faults
from live_rig.show.song import Song, SongSheet, TempoPoint, beyond_the_song, limit_faults, meter_fault, song_of, tempo_faults
from live_rig.show.stem import Stem, stem_faults
from live_rig.show.toml_page import Page, read_page, read_text
from live_rig.show.written import FASTEST_BPM, SLOWEST_BPM

SONG_FILE, BEATS_FILE = "song.toml", "beats.csv"


def read_song(
    folder: Path, song_id: str, presets: Mapping[str, Path], buses: Sequence[str] | None = None
) -> Song | list[Fault]:
    """The song in `folder`, or everything that is wrong with it. Faults call the folder songs/`song_id`, wherever it is.

    buses: the show's; None: not known.
    """
    file = f"songs/{song_id}/{SONG_FILE}"
    edition = edition_of(folder, [SONG_FILE])  # each file's before it is read: what is written meanwhile is the next edition
    page = read_page(folder / SONG_FILE, file)
    if isinstance(page, Fault):
        return [page]
    sheet = read_as(page, SongSheet)
    if isinstance(sheet, SongSheet):
        edition |= edition_of(folder, [sheet.beats, *(stem.file for stem in sheet.stems)])
    beats, beats_faults = _read_beats(page, folder, f"songs/{song_id}")
    found = [*beats_faults, *_faults_between(page, folder, presets, beats, buses)]
    if isinstance(sheet, list) or found:
        faults = page.all_placed([*(sheet if isinstance(sheet, list) else []), *found])
        return sorted(faults, key=lambda fault: (fault.file != file, fault.line))
    return song_of(sheet, song_id, folder, beat_map_of(beats), edition)


def _read_beats(page: Page, folder: Path, named: str) -> tuple[list[Beat], list[Fault]]:
    """The beats of the song's beat map, none where they do not make a map, and what is wrong with them."""
    name = page.values.get("beats", BEATS_FILE)
    if not isinstance(name, str):
        return [], []
    if not is_file(file_of(folder, name)):
        present = sorted(path.name for path in folder.glob("*.csv"))
        do = change_or(name, present, f"Copy {name} into {folder.name}")
        return [], [Fault(f'"{name}" is not there', do, ("beats",))]
    text = read_text(file_of(folder, name), f"{named}/{name}")
    if isinstance(text, Fault):
        return [], [text]
    beats, faults = parse_beats(text)
    meter = _meter(page)
    if faults:
        beats = []
    elif meter and (_changes(page) or usual_beats_per_bar(beats) == beats_per_bar(meter)):
        faults = meter_faults(beats, meter, _changes(page))
    return beats, [replace(fault, file=f"{named}/{name}") for fault in faults]


def _changes(page: Page) -> list[MeterChange]:
    return sorted(good_items(page, "meters", MeterChange).values(), key=lambda change: change.bar)


def _meter(page: Page) -> str | None:
    meter = page.values.get("meter", "4/4")
    return meter if is_meter(meter) else None


def _faults_between(
    page: Page, folder: Path, presets: Mapping[str, Path], beats: list[Beat], buses: Sequence[str] | None
) -> Iterator[Fault]:
    """What does not go together. Each part that can be read is checked, whatever else is wrong; `beats` may be empty."""
    yield from _preset_faults(page.values.get("preset"), presets, ("preset",))
    for number, section in good_items(page, "sections", Section).items():
        yield from _preset_faults(section.preset, presets, ("sections", number, "preset"))
    for number, cue in good_items(page, "cues", Cue).items():
        yield from _preset_faults(cue.preset, presets, ("cues", number, "preset"))
    yield from stem_faults(good_items(page, "stems", Stem), folder, beats[-1].time_s if beats else None, buses)
    yield from limit_faults(page.values.get("slowest_bpm"), page.values.get("fastest_bpm"))
    yield from _tempo_faults(page.values.get("tempo_bpm"), of_first_meter(beats, _changes(page)))
    meter, bars = _meter(page), None
    if beats and meter:
        wrong_meter = None if _changes(page) else meter_fault(meter, beats)
        if wrong_meter:
            yield wrong_meter
        else:
            bars = bars_in(beat_map_of(beats).last_beat, meter, _changes(page))
    written, sections = page.values.get("sections"), good_items(page, "sections", Section)
    if isinstance(written, list) and len(sections) == len(written):
        yield from section_faults(list(sections.values()), _bars_meant(beats, bars, list(sections.values())))
    yield from change_faults(good_items(page, "meters", MeterChange), bars)
    if bars is not None:
        points, cues = good_items(page, "tempo_curve", TempoPoint), good_items(page, "cues", Cue)
        yield from beyond_the_song("tempo_curve", points, bars, lambda _: "the tempo curve has")
        yield from beyond_the_song("cues", cues, bars, lambda cue: f'"{cue.say}" is cued at')


def _bars_meant(beats: Sequence[Beat], bars: int | None, sections: Sequence[Section]) -> int | None:
    """Where a bar of the map is too long or too short its downbeats are more or fewer than `bars`; sections that name
    every downbeat have no fault of their own."""
    downbeats = beat_map_of(beats).bars() if beats else None
    return downbeats if bars is not None and sections and sections[-1].last_bar == downbeats else bars


def _preset_faults(preset: object, presets: Mapping[str, Path], where: Key) -> Iterator[Fault]:
    if isinstance(preset, str) and preset not in presets:
        yield Fault(f'there is no preset "{preset}"', change_or(preset, presets, "Take it out, or put it into presets/"), where)


def _tempo_faults(tempo_bpm: object, beats: Sequence[Beat]) -> Iterator[Fault]:
    if beats and isinstance(tempo_bpm, int | float) and SLOWEST_BPM <= tempo_bpm <= FASTEST_BPM:
        yield from tempo_faults(tempo_bpm, beats)
