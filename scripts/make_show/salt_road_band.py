"""Salt Road, arranged: every section of the form, as notes of fifteen players in six stems."""

import random
from collections.abc import Iterator
from dataclasses import replace

from make_show import salt_road as score
from make_show.harmony import block, changes, chord_at, led
from make_show.notation import Note, phrase
from make_show.players import Part, Player
from make_show.rhythm_section import comp, latin_percussion, montuno, shaker, swung, tumbao, walk

TRUMPET, TROMBONE, ALTO, TENOR, BARITONE, BASS, PIANO, TIMPANI = 56, 57, 65, 66, 67, 32, 0, 47

SAXES = (
    Player("alto 1", ALTO, -0.25, 106, 2, 1.0, speaks_ms=12),
    Player("alto 2", ALTO, -0.5, 94, -4, 1.5, speaks_ms=12),
    Player("tenor 1", TENOR, -0.1, 100, 3, 1.5, speaks_ms=10),
    Player("tenor 2", TENOR, -0.65, 94, -3, 2.0, speaks_ms=10),
    Player("baritone", BARITONE, -0.4, 100, 1, 2.0, speaks_ms=9),
)
TRUMPETS = (
    Player("trumpet 1", TRUMPET, 0.35, 108, 3, -0.5, speaks_ms=2),
    Player("trumpet 2", TRUMPET, 0.5, 96, -3, 0.5, speaks_ms=2),
    Player("trumpet 3", TRUMPET, 0.2, 92, 5, 0.5, speaks_ms=2),
    Player("trumpet 4", TRUMPET, 0.65, 92, -5, 1.0, speaks_ms=2),
)
TROMBONES = (
    Player("trombone 1", TROMBONE, 0.1, 104, 2, 0.5, speaks_ms=12),
    Player("trombone 2", TROMBONE, 0.3, 98, -4, 1.0, speaks_ms=12),
    Player("trombone 3", TROMBONE, -0.1, 98, 4, 1.0, speaks_ms=12),
    Player("bass trombone", TROMBONE, 0.45, 104, -2, 1.0, speaks_ms=12),
)


class Band:
    """The parts of all players, and where on the time line the arranger is writing."""

    def __init__(self) -> None:
        self.saxes = [Part(player) for player in SAXES]
        self.trumpets = [Part(player) for player in TRUMPETS]
        self.trombones = [Part(player) for player in TROMBONES]
        self.bass = Part(Player("bass", BASS, 0.0, 110, 0, 0.0, 1.5, speaks_ms=5))
        self.piano = Part(Player("piano", PIANO, -0.15, 104, 0, 0.5, 1.5))
        self.shaker = Part(Player("shaker", 0, 0.0, 100, 0, 0.0, 2.0, speaks_ms=12, is_percussion=True))
        self.percussion = Part(Player("percussion", 0, 0.0, 100, 0, 0.0, 2.0, is_percussion=True))
        self.timpani = Part(Player("timpani", TIMPANI, 0.0, 104, 0, 0.0, 1.5))

    @property
    def stems(self) -> dict[str, list[Part]]:
        """Parts by stem."""
        return {
            "bass": [self.bass],
            "piano": [self.piano],
            "saxes": self.saxes,
            "trumpets": self.trumpets,
            "trombones": self.trombones,
            "percussion": [self.percussion, self.shaker, self.timpani],
        }

    def sax_soli(self, line: list[Note], symbols: str, at: float) -> None:
        """Four in block chords under the lead, the baritone with the lead an octave below."""
        for part, voice in zip(self.saxes, [*block(line, changes(symbols), 4), _down(line)], strict=True):
            part.add(voice, at)

    def unison(self, parts: list[Part], line: list[Note], at: float, octaves: tuple[int, ...]) -> None:
        """One line, each player in an octave."""
        for part, octave in zip(parts, octaves, strict=True):
            part.add(line, at, 12 * octave)

    def brass(self, line: list[Note], symbols: str, at: float) -> None:
        """Trumpets in close position, trombones with the same rhythm on the chord below, the bass trombone on the root."""
        chords = changes(symbols)
        for part, voice in zip(self.trumpets, block(line, chords, 4), strict=True):
            part.add(voice, at)
        self.bones(line, symbols, at)

    def bones(self, rhythm: list[Note], symbols: str, at: float) -> None:
        """The trombones' chords in a given rhythm, each the nearest to the one before."""
        chords = changes(symbols)
        sounding = [chord_at(chords, note.beat) for note in rhythm]
        for note, chord, voicing in zip(rhythm, sounding, led(sounding, [50, 57, 60, 65], 48, 68), strict=True):
            root = chord.root + 36 + (12 if chord.root < 4 else 0)
            for part, pitch in zip(self.trombones, [*reversed(voicing[-3:]), root], strict=True):
                part.add([Note(note.beat, note.beats, pitch, note.velocity - 4, note.marks)], at)

    def pad(self, symbols: str, at: float, velocity: int) -> None:
        """Trombones hold the changes."""
        start, rhythm = 0.0, []
        for chord in changes(symbols):
            rhythm.append(Note(start, chord.beats - 0.1, 60, velocity))
            start += chord.beats
        self.bones(rhythm, symbols, at)


