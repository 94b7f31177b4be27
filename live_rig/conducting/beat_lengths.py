"""How long the beats of a song are where its meter or its tempo changes: in 7/8 after 4/4 half as long as before.

A tempo that is another one from a bar line on is part of the song, as its meter is: whoever leads is expected to take it up
there. One that only drifts is not.
"""

import math

from live_rig.show.meter import beat_quarters
from live_rig.show.song import Song

STEP = 1.08  # tempi this far apart are two
STEADY = 1.03  # and those of two bars that are no further apart are one


def beat_lengths(song: Song) -> list[float]:
    """Of every mapped beat, over that of the first bars: where 7/8 follows 4/4, 0.5. None where all are alike."""
    longer, lengths = 1.0, [1.0]  # of the pickup
    for bar in range(1, song.bars + 1):
        longer *= step(song, bar)
        lengths.append(beat_length(song, bar) * longer)
    bars = (song.beat_map.beat_in_bar == 1).cumsum()
    return [lengths[bar] for bar in bars] if set(lengths) != {1.0} else []


def step(song: Song, bar: int) -> float:
    """How much longer beats get on a bar line where one steady tempo follows another, beside what the meters say; else 1."""
    if not 3 <= bar < song.bars:
        return 1.0
    first, before, after, last = (recorded_beat_s(song, each) / beat_length(song, each) for each in range(bar - 2, bar + 2))
    is_steady = all(max(pair) < STEADY * min(pair) for pair in ((first, before), (after, last)))
    longer = (after + last) / (first + before)
    return longer if is_steady and not 1 / STEP < longer < STEP else 1.0


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
