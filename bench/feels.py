"""What it follows, from 40 to 400 bpm, in bars of 2 to 12 and in the feels that people play: takes made by this script.

    python -m bench.feels [BPM ...] [--print]

Strokes as a person plays them (8 ms loose, the hats softer than the drums) go into the follower as an electronic kit would
send them. No person ever played these: they show what is in reach, not how well people are followed. For each: the share of
time after the fourth bar in which the beat, and the one, were right, told the meter and a tempo 4 % off, and told nothing. The
tables go into docs/following-scores.md.
"""

import argparse
import os
from concurrent.futures import ProcessPoolExecutor
from typing import NamedTuple

import numpy as np

from bench.setting.page import add_print_option, publish, table
from cython_core.follower import Follower
from cython_core.onsets import ONSET

RATE_HZ, TICK, START_S = 48_000, 32, 0.5
LOOK_TICKS = 20  # from one look at what it believes to the next
BARS_HEARD, BARS_JUDGED = 4, 16
LOOSE_S = 0.008
SHORT_NOTE_S = 0.1  # at fast tempi the short note of swing lasts this long: it flattens


class Feel(NamedTuple):
    """A bar. Each row of strokes: beats (from 0) at which that drum is struck."""

    beats: int
    kick: tuple[float, ...]
    snare: tuple[float, ...]
    cymbal: tuple[float, ...]


def every(part: float, beats: float) -> tuple[float, ...]:
    return tuple(np.arange(0, beats - 1e-9, part))


def swung(bpm: float, beats: int = 4) -> tuple[float, ...]:
    """Ride: ding, ding-a-ding; the short note two thirds into the beat, or 100 ms before the next where that is later."""
    late = max(0.5, min(2 / 3, 1 - SHORT_NOTE_S * bpm / 60))
    return tuple(sorted([*range(beats), *(beat + late for beat in range(1, beats, 2))]))


def feels(bpm: float) -> dict[str, Feel]:
    """By name, as they are played at this tempo."""
    third = 1 / 3
    return {
        "straight": Feel(4, (0, 2, 2.5), (1, 3), every(0.5, 4)),
        "shuffled": Feel(4, (0, 2), (1, 3), tuple(sorted([*range(4), *(beat + 2 * third for beat in range(4))]))),
        "swung": Feel(4, (0, 2.5), (3,), swung(bpm)),
        "half-time feel": Feel(4, (0, 1.5), (2,), every(0.5, 4)),
        "double-time feel": Feel(4, (0, 1, 2, 3), (0.5, 1.5, 2.5, 3.5), every(0.5, 4)),
        "2/4": Feel(2, (0,), (1,), every(0.5, 2)),
        "3/4": Feel(3, (0,), (1, 2), every(0.5, 3)),
        "5/4": Feel(5, (0, 3), (1.5, 4), every(0.5, 5)),
        "6/8": Feel(2, (0,), (1,), every(third, 2)),
        "12/8": Feel(4, (0, 2), (1, 3), every(third, 4)),
        "7/4": Feel(7, (0, 4), (2, 6), every(0.5, 7)),
        "hats alone, eighths": Feel(4, (), (), every(0.5, 4)),
        "ride alone, quarters": Feel(4, (), (), every(1, 4)),
        "ride alone, swung": Feel(4, (), (), swung(bpm)),
        "kick alone, quarters": Feel(4, every(1, 4), (), ()),
        "both feet, sixteenths": Feel(4, every(0.25, 4), (1, 3), every(1, 4)),
        "one drop": Feel(4, (2,), (2,), every(0.5, 4)),
        "blast beat": Feel(4, every(1, 4), tuple(beat + 0.5 for beat in range(4)), every(1, 4)),
        "12/4": Feel(12, (0, 4, 6, 8), (2, 5, 10), every(1, 12)),
    }


def take(feel: Feel, bpm: float, bars: int) -> np.ndarray:
    """(n,) of ONSET."""
    chance, rows = np.random.default_rng(5), []
    for bar in range(bars):
        for drum, beats in enumerate((feel.kick, feel.snare, feel.cymbal)):
            for beat in beats:
                frame = (START_S + (bar * feel.beats + beat) * 60 / bpm + chance.normal(0, min(LOOSE_S, 3 / bpm))) * RATE_HZ
                hard = chance.uniform(0.55, 0.9) if drum < 2 else chance.uniform(0.3, 0.5)
                rows.append((frame, hard, drum == 0, drum == 1, drum == 2, int(np.ceil(max(frame, 0))), 0))
    return np.sort(np.array(rows, ONSET), order="told_frame")


def followed(feel: Feel, bpm: float, told: tuple[float | None, int | None]) -> tuple[float, float]:
    """Share of time in which the beat, and the one, were right."""
    bar_s = feel.beats * 60 / bpm
    strokes, follower = take(feel, bpm, BARS_HEARD + BARS_JUDGED), Follower(RATE_HZ, *told)
    right, ones = [], []
    for tick in range(1, int((START_S + (BARS_HEARD + BARS_JUDGED) * bar_s) * RATE_HZ / TICK) + 1, LOOK_TICKS):
        end_s, pulse = tick * TICK / RATE_HZ, follower.hear(strokes, tick * TICK)
        if end_s > START_S + BARS_HEARD * bar_s:
            true = (end_s - START_S) / 60 * bpm
            is_right = abs(pulse.beat - true - round(pulse.beat - true)) < 0.175 and abs(pulse.bpm / bpm - 1) < 0.1
            away = (pulse.bar_beat - true) % feel.beats
            right.append(is_right)
            ones.append(is_right and min(away, feel.beats - away) < 0.3)
    return float(np.mean(right)), float(np.mean(ones))


def both(name: str, bpm: float) -> tuple[str, str]:
    """A feel at a tempo: told meter and tempo, and told nothing; share of time with the beat right / with the one right."""
    feel = feels(bpm)[name]
    told, blind = followed(feel, bpm, (bpm * 1.04, feel.beats)), followed(feel, bpm, (None, None))
    return f"{told[0]:.2f} / {told[1]:.2f}", f"{blind[0]:.2f} / {blind[1]:.2f}" if feel.beats == 4 else f"{blind[0]:.2f}"


def main() -> None:
    """A row for each feel, a column for each tempo."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bpm", nargs="*", type=float, default=[40, 60, 90, 120, 180, 250, 330, 400], metavar="BPM")
    add_print_option(parser)
    options = parser.parse_args()
    names, parts = list(feels(120)), []
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        cells = list(pool.map(both, [name for name in names for _ in options.bpm], options.bpm * len(names)))
    for title, which in (("told", 0), ("told nothing", 1)):
        rows = [
            [name, *(cell[which] for cell in cells[row * len(options.bpm) :][: len(options.bpm)])]
            for row, name in enumerate(names)
        ]
        parts.append(table([f"{title}: beat / the one", *(f"{bpm:g} bpm" for bpm in options.bpm)], rows))
    publish("following-scores.md", "feels", "\n\n".join(parts), is_printed=options.is_printed)


if __name__ == "__main__":
    main()
