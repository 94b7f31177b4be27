"""What a drummer has played, known from both sides: at each beat from the strokes before it, and from those that follow.

The bar filter hears the recording forwards, then backwards; what both believe is multiplied (two-filter smoothing: Kitagawa,
Annals of the Institute of Statistical Mathematics 46, 1994). Through that goes the most probable course (Viterbi, IEEE Trans.
Information Theory 13, 1967), first of the tempo, then of the place in the beat. So a change of tempo is heard where it is made.
"""

import itertools
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cython_core.bar_pass import PLACES, BarPass

NEAR_TEMPI = 6  # on either side of the one that is played, 2.5 % each: belief there is about the same beat
NEAR_PLACES = 4  # on either side, of PLACES in a beat: the same beat
LEAST = 1e-4  # belief that is left for anything
MOVES = 2.0  # what it costs, in nats, that the tempo goes to its neighbour
PLACE_MOVES = 1.5  # the same of the place in the beat
LEAPS = 12.0  # and to one further off
NEAR_MOVES = 3  # tempi
END_BEATS = 16  # at either end, that tell the tempo there

Floats = NDArray[np.float64]
Row = tuple[NDArray[np.uint8], NDArray[np.float32]]


class Turn(NamedTuple):
    """A bar ends early, or goes on: from this time on its count is so many beats further on than it was."""

    time_s: float
    beats: int  # 1 .. those of a bar - 1


