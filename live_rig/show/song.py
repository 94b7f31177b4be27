"""A song: its stems, its beat map, its sections and cues, and the preset that colours the drums.

`SongSheet` is what stands in song.toml; `Song` is the same with what lies beside it, ready to play.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import numpy as np
from pydantic import ConfigDict, Field

from live_rig.show.beat_map import BeatMap
from live_rig.show.beats_csv import Beat, beat_map_of, usual_beats_per_bar
from live_rig.show.cue import Cue
from live_rig.show.edition import Edition, edition_of
from live_rig.show.faults import Fault
from live_rig.show.meter import Meter, MeterChange, beats_per_bar, meter_at
from live_rig.show.section import Section
from live_rig.show.stem import FileInFolder, Stem
from live_rig.show.written import FASTEST_BPM, SLOWEST_BPM, Bar, Bpm, Text, Whole, Written

Ending = Literal["wait", "segue", "count-in"]
Count = Literal["one bar", "two bars", "half-time"]
WHOLE_SONG = "song"  # the one section of a song that names none
MOST_SEMITONES = 6
TEMPO_MARGIN = 1.5  # a tempo further than this from the beat map's is half or double time, or a slip


class TempoPoint(Written):
    """From the start of `bar`, `bpm`; between two points the tempo goes straight from one to the other."""

    bar: Bar
    bpm: Bpm


InBar = TypeVar("InBar", TempoPoint, Cue)


class SongSheet(Written):
    """song.toml."""

    title: Text
    tempo_bpm: Bpm
    meter: Meter = "4/4"
    preset: Text | None = None
    beats: FileInFolder = "beats.csv"
    slowest_bpm: Bpm | None = None  # the band goes no slower, whoever leads; a section may say otherwise
    fastest_bpm: Bpm | None = None
    transpose: Annotated[Whole, Field(ge=-MOST_SEMITONES, le=MOST_SEMITONES)] = 0  # semitones; percussion keeps its pitch
    count: Count = "one bar"  # what the drummer's sticks, or the click, count before bar 1
    tempo_curve: tuple[TempoPoint, ...] = ()  # what the command `curve` conducts
    meters: tuple[MeterChange, ...] = ()  # where it changes on the way
    phrase_bars: Annotated[Whole, Field(ge=1, le=64)] | None = None  # None: a section is one phrase
    ending: Ending = "wait"  # then: wait for the drummer, go straight into the next song, or count it in
    stems: Annotated[tuple[Stem, ...], Field(min_length=1, max_length=16)]
    sections: tuple[Section, ...] = ()
    cues: tuple[Cue, ...] = ()

    @property
    def beats_per_bar(self) -> int:
        """Beats that the drummer counts in a bar: 2 in 6/8."""
        return beats_per_bar(self.meter)


class Song(SongSheet):
    """A song without a fault. `sections` name every bar, once; `cues` are in the order of their bars."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    id: str
    folder: Path
    beat_map: BeatMap
    edition: Edition = frozenset()  # empty: it was read from no file

    def edition_now(self) -> Edition:
        """The files that it was read from, as they are now: another edition where one has been written anew, or has gone."""
        return edition_of(self.folder, (file for file, _ in self.edition))

    @property
    def bars(self) -> int:
        """Bars from the first downbeat to the last mapped beat."""
        return self.beat_map.bars()

    @property
    def length_s(self) -> float:
        """From the start of the recording to the end of the last bar, in the recording's own tempo."""
        return self.beat_map.time_at(self.bar_start(self.bars + 1))

    def beats_in(self, bar: int) -> int:
        """Beats in a bar, counted from 1."""
        return beats_per_bar(meter_at(bar, self.meter, self.meters))

    def bar_start(self, bar: int) -> float:
        """The song beat of a bar's downbeat; bars beyond the beat map go on in the song's last meter."""
        ones = self.beat_map.beat[self.beat_map.beat_in_bar == 1]
        if bar <= len(ones):
            return float(ones[bar - 1])
        return float(ones[-1] + (bar - len(ones)) * self.beats_in(self.bars))

    def bar_and_beat(self, song_beat: float) -> tuple[int, float]:
        """(bar from 1, place in the bar from 0) of a song beat; a pickup is bar 0, and counts up to its end."""
        near = song_beat + 1e-9
        ones = self.beat_map.beat[self.beat_map.beat_in_bar == 1]
        if near < 0:
            before = math.ceil(-near / self.beats_per_bar)
            return 1 - before, max(0.0, song_beat + before * self.beats_per_bar)
        bar = int(np.searchsorted(ones, near, side="right"))
        if bar == len(ones):
            beyond = int((near - ones[-1]) // self.beats_in(bar))
            return bar + beyond, max(0.0, song_beat - float(ones[-1]) - beyond * self.beats_in(bar))
        return bar, max(0.0, song_beat - float(ones[bar - 1]))


def song_of(sheet: SongSheet, song_id: str, folder: Path, beat_map: BeatMap, edition: Edition) -> Song:
    """The sheet and what lies beside it, joined. A sheet without sections gets one, with all bars."""
    whole = Section(name=WHOLE_SONG, first_bar=1, length_bars=beat_map.bars())
    return Song(
        **{name: getattr(sheet, name) for name in SongSheet.model_fields if name not in ("sections", "cues", "tempo_curve")},
        sections=sheet.sections or (whole,),
        tempo_curve=tuple(sorted(sheet.tempo_curve, key=lambda point: point.bar)),
        cues=tuple(sorted(sheet.cues, key=lambda cue: cue.bar)),
        id=song_id,
        folder=folder,
        beat_map=beat_map,
        edition=edition,
    )


def tempo_faults(tempo_bpm: float, beats: Sequence[Beat]) -> Iterator[Fault]:
    """A tempo that cannot be the one of the beat map: half of it, or the double."""
    mapped_bpm = beat_map_of(beats).median_bpm
    if not 1 / TEMPO_MARGIN < tempo_bpm / mapped_bpm < TEMPO_MARGIN:
        yield Fault(
            f"the tempo is {tempo_bpm:g}, and the beat map goes at {mapped_bpm:.0f}",
            f"Change it to {mapped_bpm:.0f}, or map the beats that the drummer counts",
            ("tempo_bpm",),
        )


def limit_faults(slowest: object, fastest: object) -> Iterator[Fault]:
    """Limits of tempo that leave nothing between them."""
    tempi = [bpm for bpm in (slowest, fastest) if isinstance(bpm, int | float) and SLOWEST_BPM <= bpm <= FASTEST_BPM]
    if len(tempi) == 2 and tempi[0] > tempi[1]:
        yield Fault(
            f"the song is to be no slower than {tempi[0]:g} and no faster than {tempi[1]:g}",
            "Write the smaller number as slowest_bpm",
            ("slowest_bpm",),
        )


def beyond_the_song(key: str, things: Mapping[int, InBar], bars: int, said: Callable[[InBar], str]) -> Iterator[Fault]:
    """What stands in bars that a song of `bars` bars does not have: `things` by their place in list `key`, `said` in words."""
    for number, thing in things.items():
        if thing.bar > bars:
            what = f"{said(thing)} bar {thing.bar}, and the beat map has {bars} bars"
            yield Fault(what, f"Write a bar from 1 to {bars}", (key, number, "bar"))


def meter_fault(meter: str, beats: Sequence[Beat]) -> Fault | None:
    """A meter that most of the bars contradict is one fault of the meter, not one of every bar."""
    usual, counted = usual_beats_per_bar(beats), beats_per_bar(meter)
    if usual == counted:
        return None
    do = f'Change it to "{usual}/4", or mend the beat map'
    if meter.startswith(f"{usual}/"):  # the eighths were mapped
        do = f"Map the dotted quarters, {counted} in a bar"
    return Fault(f"the meter is {meter}, and most bars of the beat map have {usual} beats", do, ("meter",))
