"""How often are the drums without effects, and what does the rack cost the callback?

A clock calls `drums_step` at 48 kHz without the GIL, as an audio server would, while another thread of the same process is
busy in Python. The rack, seven effects in a process of its own, has to return each block before the next. A block that begins
more than a block late is the clock's own fault: two blocks then come at once, and nobody can answer in between; those are
counted apart. Run: python -m bench.rack [--seconds 60] [--blocks 64 32]
"""

import argparse
import os
import threading
import time
from pathlib import Path

import numpy as np
import pyximport

from cython_core.drums import Drums
from live_rig.rack.preset import Effect, Preset
from live_rig.rack.supervisor import Rack

SAMPLERATE = 48_000
COLUMNS = (
    "block",
    "effects",
    "blocks",
    "dry",
    "dry in time",
    "clock late",
    "rack late",
    "rack skipped",
    "step, us",
    "longest, us",
    "clock by, us",
    "stolen, ms",
)
SEVEN = Preset(
    "seven",
    "Seven effects",
    "",
    (
        Effect("HighpassFilter", {"cutoff_frequency_hz": 40.0}),
        Effect("PeakFilter", {"cutoff_frequency_hz": 400.0, "gain_db": -3.0}),
        Effect("HighShelfFilter", {"cutoff_frequency_hz": 6000.0, "gain_db": 2.0}),
        Effect("Compressor", {"threshold_db": -20.0, "ratio": 3.0}),
        Effect("Chorus", {"mix": 0.2}),
        Effect("Delay", {"delay_seconds": 0.2, "mix": 0.2}),
        Effect("Reverb", {"wet_level": 0.2}),
    ),
)

NONE = Preset("none", "No effects", "", ())  # a rack all the same: what the machine itself costs


def busy(stop: threading.Event) -> None:
    """Python that never lets go of the GIL by itself."""
    while not stop.is_set():
        sum(range(1000))


def run_first() -> None:
    """Ask for what a sound server's client has: to run before everything normal."""
    if hasattr(os, "SCHED_FIFO"):
        try:
            os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(20))
        except OSError:
            print("(the clock's thread has no real-time priority here)")


def stolen_s() -> float:
    """Seconds of processor time that a host has taken from this virtual machine so far; 0 where nobody counts them."""
    stat = Path("/proc/stat")
    return int(stat.read_text().split()[8]) / os.sysconf("SC_CLK_TCK") if stat.exists() else 0.0


def strokes() -> np.ndarray:
    """Ten seconds of decaying noise, ten strokes a second."""
    frames = np.arange(10 * SAMPLERATE)
    noise = np.random.default_rng(1).standard_normal(len(frames))
    return (noise * np.exp(-(frames % 4800) / 800) * 0.2).astype(np.float32)


def run(preset: Preset, block: int, seconds: float) -> str:
    """One line of figures for one preset and block size."""
    from bench import paced  # compiled by pyximport when it is first imported

    drums = Drums(SAMPLERATE, 1, 1024)
    rack = Rack(drums, SAMPLERATE)
    rack.load_next(preset)
    while not rack.next_is_ready:
        time.sleep(0.01)
    rack.switch()
    stop = threading.Event()
    threading.Thread(target=busy, args=(stop,), daemon=True).start()
    log: list[np.ndarray] = []

    def play() -> None:
        run_first()
        log.append(paced.play(drums, strokes(), float(SAMPLERATE), block, int(seconds * SAMPLERATE / block))[0])

    stolen_before_s = stolen_s()
    player = threading.Thread(target=play)
    player.start()
    player.join()
    stop.set()
    counts = rack.counts
    rack.close()
    if counts is None:
        raise SystemExit("The rack was lost while it was measured")
    late_ns, took_ns, dry, _ = log[0].T
    period_ns = block / SAMPLERATE * 1e9
    rushed = late_ns > period_ns / 2
    rushed |= np.roll(rushed, 1)
    figures = (
        block,
        len(preset.effects),
        len(dry),
        dry.sum(),
        dry[~rushed].sum(),
        rushed.sum(),
        counts.late,
        counts.skipped_frames // block,
    )
    times_us = (np.median(took_ns) / 1000, took_ns.max() / 1000, late_ns.max() / 1000, 1000 * (stolen_s() - stolen_before_s))
    return "".join(f"{int(figure):>13}" for figure in figures) + "".join(f"{time_us:>13.1f}" for time_us in times_us)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--blocks", type=int, nargs="+", default=[64, 32])
    args = parser.parse_args()
    pyximport.install(language_level=3, setup_args={"include_dirs": [np.get_include()]})
    print("".join(f"{name:>13}" for name in COLUMNS))
    for block in args.blocks:
        for preset in (SEVEN, NONE):
            print(run(preset, block, args.seconds), flush=True)


if __name__ == "__main__":
    main()
