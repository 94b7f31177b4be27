"""Tempos of a song that lie outside its own limits.

That is no fault, since it can be played; but the band will hold at the limit, which may not have been meant.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np

from live_rig.conducting.chart import first_beat, section_at, tempo_limits
from live_rig.show.faults import Fault, Key
from live_rig.show.models import good_items
from live_rig.show.section import Section
from live_rig.show.song import Song, TempoPoint
from live_rig.show.song_folder import SONG_FILE
from live_rig.show.toml_page import Page, read_page

NEAR = 0.01  # a recording so near to a limit is at it


def tempo_doubts(song: Song) -> list[Fault]:
    """Each with file, line and key: the song's tempo, its recording's in a section, and its tempo curve."""
    doubts = list(_doubts(song, dict(enumerate(song.tempo_curve))))
    if not doubts:  # as nearly always: nothing need be read when the song is called on stage
        return []
    file = f"songs/{song.id}/{SONG_FILE}"
    page = read_page(song.folder / SONG_FILE, file)
    if not isinstance(page, Page):  # it has gone, or is being written anew
        return [replace(doubt, file=file) for doubt in doubts]
    return page.all_placed(_doubts(song, good_items(page, "tempo_curve", TempoPoint)))


def _doubts(song: Song, points: Mapping[int, TempoPoint]) -> Iterator[Fault]:
    told = _beyond(song.tempo_bpm, song.slowest_bpm or 0.0, song.fastest_bpm or np.inf)
    if told:
        yield _doubt(f"the tempo is {song.tempo_bpm:g}, and the song is to be {told}", ("tempo_bpm",), told)
    for number, section in enumerate(song.sections):
        bpm, (slowest, fastest) = _recorded_bpm(song, section), tempo_limits(song, section)
        beyond = _beyond(bpm, slowest * (1 - NEAR), fastest * (1 + NEAR)) and _beyond(bpm, slowest, fastest)
        if beyond and not (told and _is_the_songs(section, beyond)):
            what = f'the recording goes at {bpm:.0f} in "{section.name}", which is to be {beyond}'
            yield _doubt(what, _limit(number, section, beyond), beyond)
    yield from _curve_doubts(song, points)


def _curve_doubts(song: Song, points: Mapping[int, TempoPoint]) -> Iterator[Fault]:
    said = set()  # limits
    for number, point in points.items():
        section = section_at(song, point.bar)
        if beyond := _beyond(point.bpm, *tempo_limits(song, section)):
            said.add(_limit(song.sections.index(section), section, beyond))
            what = f'the tempo curve is at {point.bpm:g} in bar {point.bar}, and "{section.name}" is to be {beyond}'
            yield _doubt(what, ("tempo_curve", number, "bpm"), beyond)
    for number, section in enumerate(song.sections if points else ()):
        ends = (first_beat(song, section.first_bar), first_beat(song, section.last_bar + 1))
        beats, bpms = [first_beat(song, point.bar) for point in song.tempo_curve], [point.bpm for point in song.tempo_curve]
        for bpm in np.interp(ends, beats, bpms):
            beyond = _beyond(round(float(bpm), 3), *tempo_limits(song, section))
            if beyond and (limit := _limit(number, section, beyond)) not in said:
                said.add(limit)
                yield _doubt(f'the tempo curve gets to {bpm:.0f} in "{section.name}", which is to be {beyond}', limit, beyond)


def _beyond(bpm: float, slowest: float, fastest: float) -> str:
    """Which limit a tempo is beyond, in words; empty where it is within them."""
    return f"no slower than {slowest:g}" if bpm < slowest else f"no faster than {fastest:g}" if bpm > fastest else ""


def _doubt(what: str, key: Key, beyond: str) -> Fault:
    return Fault(what, f"Change one of the two, or the band holds at {beyond.rpartition(' ')[2]}", key)


def _limit_key(beyond: str) -> str:
    return "slowest_bpm" if "slower" in beyond else "fastest_bpm"


def _is_the_songs(section: Section, beyond: str) -> bool:
    return getattr(section, _limit_key(beyond)) is None


def _limit(number: int, section: Section, beyond: str) -> Key:
    """Where the limit is written: in the section, or for the song."""
    key = _limit_key(beyond)
    return (key,) if _is_the_songs(section, beyond) else ("sections", number, key)


def _recorded_bpm(song: Song, section: Section) -> float:
    """On average, of the beats counted there, as long as the recording lasts."""
    start = first_beat(song, section.first_bar)
    end = max(start + 1, min(first_beat(song, section.last_bar + 1), float(song.beat_map.last_beat)))
    return 60.0 * (end - start) / (song.beat_map.time_at(end) - song.beat_map.time_at(start))
