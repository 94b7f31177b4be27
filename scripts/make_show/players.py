"""The players of a section: instrument, place in the stereo picture, and how each sits in the time."""

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from make_show.notation import Note, shaped

LATEST_MS = 7.0  # no player is further from the grid than this


@dataclass(frozen=True, slots=True)
class Player:
    """One chair of the band."""

    name: str
    program: int  # General MIDI, counted from 0
    pan: float = 0.0  # -1 left, 1 right
    volume: int = 100  # CC 7
    cents: float = 0.0  # off A = 440 Hz; a section whose members agree to the cent sounds like one instrument
    late_ms: float = 0.0  # where the player sits behind the grid, in the mean
    spread_ms: float = 1.8  # and the standard deviation
    speaks_ms: float = 0.0  # how long the instrument takes to speak: he plays that much before the beat
    is_percussion: bool = False


@dataclass(slots=True)
class Part:
    """What one player plays: notes in beats, and swells as (beat, CC 11) points that the volume moves along."""

    player: Player
    notes: list[Note] = field(default_factory=list)
    swells: list[tuple[float, int]] = field(default_factory=list)

    def add(self, notes: Iterable[Note], at_beat: float = 0.0, semitones: int = 0) -> None:
        """Append a phrase, moved to `at_beat`."""
        self.notes += [note.moved(at_beat, semitones) for note in shaped(list(notes))]


def humanised(part: Part, time_s: Callable[[float], float], rng: random.Random) -> list[tuple[float, float, Note]]:
    """(start_s, end_s, note): `time_s` gives the time of a beat, `rng` the small errors of time and touch."""
    played = []
    for note in sorted(part.notes, key=lambda note: (note.beat, note.pitch)):
        late_ms = rng.gauss(part.player.late_ms, part.player.spread_ms)
        late_s = max(-LATEST_MS, min(LATEST_MS, late_ms)) / 1000
        velocity = max(1, min(127, round(note.velocity + rng.gauss(0, 3))))
        late_s -= part.player.speaks_ms / 1000
        start_s = time_s(note.beat) + late_s
        end_s = time_s(note.beat + note.beats) + late_s
        played.append((start_s, max(start_s + 0.045, end_s - 0.012), replace(note, velocity=velocity)))
    return played
