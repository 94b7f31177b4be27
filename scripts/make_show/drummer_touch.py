"""How the made drummer's limbs differ from what he means: time and loudness of every stroke.

The sizes are of the order of those measured on drummers playing grooves: strokes scatter by 5 to 12 ms, and limbs have
constant leads and lags of a few ms against one another (Hellmer & Madison 2015, Music Perception 33). Swing eighths at
330 bpm are nearly even: the ratio falls with the tempo, to about 1:1 above 300 (Friberg & Sundström 2002, Music Perception 19).
"""

import random

from make_show import drummer_notes as kit
from make_show.drummer_notes import Stroke

# drum: (mean lead or lag, standard deviation), ms
LIMBS_MS = {
    kit.RIDE: (-1.0, 6.5),
    kit.BELL: (-1.0, 6.5),
    kit.CRASH: (0.0, 7.0),
    kit.CRASH_2: (1.0, 7.0),
    kit.SNARE: (1.0, 8.5),
    kit.STICK: (1.0, 8.0),
    kit.TOM_HIGH: (0.5, 8.5),
    kit.FLOOR: (1.0, 8.5),
    kit.KICK: (-2.0, 9.0),
    kit.HAT_FOOT: (2.5, 11.0),
}
FURTHEST = 2.5  # standard deviations: further out he would have noticed
TOUCH_SD = 6.0  # MIDI velocity
LATE_SKIP_BEATS = 0.035  # the ride's skip note, after the middle of the beat


def late_s(stroke: Stroke, rng: random.Random) -> float:
    """How far from its place a stroke falls."""
    mean_ms, sd_ms = LIMBS_MS[stroke.drum]
    return (mean_ms + sd_ms * max(-FURTHEST, min(FURTHEST, rng.gauss(0, 1)))) / 1000 - stroke.early_s


def place(stroke: Stroke) -> float:
    """The beat a stroke is meant for: a skip note of the ride a little behind the middle."""
    is_skip = stroke.drum == kit.RIDE and abs(stroke.beat % 1 - 0.5) < 0.01
    return stroke.beat + (LATE_SKIP_BEATS if is_skip else 0.0)


def velocity(stroke: Stroke, rng: random.Random) -> int:
    """How hard it falls."""
    return max(8, min(127, round(stroke.velocity + rng.gauss(0, TOUCH_SD))))
