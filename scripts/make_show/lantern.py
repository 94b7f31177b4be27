"""Lantern: a ballad of twenty bars at 70, in E flat, that breathes. Notes and arrangement."""

import math
import random
from itertools import accumulate

from make_show.files import Cues, Form
from make_show.harmony import changes, led
from make_show.notation import Note, phrase
from make_show.players import Part, Player

TITLE = "Lantern"
BPM = 70.0
PRESET = "tight-studio"

FORM: Form = (
    ("intro", 2, False, False),
    ("A1", 4, False, False),
    ("A2", 4, False, False),
    ("bridge", 4, False, False),
    ("A3", 4, False, False),
    ("tag", 2, False, False),
)
CUES: Cues = {
    "intro": ((1, "Brushes. Piano starts", "all"),),
    "A1": ((1, "Tenor", "saxes"),),
    "A2": ((3, "2 bars to the bridge", "all"),),
    "bridge": ((1, "Bridge: strings", "all"),),
    "A3": ((1, "Last A", "all"),),
    "tag": ((1, "Slowing: watch me", "all"),),
}

CHANGES = """
    Eb:maj9 C:m7 | F:m7 Bb:13 |
    Eb:maj9 C:m7 | F:m7 Bb:13 | G:m7 C:7b9 | F:m7 Bb:7b9 |
    Eb:maj9 C:m7 | F:m7 Bb:13 | F:m7 Bb:13 | Eb:69 |
    Ab:maj9 | G:m7 C:m7 | Gb:maj9 | F:m7 Bb:7b9 |
    Eb:maj9 C:m7 | F:m7 Bb:13 | F:m7 Bb:13 | C:m7 Ab:maj9 |
    F:m7 Bb:susb9 | Eb:maj9
"""
MELODY = """
    -/4 | -/3 D4/.5 F4/.5 |
    G4/1.5 Ab4/.5 Bb4/2 | C5/1.5 Bb4/.5 F4/2 | Bb4/1.5 A4/.5 G4/1 E4/1 | F4/2.5 -/.5 D4/.5 F4/.5 |
    G4/1.5 Ab4/.5 Bb4/2 | C5/1.5 Bb4/.5 F4/2 | Bb4/1.5 C5/.5 D5/1 C5/1 | Bb4/3 -/1 |
    C5/2 Eb5/2 | D5/1.5 C5/.5 Bb4/2 | Bb4/1.5 Db5/.5 F5/2 | Eb5/1 C5/1 Bb4/.5 Ab4/.5 F4/1 |
    G4/1.5 Ab4/.5 Bb4/2 | C5/1.5 Bb4/.5 F4/2 | Bb4/1.5 C5/.5 D5/1 F5/1 | Eb5/2 D5/1 C5/1 |
    C5/1 Bb4/1 Ab4/1 F4/1 | G4/4
"""
STRINGS_FROM_BAR = 11
VOICES = (
    Player("violins 1", 48, -0.4, 88, 2, 4, speaks_ms=15),
    Player("violins 2", 48, -0.15, 84, -2, 4, speaks_ms=15),
    Player("violas", 48, 0.2, 84, 3, 4, speaks_ms=15),
)


def beat_times_s() -> list[float]:
    """Seconds from bar 1 to every beat: a breath of 1.5 % over each four bars, and the last two bars a sixth slower."""
    lengths = []
    for beat in range(4 * sum(bars for _, bars, *_ in FORM)):
        breath = 1 + 0.015 * math.sin(2 * math.pi * (beat + 4) / 16)
        slowing = 1 + 0.16 * max(0, beat - 71) / 8
        lengths.append(60 / BPM * breath * slowing)
    return [0.0, *accumulate(lengths)]


def arrange(seed: int = 70) -> dict[str, list[Part]]:
    """Parts by stem."""
    rng = random.Random(seed)
    chords = changes(CHANGES)
    bass = Part(Player("bass", 32, 0.0, 112, 0, 3, 3, speaks_ms=5))
    piano = Part(Player("piano", 0, -0.1, 100, 0, 0, 3))
    tenor = Part(Player("tenor", 66, 0.1, 104, 0, 4, 3, speaks_ms=18))
    strings = [Part(voice) for voice in VOICES]
    tenor.add(phrase(MELODY, 84))
    for note in tenor.notes:
        if note.beats >= 2:
            tenor.swells += [(note.beat - 0.02, 104), (note.beat + 0.9, 122), (note.beat + note.beats, 92)]
    starts = list(accumulate([chord.beats for chord in chords], initial=0.0))
    above = led(chords, [55, 60, 62, 67], 53, 70)
    high = led(chords, [60, 63, 67, 70], 58, 76)
    for start, chord, voicing, upper in zip(starts, chords, above, high, strict=False):
        root = chord.root + 36 + (-12 if chord.root > 7 else 0)
        bass.add([Note(start, min(chord.beats, 2) - 0.1, root, 92)])
        if chord.beats > 2:
            bass.add([Note(start + 2, 1.4, root + 7, 82), Note(start + 3.5, 0.45, root, 74)])
        elif rng.random() < 0.5:
            bass.add([Note(start + 1.5, 0.45, root + rng.choice((-1, 7)), 72)])
        piano.add([Note(start, chord.beats - 0.1, pitch, 66) for pitch in voicing])
        for step in range(1, 2 * int(chord.beats)):
            if rng.random() < 0.55:
                piano.add([Note(start + step / 2, 0.8, sorted(upper)[step % 4] + 12 * (step % 3 == 0), 54 + 4 * (step % 2))])
        if start >= 4 * (STRINGS_FROM_BAR - 1):
            for part, pitch in zip(strings, reversed(upper[-3:]), strict=True):
                part.add([Note(start, chord.beats, pitch, 70)])
    for part in strings:
        part.swells = [(39.9, 60), (52, 105), (56, 84), (70, 112), (78, 90), (80, 20)]
    return {"bass": [bass], "piano": [piano], "tenor": [tenor], "strings": strings}