class Course(NamedTuple):
    """A performance at a row of times."""

    time_s: Floats  # (n,), rising
    beat: Floats  # (n,) beats since one of them, rising
    bpm: Floats  # (n,)
    bar: Floats  # (n, beats * PLACES) what is believed of the place in the bar (or in a cycle of short ones)
    evidence: float  # how probable the strokes are forwards, in nats, beside another course through the same ones

    @property
    def opening_bpm(self) -> float:
        """The tempo in which it begins."""
        return float(np.median(self.bpm[self.beat < self.beat[0] + END_BEATS]))

    @property
    def ending_bpm(self) -> float:
        """The tempo in which it ends."""
        return float(np.median(self.bpm[self.beat > self.beat[-1] - END_BEATS]))

    def beats(self, from_s: float, until_s: float) -> tuple[NDArray[np.int64], Floats]:
        """The whole beats in a stretch of time, and when they fall; outside the course they go on in the tempo at its ends."""
        before_s, after_s = max(self.time_s[0] - from_s, 0.0), max(until_s - self.time_s[-1], 0.0)
        first = self.beat[0] - before_s * self.opening_bpm / 60
        last = self.beat[-1] + after_s * self.ending_bpm / 60
        time_s = np.concatenate([[self.time_s[0] - before_s], self.time_s, [self.time_s[-1] + after_s]])
        beat = np.concatenate([[first], self.beat, [last]])
        number = np.arange(np.ceil(np.interp(from_s, time_s, beat)), np.floor(np.interp(until_s, time_s, beat)) + 1)
        return number.astype(np.int64), np.interp(number, beat, time_s)

    def in_bar(self, number: NDArray[np.int64], time_s: Floats, beats_per_bar: int) -> Floats:
        """How much is believed that each of these beats is the first, second ... of the bar: (n, beats_per_bar)."""
        row = np.clip(np.searchsorted(self.time_s, time_s), 0, len(self.time_s) - 1)
        cycle = np.arange(self.bar.shape[1] // PLACES)
        place = np.floor((cycle + (self.beat[row] - number)[:, None]) * PLACES).astype(np.int64)
        near = place[..., None] + np.arange(-NEAR_PLACES, NEAR_PLACES + 1)
        belief = self.bar[row[:, None, None], near % self.bar.shape[1]].sum(2)
        return np.asarray(belief.reshape(len(number), -1, beats_per_bar).sum(1))


def look_back(
    strokes: NDArray[np.void], samplerate_hz: float, tempo_bpm: float | None, beats_per_bar: int, turns: Sequence[Turn] = ()
) -> Course:
    """The course of all that was played: strokes, (n,) of ONSET without first looks; told in which tempo they begin, or not."""
    strokes = np.sort(strokes, order="frame")
    forwards = BarPass(strokes, samplerate_hz, beats_per_bar)
    apart, bpm = forwards.row_frames, forwards.bpm
    rows = int(np.ptp(strokes["frame"]) / apart) + 2
    time_s = (strokes["frame"][0] + np.arange(1, rows) * apart) / samplerate_hz
    turned_after = {int(np.searchsorted(time_s, turn.time_s)) - 1: turn.beats for turn in turns}
    before = list(forwards.follow(rows, tempo_bpm, turned_after))
    turned = strokes[::-1].copy()
    turned["frame"] = strokes["frame"][0] + rows * apart - turned["frame"]
    levels = [level for _, level in before[::-1]]
    turned_before = {rows - 3 - row: beats for row, beats in turned_after.items()}
    after = BarPass(turned, samplerate_hz, beats_per_bar, backwards=True).find_out(0.0, levels, turned_before)
    before.pop()  # the first row of those after speaks of the last time but one
    known = [both(before.pop()[0], row, bpm) for row in itertools.islice(after, rows - 1)][::-1]
    played = surest_course(np.array([masses(row, len(bpm)) for row in known]), tempo_costs(len(bpm)))
    bars, tempi_bpm = zip(*(near(row, tempo, bpm) for row, tempo in zip(known, played, strict=True)), strict=True)
    bar, played_bpm = np.array(bars), np.array(tempi_bpm)
    return Course(time_s, beats(bar, played_bpm, apart / samplerate_hz), played_bpm, bar, forwards.evidence)


def both(before: Row, after: Row, bpm: Floats) -> Row:
    """What strokes before a time and after it say together. Belief is that of a place, which has the more states the slower."""
    tempi, here, there = np.intersect1d(before[0], after[0], assume_unique=True, return_indices=True)
    belief = before[1][here] * after[1][there, ::-1] * bpm[tempi, None].astype(np.float32)
    return (tempi, belief / belief.sum()) if belief.sum() > 0 else before


def masses(row: Row, tempi: int) -> Floats:
    """What is believed of each tempo, (tempi,)."""
    mass = np.zeros(tempi)
    mass[row[0]] = row[1].sum(1)
    return mass


def near(row: Row, played: int, bpm: Floats) -> tuple[NDArray[np.float32], float]:
    """The places in the bar, and the tempo, near the one that is played."""
    here = np.abs(row[0].astype(int) - played) <= NEAR_TEMPI
    weight = row[1][here].sum(1)
    if weight.sum() <= 0:
        return np.zeros(row[1].shape[1], np.float32), float(bpm[played])
    return row[1][here].sum(0), float(np.exp2(np.average(np.log2(bpm[row[0][here]]), weights=weight)))


def beats(bar: Floats, bpm: Floats, apart_s: float) -> Floats:
    """Beats gone at each time: the tempo added up, and from there the most probable way to where the beat is believed."""
    gone = np.concatenate([[0.0], np.cumsum((bpm[1:] + bpm[:-1]) / 2 * apart_s / 60)])
    beat = bar.reshape(len(bar), -1, PLACES).sum(1)
    here = (np.arange(PLACES) + gone[:, None] * PLACES) % PLACES
    low, part = here.astype(int) % PLACES, here % 1
    row = np.arange(len(bar))[:, None]
    turned = (1 - part) * beat[row, low] + part * beat[row, (low + 1) % PLACES]
    place = surest_course(turned, place_costs())
    around = np.arange(-NEAR_PLACES, NEAR_PLACES + 1)
    weight = turned[row, (place[:, None] + around) % PLACES] + LEAST
    away = place + (weight * around).sum(1) / weight.sum(1) + 0.5
    return np.maximum.accumulate(gone + np.unwrap(away, period=PLACES) / PLACES)


def surest_course(belief: Floats, costs: Floats) -> NDArray[np.int64]:
    """The most probable state at each time, (n,): of `belief`, (n, states), where changes cost so much, (from, to), in nats."""
    weight = np.log(belief + LEAST)
    came_from = np.zeros(belief.shape, np.int64)
    best = weight[0]
    for at in range(1, len(belief)):
        ways = best[:, None] - costs
        came_from[at] = ways.argmax(0)
        best = ways[came_from[at], np.arange(len(costs))] + weight[at]
    course = np.zeros(len(belief), np.int64)
    course[-1] = best.argmax()
    for at in range(len(belief) - 1, 0, -1):
        course[at - 1] = came_from[at, course[at]]
    return course


def tempo_costs(tempi: int) -> Floats:
    away = np.abs(np.arange(tempi)[:, None] - np.arange(tempi))
    return np.where(away <= NEAR_MOVES, MOVES * away, LEAPS)


def place_costs() -> Floats:
    away = np.abs(np.arange(PLACES)[:, None] - np.arange(PLACES))
    away = np.minimum(away, PLACES - away)
    return np.where(away <= 1, PLACE_MOVES * away, LEAPS)
