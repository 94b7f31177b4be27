"""What following costs: the mean and the worst tick, beside the time a tick lasts, and the memory it takes.

    python bench/following.py [SECONDS]

A groove as loose as a person's, made from a few lines, is followed told and blind, in 4/4 and in a bar of twelve. Each tick
is timed from Python in processor time, so that other programs do not count; the call adds a microsecond or two.
"""

import gc
import resource
import sys
import time

import numpy as np

from cython_core.follower import Follower
from cython_core.onsets import ONSET, Look

SAMPLERATE_HZ = 48_000
TICK = 32
WARM_UP_TICKS = 500


def groove(seconds: float, bpm: float) -> np.ndarray:
    """Kick, snare and eighths on the hi-hat, 8 ms loose, (n,) of ONSET in the order they were told, 8 ms after each stroke."""
    chance = np.random.default_rng(2)
    rows = []
    for eighth in range(int((seconds - 1) * bpm / 30)):
        kinds = [(0, 0, 1)] + ([(1, 0, 0)] if eighth % 4 == 0 else [(0, 1, 0)] if eighth % 4 == 2 else [])
        for kind in kinds:
            frame = (0.5 + eighth * 30 / bpm + chance.normal(0, 0.008)) * SAMPLERATE_HZ
            rows.append((frame, chance.uniform(0.3, 0.9), *kind, round(frame + 0.008 * SAMPLERATE_HZ), Look.ONLY))
    return np.array(sorted(rows), ONSET)


def tick_times_s(follower: Follower, onsets: np.ndarray, seconds: float) -> np.ndarray:
    """How long each tick took."""
    took, at = [], 0
    nothing = onsets[:0]
    for tick in range(int(seconds * SAMPLERATE_HZ / TICK)):
        first = at
        while at < len(onsets) and onsets["told_frame"][at] < (tick + 1) * TICK:
            at += 1
        told = onsets[first:at] if at > first else nothing
        began = time.thread_time()
        follower.tick(told, TICK)
        took.append(time.thread_time() - began)
    return np.array(took[WARM_UP_TICKS:])


def main() -> None:
    """Print one line for each way of following."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 30.0
    lasts_us = 1e6 * TICK / SAMPLERATE_HZ
    print(f"a tick lasts {lasts_us:.0f} us; us a tick: mean, 99.9th percentile, worst; share of one core")
    gc.disable()
    for name, bpm, told in (
        ("told 120, 4/4", 120, (120, 4)),
        ("told 330, 4/4", 330, (330, 4)),
        ("told 50, 4/4", 50, (50, 4)),
        ("told 120, 12/4", 120, (120, 12)),
        ("blind", 120, (None, None)),
    ):
        took_us = 1e6 * tick_times_s(Follower(SAMPLERATE_HZ, *told), groove(seconds, bpm), seconds)
        print(
            f"{name:16} {took_us.mean():6.1f} {np.percentile(took_us, 99.9):6.1f} {took_us.max():7.1f}"
            f"   {took_us.mean() / lasts_us:6.2%}"
        )
    print(f"memory of this process at its peak: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
