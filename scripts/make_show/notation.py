"""Tunes as text.

A line is bars between `|`; a bar is tokens `PITCH/BEATS` and marks after it:

    A4/1.5   a note of a beat and a half          >  accented
    -/1      a rest                               '  short
    ~/2      the note before goes on              ^  short and accented
                                                  f  falls off at its end

Every bar must fill its beats to the sixteenth, so a slip of the pen is an error and not a tune out of step.
"""

import re
from dataclasses import dataclass, replace
from fractions import Fraction

TOKEN = re.compile(r"(?P<pitch>[A-G][b#]?\d|-|~)/(?P<beats>\d*\.?\d+)(?P<marks>[>'^f]*)")
STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}


@dataclass(frozen=True, slots=True)
class Note:
    """One note of one player."""

    beat: float  # from the start of the piece (or of the phrase), beats
    beats: float  # how long it sounds
    pitch: int  # MIDI note, 60 is middle C
    velocity: int = 90  # 1..127
    marks: str = ""

    def moved(self, beats: float, semitones: int = 0) -> "Note":
        """The same note later, and higher."""
        return replace(self, beat=self.beat + beats, pitch=self.pitch + semitones)


def pitch_of(name: str) -> int:
    """MIDI note of a name such as `Bb4`; C4 is 60."""
    step, accidental, octave = name[0], name[1:-1], int(name[-1])
    return 12 * (octave + 1) + STEPS[step] + {"": 0, "#": 1, "b": -1}[accidental]


def phrase(text: str, velocity: int = 90, beats_per_bar: int = 4) -> list[Note]:
    """The notes of a line, from beat 0. Raises ValueError where a token is unknown or a bar is not full."""
    notes: list[Note] = []
    at = Fraction(0)
    for number, bar in enumerate(filter(str.strip, text.split("|")), start=1):
        for token in bar.split():
            match = TOKEN.fullmatch(token)
            if match is None:
                raise ValueError(f"bar {number}: what is {token!r}?")
            beats = Fraction(match["beats"])
            if match["pitch"] == "~":
                notes[-1] = replace(notes[-1], beats=notes[-1].beats + float(beats), marks=notes[-1].marks + match["marks"])
            elif match["pitch"] != "-":
                notes.append(Note(float(at), float(beats), pitch_of(match["pitch"]), velocity, match["marks"]))
            at += beats
        if at != number * beats_per_bar:
            raise ValueError(f"bar {number} ends at beat {float(at)} and not at {number * beats_per_bar}: {bar.strip()}")
    return notes


def shaped(notes: list[Note]) -> list[Note]:
    """Marks made sound: shorter, louder. A fall stays marked, for the player to bend."""
    return [_shape(note) for note in notes]


def _shape(note: Note) -> Note:
    beats, velocity = note.beats, note.velocity
    if "'" in note.marks or "^" in note.marks:
        beats = min(0.55 * beats, 0.75)
    if ">" in note.marks or "^" in note.marks:
        velocity += 16
    return replace(note, beats=beats, velocity=max(1, min(127, velocity)))
