"""Played notes as standard MIDI files whose clock is plain seconds: 10,000 ticks each, at a tempo that means nothing."""

from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

import mido

from make_show.notation import Note
from make_show.players import Part

TICKS_PER_S = 10_000
TEMPO_US = 500_000  # a beat of half a second; the real beat is in beats.csv
DRUM_CHANNEL = 9
FALL_S = 0.16
FALL_SEMITONES = 7
BEND_RANGE_SEMITONES = 12

Played = list[tuple[float, float, Note]]  # start_s, end_s, note
Timed = tuple[float, int, mido.Message]  # time_s, order among equals, message


def write(path: Path, tracks: Iterable[list[Timed]], end_s: float) -> None:
    """One track a player. The file lasts until `end_s`, so that what rings on is rendered too."""
    file = mido.MidiFile(type=1, ticks_per_beat=TICKS_PER_S * TEMPO_US // 1_000_000)
    for number, messages in enumerate(tracks):
        track = mido.MidiTrack()
        if number == 0:
            track.append(mido.MetaMessage("set_tempo", tempo=TEMPO_US))
        now = 0
        for time_s, _, message in sorted(messages, key=lambda timed: timed[:2]):
            tick = max(now, round(time_s * TICKS_PER_S))
            track.append(message.copy(time=tick - now))
            now = tick
        track.append(mido.MetaMessage("end_of_track", time=max(0, round(end_s * TICKS_PER_S) - now)))
        file.tracks.append(track)
    file.save(path)


def seat(part: Part, channel: int) -> list[Timed]:
    """What a player's channel is told before the first note: instrument, volume, place, tuning, bend range, room."""
    player = part.player
    controls = [(7, player.volume), (10, round(64 + 63 * player.pan)), (11, 127), (91, 30), (93, 0)]
    controls += [(101, 0), (100, 0), (6, BEND_RANGE_SEMITONES)]
    told = [mido.Message("control_change", channel=channel, control=control, value=value) for control, value in controls]
    told.append(mido.Message("program_change", channel=channel, program=player.program))
    told.append(bend(player.cents / 100, channel))
    return [(0.0, order, message) for order, message in enumerate(told)]


def bend(semitones: float, channel: int) -> mido.Message:
    """A pitch bend by `semitones`."""
    value = round(8192 * semitones / BEND_RANGE_SEMITONES)
    return mido.Message("pitchwheel", channel=channel, pitch=max(-8192, min(8191, value)))


def notes(played: Played, channel: int, rest_semitones: float = 0.0) -> list[Timed]:
    """Note-ons and -offs; a note gives way to the next of its pitch. Notes marked `f` fall at their end."""
    timed: list[Timed] = []
    next_start: dict[int, float] = {}
    for start_s, end_s, note in sorted(played, key=lambda item: item[0], reverse=True):
        end_s = min(end_s, next_start.get(note.pitch, end_s + 1) - 0.004)
        next_start[note.pitch] = start_s
        timed.append((start_s, 50, mido.Message("note_on", channel=channel, note=note.pitch, velocity=note.velocity)))
        if "f" in note.marks:
            timed += _fall(end_s, channel, rest_semitones)
            end_s += FALL_S
        timed.append((max(end_s, start_s + 0.01), 10, mido.Message("note_off", channel=channel, note=note.pitch)))
    return timed


def _fall(from_s: float, channel: int, rest_semitones: float) -> list[Timed]:
    """The lip lets go: down faster and faster, then back in silence."""
    steps = 16
    bends = [
        (from_s + FALL_S * i / steps, 20, bend(rest_semitones - FALL_SEMITONES * (i / steps) ** 1.6, channel))
        for i in range(steps)
    ]
    return [*bends, (from_s + FALL_S + 0.02, 20, bend(rest_semitones, channel))]


def swell(points_s: list[tuple[float, int]], channel: int) -> list[Timed]:
    """CC 11 along straight lines between (time_s, value) points, every 20 ms."""
    timed: list[Timed] = []
    for (from_s, from_value), (to_s, to_value) in pairwise(points_s):
        steps = max(1, round((to_s - from_s) / 0.02))
        for i in range(steps + 1):
            value = round(from_value + (to_value - from_value) * i / steps)
            time_s = from_s + (to_s - from_s) * i / steps
            timed.append((time_s, 5, mido.Message("control_change", channel=channel, control=11, value=value)))
    return timed
