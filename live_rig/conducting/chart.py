"""A song as it is written down -> a chart as the transport needs it."""

import math
from collections.abc import Sequence

from cython_core.chart import Chart, Ending
from cython_core.stems import Stems
from live_rig.audio.voice import Voice
from live_rig.conducting.beat_lengths import beat_length, beat_lengths
from live_rig.conducting.calls import calls_of
from live_rig.decibels import linear
from live_rig.show.cue import Cue
from live_rig.show.section import Section
from live_rig.show.song import Song
from live_rig.show.stem import Stem

COUNTS = {"one bar": (1, 1), "two bars": (2, 1), "half-time": (2, 2)}  # bars, beats from click to click
ENDINGS = {"wait": Ending.ENDS_WAITING, "segue": Ending.ENDS_IN_SEGUE, "count-in": Ending.ENDS_IN_COUNT}


def chart_of(
    song: Song, samplerate_hz: float, stems: Stems | None, buses: Sequence[str] = (), voice: Voice | None = None
) -> Chart:
    """The chart of a song whose recording is at `samplerate_hz`; stems None: a song that is counted, but makes no sound.

    buses: the show's, by name; without any, all stems are on one. voice: the guide's; without one it chimes.
    """
    return Chart(
        samplerate_hz,
        song.beat_map.time_s * samplerate_hz,
        song.beat_map.beat_in_bar,
        round(float(song.beat_map.beat[0])),
        [spanned(song, section) for section in song.sections],
        song.tempo_bpm,
        song.beats_per_bar,
        calls=calls_of(song, voice or Voice(()), samplerate_hz),
        ending=ENDINGS[song.ending],
        fermatas=[song.bar_start(cue.bar) for cue in song.cues if cue.hold],
        phrase_bars=song.phrase_bars or 0,
        stems=stems,
        tempo_limits=[tempo_limits(song, section) for section in song.sections],
        curve=[(song.bar_start(point.bar), point.bpm) for point in song.tempo_curve],
        count_bars=COUNTS[song.count][0],
        count_beats=COUNTS[song.count][1],
        beat_lengths=beat_lengths(song),
        gains=[linear(stem.gain_db) for stem in song.stems],
        pans=[stem.pan for stem in song.stems],
        mutes=[stem.mute for stem in song.stems],
        sends=[[sent(stem, bus, buses[0]) for stem in song.stems] for bus in buses],
    )


def sent(stem: Stem, bus: str, first: str) -> float:
    """How much of a stem a bus gets, beside its level: linear."""
    if bus in stem.sends:
        return linear(stem.sends[bus])
    return 1.0 if bus == (stem.bus or first) else 0.0


def tempo_limits(song: Song, section: Section) -> tuple[float, float]:
    """(slowest, fastest) in bpm: the section's own, else the song's, else none."""
    longer = beat_length(song, section.first_bar)  # what is said of the song is said of the beats of its first meter
    slowest = section.slowest_bpm or (song.slowest_bpm or 0.0) / longer
    fastest = section.fastest_bpm or (song.fastest_bpm or math.inf) / longer
    return min(slowest, fastest), max(slowest, fastest)


def spanned(song: Song, section: Section) -> tuple[float, float, bool, bool, int]:
    """(first beat, end beat, is a vamp, is the finale, how often it is played), beats of the song."""
    start, end = song.bar_start(section.first_bar), song.bar_start(section.last_bar + 1)
    return start, end, section.is_vamp, section.is_finale, section.times


def section_at(song: Song, bar: int) -> Section:
    """The section a bar lies in; the nearest, outside the song."""
    for section in song.sections:
        if bar <= section.last_bar:
            return section
    return song.sections[-1]


def cue_now_and_next(song: Song, bar: int) -> tuple[Cue | None, Cue | None]:
    """The cue that holds in a bar, and the one that comes."""
    now = [cue for cue in song.cues if cue.bar <= bar]
    later = [cue for cue in song.cues if cue.bar > bar]
    return (now[-1] if now else None), (later[0] if later else None)
