"""Chords as an arranger uses them: which tones a section may play, and how they lie under a lead or follow one another."""

from dataclasses import dataclass
from itertools import combinations, pairwise

from make_show.notation import STEPS, Note

# Semitones above the root that a section of four plays; the bass has the root.
COLOURS = {
    "m6": (0, 3, 7, 9),
    "m69": (2, 3, 7, 9),
    "m9": (2, 3, 7, 10),
    "m7": (0, 3, 7, 10),
    "mM9": (2, 3, 7, 11),
    "m7b5": (0, 3, 6, 10),
    "maj9": (2, 4, 7, 11),
    "6": (0, 4, 7, 9),
    "69": (2, 4, 7, 9),
    "maj7": (0, 4, 7, 11),
    "maj#11": (2, 4, 6, 11),
    "9": (2, 4, 7, 10),
    "13": (2, 4, 9, 10),
    "7b5#5": (4, 6, 8, 10),
    "7b9": (1, 4, 7, 10),
    "7alt": (1, 4, 8, 10),
    "7#9": (3, 4, 8, 10),
    "sus": (2, 5, 7, 10),
    "susb9": (1, 5, 7, 10),
    "o7": (0, 3, 6, 9),
}
LOWEST_CLUSTER = 52  # below E3 seconds turn to mud


@dataclass(frozen=True, slots=True)
class Chord:
    """A chord and how long it lasts."""

    root: int  # pitch class, 0 is C
    colour: str
    beats: float

    @property
    def tones(self) -> frozenset[int]:
        """Pitch classes of its colour tones."""
        return frozenset((self.root + step) % 12 for step in COLOURS[self.colour])


def changes(text: str, beats_per_bar: int = 4) -> list[Chord]:
    """`Dm6 | Bb:13 A:7b9` as chords: bars between `|`, `ROOT:COLOUR`, the bar shared equally."""
    chords: list[Chord] = []
    for bar in filter(str.strip, text.split("|")):
        names = bar.split()
        for name in names:
            root, colour = name.split(":")
            chords.append(Chord(root_of(root), colour, beats_per_bar / len(names)))
    return chords


def root_of(name: str) -> int:
    """Pitch class of `D`, `Bb`, `C#`."""
    return (STEPS[name[0]] + {"": 0, "#": 1, "b": -1}[name[1:]]) % 12


def chord_at(chords: list[Chord], beat: float) -> Chord:
    """The chord that sounds at `beat` of the changes, which go round."""
    beat %= sum(chord.beats for chord in chords)
    for chord in chords:
        if beat < chord.beats - 1e-6:
            return chord
        beat -= chord.beats
    return chords[-1]


def under(lead: int, chord: Chord, voices: int) -> list[int]:
    """A close voicing under a lead note, from the top down.

    A lead that is no chord tone takes the place of the chord tone next to it. No second lies right under the lead, and no
    tone is doubled before all are there.
    """
    tones = {lead % 12} | {tone for tone in chord.tones if min((tone - lead) % 12, (lead - tone) % 12) not in (1, 2)}
    voicing = [lead]
    pitch = lead - 3
    while len(voicing) < voices:
        if pitch % 12 in tones and (voicing[-1] - pitch > 1):
            voicing.append(pitch)
        pitch -= 1
    return voicing


def passing(lead: int, voices: int) -> list[int]:
    """A diminished chord under a lead that only passes: the block-chord player's way from one chord tone to the next."""
    return [lead - 3 * voice for voice in range(voices)]


def block(line: list[Note], chords: list[Chord], voices: int) -> list[list[Note]]:
    """A line harmonised in block chords: one list of notes a voice, the lead first."""
    parts: list[list[Note]] = [[] for _ in range(voices)]
    for note in line:
        chord = chord_at(chords, note.beat)
        passes = note.beats < 1 and note.pitch % 12 not in chord.tones
        for part, pitch in zip(parts, passing(note.pitch, voices) if passes else under(note.pitch, chord, voices), strict=True):
            part.append(Note(note.beat, note.beats, pitch, note.velocity, note.marks))
    return parts


def nearest(chord: Chord, before: list[int], low: int, high: int) -> list[int]:
    """The voicing of all colour tones between `low` and `high` that moves the voices of `before` least, low to high."""
    pitches = [pitch for pitch in range(low, high + 1) if pitch % 12 in chord.tones]
    wanted = len(chord.tones)
    candidates = [voicing for voicing in combinations(pitches, wanted) if _is_good(voicing)]
    return list(min(candidates, key=lambda voicing: sum(abs(a - b) for a, b in zip(voicing, before, strict=True))))


def _is_good(voicing: tuple[int, ...]) -> bool:
    """All tones once, no gap above an octave, no cluster in the mud."""
    if len({pitch % 12 for pitch in voicing}) < len(voicing):
        return False
    gaps = [above - below for below, above in pairwise(voicing)]
    return max(gaps) <= 9 and all(gap >= 3 or below >= LOWEST_CLUSTER for gap, below in zip(gaps, voicing, strict=False))


def led(chords: list[Chord], start: list[int], low: int, high: int) -> list[list[int]]:
    """One voicing a chord, each the nearest to the one before."""
    voicings, before = [], start
    for chord in chords:
        before = nearest(chord, before, low, high)
        voicings.append(before)
    return voicings
