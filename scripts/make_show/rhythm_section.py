"""What bass, piano and percussion make of a row of changes: pedal and montuno in Latin bars, a walk and comping in swing."""

import random

from make_show.harmony import COLOURS, Chord, chord_at, led
from make_show.notation import Note, pitch_of

LATE_OFFBEAT = 0.04  # beats: what is left of swing at 330 bpm, where eighths are nearly even (Friberg & Sundström 2002)
BASS_LOW, BASS_HIGH = 28, 52

# General MIDI percussion; the clave is 3-2 over four bars
SHAKER, CLAVES, COWBELL = 82, 75, 56
CONGA_SLAP, CONGA_OPEN, CONGA_LOW = 62, 63, 64
TUMBAO = ((0, 2.7, 0), (3, 2.7, 8), (6, 1.0, 0), (7, 0.9, 8))  # beat of two bars, beats, how much softer
WALKED = frozenset({3, 4, 6, 7, 10, 11})  # steps above the root that a walk goes by
CLAVE_BEATS = (0, 3, 6, 10, 12)
CONGAS = {2: (CONGA_SLAP, 18), 3: (CONGA_LOW, 4), 6: (CONGA_OPEN, 14), 7: (CONGA_OPEN, 8)}  # beat of two bars: drum, touch
CONGA_REST = (CONGA_SLAP, -30)
COMPING = (((0, 0.6), (1.5, 0.6), (5.5, 1.5)), ((1.5, 1.2), (4, 0.6), (7.5, 0.5)), ((0, 0.5), (3.5, 1.0), (6, 0.5)))


def tumbao(bars: int, lines: tuple[str, ...], velocity: int = 100) -> list[Note]:
    """Three, three and two beats: four notes every two bars, from `lines` in turn."""
    notes = []
    for pair in range(bars // 2):
        pitches = map(pitch_of, lines[pair % len(lines)].split())
        for (beat, beats, softer), pitch in zip(TUMBAO, pitches, strict=True):
            notes.append(Note(8 * pair + beat, beats, pitch, velocity - softer))
    return notes


def walk(chords: list[Chord], bars: int, rng: random.Random, velocity: int = 96) -> list[Note]:
    """Four to the bar: the root on one, chord tones on the way, the last beat a step from the next root."""
    notes = []
    pitch = 38
    for bar in range(bars):
        chord, follower = chord_at(chords, 4 * bar), chord_at(chords, 4 * bar + 4)
        halfway = chord_at(chords, 4 * bar + 2)
        root = _near(chord.root, pitch)
        target = _near(follower.root, root)
        approach = target + rng.choice((-1, 1, 2 if target < root else -2))
        second, third = _two(chord, rng)
        line = [root, _near(second, root), _near(third, root), approach]
        if halfway is not chord:
            line[2] = _near(halfway.root, root)
        for beat, walked in enumerate(line):
            notes.append(Note(4 * bar + beat, 0.92, walked, velocity - 6 * (beat % 2)))
        pitch = approach
    return notes


def _two(chord: Chord, rng: random.Random) -> list[int]:
    """Pitch classes of two different tones of the chord on the way up from its root."""
    return [(chord.root + step) % 12 for step in rng.sample(sorted(WALKED & set(COLOURS[chord.colour]) | {7}), 2)]


def _near(pitch_class: int, pitch: int) -> int:
    """The pitch of that class nearest to `pitch`, within the bass."""
    candidates = [candidate for candidate in range(BASS_LOW, BASS_HIGH + 1) if candidate % 12 == pitch_class]
    return min(candidates, key=lambda candidate: (abs(candidate - pitch), abs(candidate - 40)))


def montuno(chords: list[Chord], bars: int, velocity: int = 84) -> list[Note]:
    """The piano's broken octaves and chords, accents three-three-two."""
    voicings = dict(zip(_starts(chords), led(chords, [57, 62, 65, 71], 55, 74), strict=True))
    length = sum(chord.beats for chord in chords)
    notes = []
    for beat in range(4 * bars):
        within = beat % length
        low, *inner, top = voicings[max(start for start in voicings if start <= within)]
        if beat % 8 in (0, 3, 6):
            notes += [Note(beat, 0.7, pitch, velocity + 10) for pitch in (*inner, top, top + 12)]
        elif beat % 8 in (1, 4, 7):
            notes += [Note(beat, 0.5, pitch, velocity - 8) for pitch in (low - 12, low)]
        else:
            notes += [Note(beat, 0.5, pitch, velocity - 4) for pitch in (top, top + 12)]
    return notes


def comp(chords: list[Chord], bars: int, rng: random.Random, velocity: int = 82) -> list[Note]:
    """Rootless chords in rhythms of two bars; an offbeat takes the chord that comes."""
    voicings = dict(zip(_starts(chords), led(chords, [53, 57, 60, 64], 52, 70), strict=True))
    length = sum(chord.beats for chord in chords)
    notes = []
    for start in range(0, 4 * bars, 8):
        for beat, beats in rng.choice(COMPING):
            at = start + beat
            heard = (at + 0.5 if at % 1 else at) % length
            voicing = voicings[max(begin for begin in voicings if begin <= heard)]
            notes += [Note(at, beats, pitch, velocity + (6 if at % 1 else 0)) for pitch in voicing]
    return notes


def _starts(chords: list[Chord]) -> list[float]:
    starts, at = [], 0.0
    for chord in chords:
        starts.append(at)
        at += chord.beats
    return starts


def latin_percussion(bars: int, velocity: int = 78) -> list[Note]:
    """Clave, cowbell on the half notes, congas with the slap on two and the open tones at the end."""
    notes = []
    for beat in range(4 * bars):
        if beat % 16 in CLAVE_BEATS:
            notes.append(Note(beat, 0.3, CLAVES, velocity + 8))
        if beat % 2 == 0:
            notes.append(Note(beat, 0.3, COWBELL, velocity - (0 if beat % 4 == 0 else 14)))
        drum, touch = CONGAS.get(beat % 8, CONGA_REST)
        notes.append(Note(beat, 0.3, drum, velocity + touch))
    return notes


def shaker(bars: int, velocity: int, loud: int) -> list[Note]:
    """Shaker on every beat; `loud` 0: one and three stand out, 1: two and four."""
    return [Note(beat, 0.3, SHAKER, velocity - (0 if beat % 2 == loud else 20)) for beat in range(4 * bars)]


def swung(notes: list[Note]) -> list[Note]:
    """Offbeats a little late."""
    return [note.moved(LATE_OFFBEAT) if abs(note.beat % 1 - 0.5) < 0.01 else note for note in notes]