def _down(line: list[Note]) -> list[Note]:
    return [note.moved(0, -12) for note in line]


def first_beats() -> Iterator[tuple[str, float, int]]:
    """(section, its first beat, its bars) along the form."""
    beat = 0.0
    for name, bars, *_ in score.FORM:
        yield name, beat, bars
        beat += 4 * bars


def arrange(seed: int = 330) -> Band:
    """The whole piece."""
    rng = random.Random(seed)
    band = Band()
    write = {
        "intro": intro, "A1": first_a, "A2": second_a, "bridge": bridge, "A3": last_a,
        "shout": shout, "solo": vamp, "way down": way_down, "hold": hold, "last hit": last_hit,
    }  # fmt: skip
    for name, at, bars in first_beats():
        write[name](band, at, bars, rng)
    return band


def latin(band: Band, symbols: str, basses: tuple[str, ...], at: float, bars: int, velocity: int = 0) -> None:
    """The Latin rhythm section: tumbao, montuno, percussion."""
    band.bass.add(tumbao(bars, basses, 100 + velocity), at)
    band.piano.add(montuno(changes(symbols), bars, 84 + velocity), at)
    band.percussion.add(latin_percussion(bars, 78 + velocity), at)
    band.shaker.add(shaker(bars, 78 + velocity, loud=0), at)


def swing(band: Band, symbols: str, at: float, bars: int, rng: random.Random) -> None:
    """The swing rhythm section: a walk, comping, a shaker."""
    band.bass.add(walk(changes(symbols), bars, rng, 102), at)
    band.piano.add(swung(comp(changes(symbols), bars, rng, 86)), at)
    band.shaker.add(shaker(bars, 70, loud=1), at)


def intro(band: Band, at: float, bars: int, _: random.Random) -> None:
    """Everybody on the first beat, so that the entry is an entry; then riff above riff."""
    latin(band, score.INTRO_CHANGES, score.PEDAL, at, bars)
    band.brass(phrase("A5/1^ -/3", 100), "D:m69", at)
    band.sax_soli(phrase("F5/1^ -/3", 98), "D:m69", at)
    for start in (2, 4, 6):
        band.unison(band.trombones, phrase(score.RIFF_TROMBONES, 92 + start), at + 4 * start, (1, 0, 0, 0))
    for start in (4, 6):
        band.unison(band.saxes, phrase(score.RIFF_SAXES, 84 + 2 * start), at + 4 * start, (0, 0, -1, -1, -1))
    for part, voice in zip(
        band.trumpets, block(phrase(score.RIFF_TRUMPETS, 100), changes(score.INTRO_CHANGES), 4), strict=True
    ):
        part.add(voice, at + 24)


def first_a(band: Band, at: float, bars: int, _: random.Random) -> None:
    """Saxes in octaves, brass answers."""
    latin(band, score.CHANGES, score.BASS, at, bars)
    band.unison(band.saxes, phrase(score.MELODY, 96), at, (0, 0, -1, -1, -1))
    band.brass(phrase(score.ANSWER_BRASS, 92), score.CHANGES, at)


def second_a(band: Band, at: float, bars: int, _: random.Random) -> None:
    """Trumpets in harmony over held trombones, saxes answer."""
    latin(band, score.CHANGES_HOME, score.BASS_HOME, at, bars)
    for part, voice in zip(band.trumpets, block(phrase(score.MELODY_HOME, 98), changes(score.CHANGES_HOME), 4), strict=True):
        part.add(voice, at)
    band.pad(score.CHANGES_HOME, at, 74)
    band.sax_soli(phrase(score.ANSWER_SAXES, 96), score.CHANGES_HOME, at)


def bridge(band: Band, at: float, bars: int, rng: random.Random) -> None:
    """Sax soli in block chords over a walking bass, kicks in the brass."""
    swing(band, score.BRIDGE_CHANGES, at, bars, rng)
    band.sax_soli(swung(phrase(score.BRIDGE, 96)), score.BRIDGE_CHANGES, at)
    band.brass(swung(phrase(score.BRIDGE_BRASS, 96)), score.BRIDGE_CHANGES, at)


