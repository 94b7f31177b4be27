"""How long the beats are that a song counts where its meter changes: in 7/8 after 4/4 half as long as before."""

import math

from live_rig.show.meter import beat_quarters
from live_rig.show.song import Song


def beat_lengths(song: Song) -> list[float]:
    """Of every mapped beat, over that of the first meter: where 7/8 follows 4/4, 0.5. None where the meter never changes."""
    bars = (song.beat_map.beat_in_bar == 1).cumsum()
    return [beat_length(song, int(bar)) for bar in bars] if song.meters else []


def beat_length(song: Song, bar: int) -> float:
    """Of the beats in a bar, over that of the first meter's: as it is written, unless the recorded beat goes on as before."""
    length, before = 1.0, song.meter
    for change in song.meters:
        if change.bar > bar:
            break
        written = beat_quarters(change.meter) / beat_quarters(before)
        played = recorded_beat_s(song, change.bar) / recorded_beat_s(song, change.bar - 1)
        length *= written if abs(math.log(played / written)) < abs(math.log(played)) else 1.0
        before = change.meter
    return length


def recorded_beat_s(song: Song, bar: int) -> float:
    """How long a beat of a bar is in the recording, in s."""
    start = song.bar_start(bar)
    beats = song.beats_in(bar)
    return (song.beat_map.time_at(start + beats) - song.beat_map.time_at(start)) / beats
