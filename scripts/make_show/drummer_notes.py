"""What the made drummer plays: grids of eighths, two bars to a line.

X accent   x stroke   o soft   g ghost   . nothing
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace

from make_show.drummer_time import first_beat_of

KICK, SNARE, STICK, FLOOR, HAT_FOOT, TOM_HIGH = 36, 38, 37, 43, 44, 48
CRASH, RIDE, BELL, CRASH_2 = 49, 51, 53, 57
TOUCH = {"X": 112, "x": 80, "o": 55, "g": 32}

Grid = dict[int, str]


@dataclass(frozen=True, slots=True)
class Stroke:
    """One stroke."""

    beat: float
    drum: int  # General MIDI note
    velocity: int
    early_s: float = 0.0  # the grace note of a flam


# fmt: off
LATIN: Grid = {
    BELL: "X.x.x.xoX.x.x.xo",
    KICK: "X..o....X..o....",
    SNARE: "......X.......X.",
    TOM_HIGH: "....x.......xx..",
    HAT_FOOT: "..o...o...o...o.",
}
LATIN_2: Grid = LATIN | {
    SNARE: "......X....g..X.",
    TOM_HIGH: "....xx..........",
    FLOOR: "............xx.o",
    STICK: "..x.......x.....",
}
SWING: Grid = {RIDE: "x.Xox.Xox.Xox.Xo", HAT_FOOT: "..x...x...x...x.", KICK: "x...o...x...o..."}
SWING_SNARES = ("...x...o........", ".......X...g....", "...o......x....o", "......x....X....", "..x.....x.......")
SWING_KICKS = ("x...o...x...o...", "X..X....x...o...", "x...o...x......X")

FILLS: tuple[Grid, ...] = (
    {SNARE: "XoxoXox.", TOM_HIGH: "........", FLOOR: ".......X", KICK: "x...x...", HAT_FOOT: "..o...o."},
    {SNARE: "Xox.....", TOM_HIGH: "...xXo..", FLOOR: "......Xx", KICK: "x...x...", HAT_FOOT: "..o...o."},
    {SNARE: "X..X....", TOM_HIGH: ".oo.oo..", FLOOR: "......Xx", KICK: "x..x..x.", HAT_FOOT: "..o...o."},
)
PICKUP: Grid = {SNARE: "XoX.", TOM_HIGH: "....", FLOOR: "...X"}

FEET: Grid = {KICK: "X.......x.......", HAT_FOOT: "..x...x...x...x."}
SOLO: tuple[Grid, ...] = (
    {SNARE: "XooXooXoXooXooXo", **FEET},
    {SNARE: "XooXooXoXoXoXoXX", KICK: "X.......x...x.x.", HAT_FOOT: "..x...x...x...x.", CRASH: "X..............."},
    {SNARE: "Xox.....Xox.....", TOM_HIGH: "...Xox.....Xox..", FLOOR: "......Xo......Xo", **FEET},
    {SNARE: "Xo..Xo..Xo..Xo..", FLOOR: "..Xo..Xo......Xo", TOM_HIGH: "..........Xo....", **FEET},
    {CRASH: "X.....X.....X...", SNARE: ".ooXoo.ooXoo.oXX", **FEET, KICK: "X.....X.....X..."},
    {CRASH: "X.....X.....X...", FLOOR: ".ooXoo.oo.......", TOM_HIGH: ".........Xoo.oXX", **FEET, KICK: "X.....X.....X..."},
    {SNARE: "gogogogooooooooo", **FEET},
    {SNARE: "oxoxoxoxX.X.X.X.", FLOOR: "........X.X.X.X.", KICK: "x.......X...X...", HAT_FOOT: "..x...x...x...x."},
)
DOWN: Grid = {FLOOR: "X.x.x.x.x.x.x.x.", KICK: "X...x...X...x...", HAT_FOOT: "..x...x...x...x."}
DOWN_SNARE = ("", "", "", "", "g.g.g.g.g.g.g.g.", "gogogogoxoxoxoxX")

# fmt: on

FLAM_S = 0.022
ROLL_FROM_S, ROLL_TO_S = 0.078, 0.055  # between the strokes of the cymbal roll, two mallets


def strokes(seed: int) -> list[Stroke]:
    """Everything but the cymbal roll of the hold, in beats of the performance."""
    rng = random.Random(seed)
    played = [
        *_grid(PICKUP, -2),
        *_time("alone", 12, rng, "LLLLLL"),
        *_time("band in", 8, rng, "LLLL"),
        *_time("drive", 32, rng, "LLLLLLLLSSSSLLLL"),
        *_time("at 330", 16, rng, "SSSSSSSS"),
        *_solo(),
        *_way_down(),
        *_everything(first_beat_of("hold"), 112),
        *_everything(first_beat_of("last hit"), 127),
    ]
    return sorted(played, key=lambda stroke: (stroke.beat, stroke.drum))


def _grid(grid: Grid, at: float) -> Iterator[Stroke]:
    for drum, line in grid.items():
        for step, touch in enumerate(line):
            if touch != ".":
                yield Stroke(at + step / 2, drum, TOUCH[touch])


def _time(part: str, bars: int, rng: random.Random, styles: str) -> Iterator[Stroke]:
    """Two bars of time to a letter, L Latin or S swing.

    A crash where eight bars begin, in Latin where four do; a fill in the last bar of eight.
    """
    at = first_beat_of(part)
    for pair, style in enumerate(styles):
        start = at + 8 * pair
        is_last = pair % 4 == 3 or pair == len(styles) - 1
        grid = dict(LATIN if pair % 2 == 0 else LATIN_2) if style == "L" else dict(SWING)
        if style == "S":
            grid |= {SNARE: rng.choice(SWING_SNARES), KICK: rng.choice(SWING_KICKS)}
        if pair % 4 == 0 or (style == "L" and pair % 2 == 0):
            grid |= {CRASH: "X"}
        if is_last:
            grid = {drum: line[:8] for drum, line in grid.items()}
            yield from _grid(rng.choice(FILLS), start + 4)
        yield from _grid(grid, start)
    assert 8 * len(styles) == 4 * bars


def _solo() -> Iterator[Stroke]:
    """Sixteen bars; the feet never stop. The last bar is four flams, the same pick-up for everybody to know."""
    at = first_beat_of("solo")
    for pair, grid in enumerate(SOLO):
        yield from _grid(grid, at + 8 * pair)
    for beat in range(4):
        yield Stroke(at + 60 + beat, SNARE, 70, FLAM_S)


def _way_down() -> Iterator[Stroke]:
    """Floor tom on every beat under the chorale; towards the hold the snare fills up."""
    at = first_beat_of("conductor")
    for pair, snare in enumerate(DOWN_SNARE):
        grid = dict(DOWN)
        if snare:
            grid |= {SNARE: snare}
        if pair % 2 == 0:
            grid |= {CRASH: "X"}
        yield from _grid(grid, at + 8 * pair)


def _everything(beat: float, velocity: int) -> Iterator[Stroke]:
    for drum in (KICK, CRASH, CRASH_2):
        yield Stroke(beat, drum, velocity)
    yield Stroke(beat, SNARE, velocity - 6)
    yield Stroke(beat, FLOOR, velocity - 10)


def roll(from_s: float, to_s: float, rng: random.Random) -> list[tuple[float, Stroke]]:
    """(time_s, stroke) of the cymbal roll: soft, back, and up to the breath before the last hit."""
    strokes_at: list[tuple[float, Stroke]] = []
    now = from_s + 0.35
    while now < to_s - 0.22:
        way = (now - from_s) / (to_s - from_s)
        swell = 34 + 74 * way**1.7
        drum = CRASH if len(strokes_at) % 2 == 0 else CRASH_2
        strokes_at.append((now, replace(Stroke(0.0, drum, 1), velocity=round(min(118, swell + rng.gauss(0, 4))))))
        now += (ROLL_FROM_S + (ROLL_TO_S - ROLL_FROM_S) * way) * (1 + rng.gauss(0, 0.05))
    return strokes_at
