"""Tempos of a song that lie outside its own limits.

That is no fault, since it can be played; but the band will hold at the limit, which may not have been meant.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Literal, NamedTuple

import numpy as np

from live_rig.conducting.chart import section_at, tempo_limits
from live_rig.show.faults import Fault, Key
from live_rig.show.models import good_items
from live_rig.show.section import Section
from live_rig.show.song import Song, TempoPoint
from live_rig.show.song_folder import SONG_FILE
from live_rig.show.toml_page import Page, read_page

NEAR = 0.01  # a recording so near to a limit is at it


class Limit(NamedTuple):
    """A limit of tempo, by its key in song.toml."""

    key: Literal["slowest_bpm", "fastest_bpm"]
    bpm: float

    def __str__(self) -> str:
        return f"no {'slower' if self.key == 'slowest_bpm' else 'faster'} than {self.bpm:g}"


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
            yield _doubt(what, _written_at(number, section, beyond), beyond)
    yield from _curve_doubts(song, points)


def _curve_doubts(song: Song, points: Mapping[int, TempoPoint]) -> Iterator[Fault]:
    said = set()  # keys of limits
    for number, point in points.items():
        section = section_at(song, point.bar)
        if beyond := _beyond(point.bpm, *tempo_limits(song, section)):
            said.add(_written_at(song.sections.index(section), section, beyond))
            what = f'the tempo curve is at {point.bpm:g} in bar {point.bar}, and "{section.name}" is to be {beyond}'
            yield _doubt(what, ("tempo_curve", number, "bpm"), beyond)
    for number, section in enumerate(song.sections if points else ()):
        ends = (song.bar_start(section.first_bar), song.bar_start(section.last_bar + 1))
        beats, bpms = [song.bar_start(point.bar) for point in song.tempo_curve], [point.bpm for point in song.tempo_curve]
        for bpm in np.interp(ends, beats, bpms):
            beyond = _beyond(round(float(bpm), 3), *tempo_limits(song, section))
            if beyond and (key := _written_at(number, section, beyond)) not in said:
                said.add(key)
                yield _doubt(f'the tempo curve gets to {bpm:.0f} in "{section.name}", which is to be {beyond}', key, beyond)


def _beyond(bpm: float, slowest: float, fastest: float) -> Limit | None:
    """Which limit a tempo is beyond; None where it is within them."""
    return Limit("slowest_bpm", slowest) if bpm < slowest else Limit("fastest_bpm", fastest) if bpm > fastest else None


def _doubt(what: str, key: Key, beyond: Limit) -> Fault:
    return Fault(what, f"Change one of the two, or the band holds at {beyond.bpm:g}", key)


def _is_the_songs(section: Section, limit: Limit) -> bool:
    """Whether it is written for the song, and not for this section."""
    return getattr(section, limit.key) is None


def _written_at(number: int, section: Section, limit: Limit) -> Key:
    """Where the limit is written: in the section, or for the song."""
    return (limit.key,) if _is_the_songs(section, limit) else ("sections", number, limit.key)


def _recorded_bpm(song: Song, section: Section) -> float:
    """On average, of the beats counted there, as long as the recording lasts."""
    start = song.bar_start(section.first_bar)
    end = max(start + 1, min(song.bar_start(section.last_bar + 1), float(song.beat_map.last_beat)))
    return 60.0 * (end - start) / (song.beat_map.time_at(end) - song.beat_map.time_at(start))
