"""What the guide says in a song, and when: each cue in words, a beat before it is there, with a count that leads to it.

In 4/4 the bar before a cue goes "two, three, vamp": the number on its beat, the cue on the last one. Where beats are too
short to speak on, bars are counted in their place. A cue that nobody has spoken into a file is a chime, on its own beat.
"""

from dataclasses import dataclass

from live_rig.audio.voice import Mono, Voice
from live_rig.conducting.beat_lengths import beat_length
from live_rig.show.cue import Cue
from live_rig.show.song import Song

SHORTEST_S = 0.35  # for a number, spoken
BARS_OF_COUNT = 4

NUMBERS = tuple(str(number) for number in range(1, 17))


@dataclass(frozen=True, slots=True)
class Said:
    """At a beat of the song the guide says `text`, which leads to the cue at `cue_beat`."""

    beat: float
    cue_beat: float
    text: str


def said_in(song: Song) -> list[Said]:
    """Every cue with its count, in the order of time. No count goes back over the cue before."""
    said: list[Said] = []
    before = 0.0
    for cue in song.cues:
        at = song.bar_start(cue.bar)
        said += [each for each in leading_to(song, cue) if each.beat > before or each.beat == at]
        before = at
    return sorted(said, key=lambda each: each.beat)


def leading_to(song: Song, cue: Cue) -> list[Said]:
    """The count to one cue, and the cue; where the song begins with it there is no count."""
    at = song.bar_start(cue.bar)
    if cue.bar <= 1:
        return [Said(at, at, cue.say)]
    first = 1
    if 60 / song.tempo_bpm * beat_length(song, cue.bar - 1) >= SHORTEST_S:
        places = [song.bar_start(cue.bar - 1) + beat for beat in range(song.beats_in(cue.bar - 1))]
    else:
        places = [song.bar_start(bar) for bar in range(max(1, cue.bar - BARS_OF_COUNT), cue.bar)]
        first = BARS_OF_COUNT + 1 - len(places)
    count = [Said(place, at, str(number)) for number, place in enumerate(places[:-1], start=first) if number > 1]
    return [*count, Said(places[-1], at, cue.say)]


def calls_of(song: Song, voice: Voice, samplerate_hz: float) -> list[tuple[float, float, Mono | None]]:
    """For the chart: (song beat, song beat of the cue, sound or None for the chime)."""
    unspoken = {song.bar_start(cue.bar) for cue in song.cues if voice.says(cue.say, samplerate_hz) is None}
    calls = [
        (each.beat, each.cue_beat, voice.says(each.text, samplerate_hz))
        for each in said_in(song)
        if each.cue_beat not in unspoken
    ]
    spoken: list[tuple[float, float, Mono | None]] = [call for call in calls if call[2] is not None]
    return sorted([*spoken, *((beat, beat, None) for beat in unspoken)], key=lambda call: call[0])
