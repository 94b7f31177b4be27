"""Does every block come in time? On a real JACK server, with the window open, a busy Python thread in the engine, and effects.

    python -m bench.block_time [--minutes 10] [--blocks 64 32]

The bundled drummer plays the finale over and over, the band follows him, seven effects colour him. The server has the dummy
driver, at 48 kHz. Missed: blocks that JACK flagged to the engine as late; lates: what the server itself says, and how
many that is of 10,000 blocks, beside those of JACK's own example client that only copies its input: what the machine misses by
itself; dry: blocks without
effects; worst: the longest callback since the engine started, beside the time a block lasts. To reach: none missed at 64
frames, fewer than one in ten thousand at 32.
"""

import argparse
import json
import math
import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from typing import Any

from bench.setting import RIG_AT_WORK
from bench.setting.jack_server import JackServer, NoJack
from bench.stage import CHECKOUT, start_display

MAY_MISS = {64: 0.0, 32: 1e-4}  # of all blocks
SETTLES_S = 2.0
COPY_S = 60.0  # at most, for the client that only copies
PER = 10_000  # blocks
COLUMNS = (
    "block",
    "blocks",
    "missed",
    "lates",
    "in 10,000",
    "a copy's",
    "dry",
    "over budget",
    "worst, us",
    "of a block",
    "mean, us",
)


def measure(block: int, seconds: float) -> dict[str, Any]:
    """What one server's clients counted in `seconds`. Raises NoJack."""
    with JackServer(block) as server, tempfile.TemporaryDirectory() as home:
        own = server.environ | {"XDG_RUNTIME_DIR": home, "DISPLAY": os.environ["DISPLAY"]}
        words = [sys.executable, "-c", RIG_AT_WORK, "--device", "system", "--seconds", str(seconds), "--busy"]
        with subprocess.Popen(words, cwd=CHECKOUT, env=own, stdout=subprocess.PIPE, text=True) as rig:
            said = rig.stdout.readline() if rig.stdout else ""
            late_before = server.times_late()
            answer = rig.stdout.read() if rig.stdout else ""
            late = server.times_late() - late_before
        if said != "measuring\n" or rig.returncode:
            sys.exit(f"The rig did not run: {said}{answer}\n{server.said()}")
        figures: dict[str, Any] = json.loads(answer)
        return figures | {"server_late": late, "is_realtime": server.is_realtime, "block": block}


def copying_alone(block: int, seconds: float) -> float:
    """The share of blocks for which a server says that it, or a client that only copies, was late; NaN: no such client."""
    copier = shutil.which("jack_simple_client")
    if copier is None:
        return math.nan
    with JackServer(block) as server:
        words = [copier, "copy", server.name]
        with subprocess.Popen(words, env=server.environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as client:
            time.sleep(SETTLES_S)
            late_before = server.times_late()
            time.sleep(seconds)
            late = server.times_late() - late_before
            client.terminate()
        return late / (seconds * server.samplerate_hz / block)


def line(figures: dict[str, Any]) -> str:
    """One row of the table."""
    block_us = figures["block"] / 48_000 * 1e6
    worst_us = figures["longest_ns"] / 1000
    row = (
        figures["block"],
        int(figures["callbacks"]),
        int(figures["late"]),
        figures["server_late"],
        f"{PER * figures['server_late'] / figures['callbacks']:.2f}",
        f"{PER * figures['copy_late']:.2f}",
        int(figures["blocks_dry"]),
        int(figures["over_budget"]),
        f"{worst_us:.0f}",
        f"{worst_us / block_us:.0%}",
        f"{figures['total_ns'] / figures['callbacks'] / 1000:.1f}",
    )
    return "".join(f"{cell:>13}" for cell in row)


def circumstances(figures: dict[str, Any]) -> str:
    """What else one has to know to judge a row."""
    window = "stood" if figures["window_lives"] else "DIED"
    priority = "in real time" if figures["is_realtime"] else "WITHOUT real time"
    return (
        f"the band played {figures['band_share']:.0%} of the time and lacked {figures['band_frames_missing']:.0f} frames; the "
        f"window {window}; the server ran {priority}; the host took {figures['stolen_ms']:.0f} ms of processor time"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=1 / 3)
    parser.add_argument("--blocks", type=int, nargs="+", default=[64, 32])
    args = parser.parse_args()
    missed_too_many = False
    with ExitStack() as stack:
        if not os.environ.get("DISPLAY"):
            stack.callback(start_display().terminate)
        print("".join(f"{name:>13}" for name in COLUMNS), flush=True)
        for block in args.blocks:
            try:
                figures = measure(block, args.minutes * 60) | {
                    "copy_late": copying_alone(block, min(args.minutes * 60, COPY_S))
                }
            except NoJack as why:
                print(f"This bench needs a JACK server: {why}", file=sys.stderr)
                return 1
            print(line(figures), flush=True)
            missed_too_many |= figures["late"] > MAY_MISS.get(block, 0.0) * figures["callbacks"]
            print(f"{'':>13}{circumstances(figures)}", flush=True)
    return int(missed_too_many)


if __name__ == "__main__":
    sys.exit(main())
