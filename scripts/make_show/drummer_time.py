"""When the made drummer's beats fall: the arc of the performance, and a human clock underneath.

Everything here is made. What is taken from people's drumming is the size and the kind of the errors:

- The beat wanders with long memory. Deviations of drummers from the beat are 1/f-like over hundreds of beats (Hennig et al.
  2011, PLoS ONE 6(10); Räsänen et al. 2015, PLoS ONE 10(6), on Jeff Porcaro's sixteenths). Here the beat's length follows a
  1/f series, standard deviation WANDER of itself.
- Each stroke has its own error on top, white, which does not feed back into the clock: the motor part of Wing and
  Kristofferson's two-level model (1973, Perception & Psychophysics 14). Its size per limb is in `drummer_touch`.
- Following the conductor he corrects half of his last error at every beat (phase correction, Repp 2005, Psychonomic Bulletin &
  Review 12), and misses by a few hundredths of the beat.
"""

import math
import random
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FIRST_BEAT_S = 1.3
WANDER = 0.009  # standard deviation of the length of a beat, as a part of it
CORRECTION = 0.5  # part of the last error to the conductor's beat that the next beat makes good
CONDUCTED_ERROR = 0.018  # standard deviation of the new error at every conducted beat, as a part of it
LARGEST_ERROR_S = 0.012
START_BPM, TOP_BPM, END_BPM = 250.0, 330.0, 120.0
STEADY_END_BEATS = 8  # the conductor holds END_BPM before the hold, so that everybody knows it
HOLD_S = 6.0  # from the hold's first beat to the cue of the last hit
PREPARATION_BEATS = 2  # from that cue to the hit

# part, bars, section of the song that the band is in
ARC = (
    ("alone", 12, None),
    ("band in", 8, "intro"),
    ("drive", 32, "A1 A2 bridge A3"),
    ("at 330", 16, "shout"),
    ("solo", 16, "solo, twice"),
    ("conductor", 12, "way down"),
)


@dataclass(frozen=True, slots=True)
class Beats:
    """The beats, meant and played. Beat 0 is his first downbeat, the last one is the last hit."""

    meant_s: NDArray[np.float64]  # (beats,) his own clock; the conductor's beat while he conducts
    played_s: NDArray[np.float64]  # (beats,) the same but under the conductor, where he follows with small errors
    hold: int  # the beat on which the hold begins; the next one is the last hit
    finale_s: float  # when the conductor cues the last hit


def first_beat_of(part: str) -> int:
    """The beat on which a part of the arc begins; `hold` and `last hit` follow the parts that have bars."""
    beat = 0
    for name, bars, _ in ARC:
        if name == part:
            return beat
        beat += 4 * bars
    return beat + ("hold", "last hit").index(part)


def bpm_at(beat: float) -> float:
    """The tempo that is meant: 250 alone, up to 330 until the shout, held, and then the conductor's way down to 120."""
    entry, top = first_beat_of("band in"), first_beat_of("at 330")
    down, hold = first_beat_of("conductor"), first_beat_of("hold")
    if beat < down:
        x = min(max((beat - entry) / (top - entry), 0.0), 1.0)
        return START_BPM + (TOP_BPM - START_BPM) * 0.5 * (x + x * x * (3 - 2 * x))
    x = min((beat - down) / (hold - STEADY_END_BEATS - down), 1.0)
    return TOP_BPM * math.exp(x * math.log(END_BPM / TOP_BPM))


def one_over_f(count: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """(count,) a series of mean 0 and standard deviation 1 whose power falls as 1 over frequency."""
    frequency = np.fft.rfftfreq(2 * count)[1:]
    spectrum = frequency**-0.5 * np.exp(2j * math.pi * rng.random(len(frequency)))
    series = np.fft.irfft(np.r_[0, spectrum])[:count]
    return np.asarray((series - series.mean()) / series.std())


def beats(seed: int) -> Beats:
    """All beats of the performance."""
    down, hold = first_beat_of("conductor"), first_beat_of("hold")
    wander = WANDER * one_over_f(down, np.random.default_rng(seed))
    top = first_beat_of("at 330")
    for start, end in ((0, first_beat_of("band in")), (top, first_beat_of("solo")), (first_beat_of("solo"), down)):
        wander[start:end] -= wander[start:end].mean()
    meant = [FIRST_BEAT_S]
    for beat in range(hold):
        own = wander[beat] if beat < down else 0.0
        meant.append(meant[-1] + 60 / bpm_at(beat + 0.5 if beat < down else beat) * (1 + own))
    finale_s = meant[-1] + HOLD_S
    meant.append(finale_s + PREPARATION_BEATS * 60 / END_BPM)
    rng = random.Random(seed)
    played, error_s = list(meant), 0.0
    for beat in range(down, hold + 2):
        length_s = 60 / END_BPM if beat > hold else meant[beat] - meant[beat - 1]
        error_s = (1 - CORRECTION) * error_s + rng.gauss(0.0, CONDUCTED_ERROR * min(length_s, 60 / START_BPM))
        error_s = max(-LARGEST_ERROR_S, min(LARGEST_ERROR_S, error_s))
        played[beat] += error_s
    return Beats(np.array(meant), np.array(played), hold, finale_s)


def time_at(played_s: NDArray[np.float64], beat: float) -> float:
    """The time of a place between beats; before the first, his first tempo holds."""
    if beat < 0:
        return float(played_s[0] + beat * (played_s[1] - played_s[0]))
    return float(np.interp(beat, np.arange(len(played_s)), played_s))