def last_a(band: Band, at: float, bars: int, _: random.Random) -> None:
    """Everybody."""
    latin(band, score.CHANGES_HOME, score.BASS_HOME, at, bars, 4)
    melody = phrase(score.MELODY_HOME, 102)
    for part, voice in zip(band.trumpets, block(melody, changes(score.CHANGES_HOME), 4), strict=True):
        part.add(voice, at)
    band.sax_soli(melody, score.CHANGES_HOME, at)
    band.bones(melody, score.CHANGES_HOME, at)


def shout(band: Band, at: float, bars: int, rng: random.Random) -> None:
    """Brass calls, saxes answer, all together at the end."""
    swing(band, score.SHOUT_CHANGES, at, bars, rng)
    band.brass(swung(phrase(score.SHOUT_BRASS, 110)), score.SHOUT_CHANGES, at)
    band.sax_soli(swung(phrase(score.SHOUT_SAXES, 107)), score.SHOUT_CHANGES, at)


def vamp(band: Band, at: float, bars: int, _: random.Random) -> None:
    """Bass, montuno and congas for the drummer to play over; hits here and there."""
    latin(band, score.VAMP_CHANGES, score.BASS, at, bars, -8)
    band.brass(phrase(score.VAMP_BRASS, 100), score.VAMP_CHANGES, at)
    band.sax_soli(phrase(score.VAMP_SAXES, 98), score.VAMP_CHANGES, at)


def way_down(band: Band, at: float, bars: int, _: random.Random) -> None:
    """A chorale over a falling bass. The pulse stays in piano and timpani, so that slowing down is heard."""
    lead = phrase(score.DOWN_LEAD, 92)
    band.brass(lead, score.DOWN_CHANGES, at)
    band.sax_soli([note.moved(0, -12 if note.pitch > 79 else 0) for note in lead], score.DOWN_CHANGES, at)
    band.bass.add(phrase(score.DOWN_BASS, 104), at)
    chords = changes(score.DOWN_CHANGES)
    voicings = led(chords, [57, 60, 64, 65], 53, 72)
    for bar, voicing in enumerate(voicings):
        for beat, pitches in enumerate((voicing, voicing[:2], voicing[1:], voicing[2:])):
            band.piano.add(
                [Note(beat, 0.95, pitch + (12 if beat else 0), 92 - 6 * (beat % 2)) for pitch in pitches], at + 4 * bar
            )
    roots = [note for note in phrase(score.DOWN_BASS, 92) if note.beat % 4 == 0]
    band.timpani.add([Note(note.beat, 2, note.pitch, 96) for note in roots], at)
    band.shaker.add(shaker(bars, 64, loud=0), at)


def hold(band: Band, at: float, bars: int, _: random.Random) -> None:
    """One chord, and nothing that moves in its first bar: a hold may stand still there for as long as it takes."""
    long = 4 * bars - 0.2
    _everybody(band, score.HOLD_BRASS, score.HOLD_SAXES, score.HOLD_CHANGES, at, long, 104)
    for part in (*band.trumpets, *band.trombones, *band.saxes):
        part.swells += [(at, 100), (at + 2, 82), (at + 16, 98), (at + long, 98), (at + long + 0.1, 127)]
    band.bass.add([Note(beat, 3.9, 33, 108 if beat == 0 else 92) for beat in range(0, 4 * bars, 4)], at)
    band.piano.add([Note(0, 4, pitch, 104) for pitch in (33, 45, 57, 61, 63, 67, 69, 73)], at)
    for half_beat in range(8, 8 * bars):
        tremolo = (57, 61, 67) if half_beat % 2 == 0 else (63, 69, 73)
        band.piano.add([Note(half_beat / 2, 0.6, pitch, 70 + min(half_beat, 30)) for pitch in tremolo], at)
    band.timpani.add([Note(0, 4, 45, 112)], at)
    band.timpani.add([Note(stroke / 4, 0.3, 45, 64 + min(stroke // 2, 40)) for stroke in range(16, 16 * bars - 1)], at)


def last_hit(band: Band, at: float, _: int, __: random.Random) -> None:
    """One stab, and home."""
    _everybody(band, score.HIT_BRASS, score.HIT_SAXES, score.HIT_CHANGES, at, 1.4, 120)
    band.bass.add([Note(0, 1.6, 38, 120)], at)
    band.piano.add([Note(0, 1.5, pitch, 118) for pitch in (26, 38, 50, 57, 65, 69, 71, 76, 81, 86)], at)
    band.timpani.add([Note(0, 2, 50, 124)], at)
    band.percussion.add([Note(0, 0.5, 36, 120)], at)


def _everybody(band: Band, brass: str, saxes: str, symbols: str, at: float, beats: float, velocity: int) -> None:
    """All winds on one chord, `beats` long, whatever is written."""
    for play, lead in ((band.brass, brass), (band.sax_soli, saxes)):
        play([replace(note, beats=beats, marks=">") for note in phrase(lead, velocity)], symbols, at)
