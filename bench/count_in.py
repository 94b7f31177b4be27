"""Where does the band's first note fall when a person counts it in? Simulated counts, through the real rig.

    python bench/count_in.py [--counts 40]

Sticks with a jitter of 6 ms and 1 % of a beat (SD, each click by itself), 60 to 330 bpm, as MIDI notes: one bar (four
clicks), two bars (eight), and two bars in half time (four clicks, two beats apart). The song's chart says 0.9 to 1.1 times
the tempo counted. Error: first note against where the count puts bar 1 without its jitter. To reach: within 20 ms or 4 % of
a beat, whichever is more, 95 times of 100.
"""

import argparse
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from cython_core.authority import Leader
from cython_core.exchange import NoticeKind
from tests.playing import clicks, play, song

TEMPI_BPM = np.geomspace(60, 330, 8)
COUNTS = {"one bar": (4, 1), "two bars": (8, 1), "half-time": (4, 2)}  # clicks, beats from one to the next


def count_in(bpm: float, kind: str, seed: int) -> float | None:
    """The error of bar 1 in s, above 0 late; None where the band did not come in."""
    rng = np.random.default_rng(seed)
    many, apart = COUNTS[kind]
    even = 0.5 + np.arange(many + 1) * apart * 60 / bpm
    jitter_s = rng.normal(0, 0.006, many) + rng.normal(0, 0.01 * 60 / bpm, many)
    drummer = clicks(even[:-1] + jitter_s)
    tune = song(bpm * rng.uniform(0.9, 1.1), count=kind)
    heard = play(tune, drummer, start="count-in", leader=Leader.DRUMMER, length_s=float(even[-1]) + 0.5)
    came_in = heard.times(NoticeKind.CAME_IN)
    return came_in[0] - float(even[-1]) if came_in else None


def main() -> int:
    """One line for each kind of count and tempo."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--counts", type=int, default=40, help="of each kind, at each of eight tempi")
    args = parser.parse_args()
    print(f"{'count':<10} {'bpm':>5}  within  missed   SD ms  worst ms")
    for kind in COUNTS:
        good = total = 0
        for bpm in TEMPI_BPM:
            errors = [count_in(float(bpm), kind, seed) for seed in range(args.counts)]
            known = np.array([error for error in errors if error is not None])
            within = int((np.abs(known) <= max(0.020, 0.04 * 60 / bpm)).sum())
            good, total = good + within, total + len(errors)
            spread, worst = (1e3 * known.std(), 1e3 * np.abs(known).max()) if len(known) else (np.nan, np.nan)
            print(
                f"{kind:<10} {bpm:5.0f} {within / len(errors):7.0%} {len(errors) - len(known):7d} {spread:7.1f} {worst:9.1f}",
                flush=True,
            )
        print(f"{kind:<10}   all {good / total:7.1%}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
