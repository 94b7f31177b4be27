"""Does every block come in time? On a real JACK server, with the window open, a busy Python thread in the engine, and effects.

    python -m bench.block_time [--minutes 10] [--blocks 64 32]

The bundled drummer plays the finale over and over, the band follows him, seven effects colour him. The server has the dummy
driver, at 48 kHz. Missed: blocks that JACK flagged to the engine as late; lates: what the server itself says, and how many
that is of 10,000 blocks, beside those of JACK's own example client that only copies its input, on a second server at the same
time: what this machine misses under this load by itself; dry: blocks without effects; worst: the longest callback since the
engine started, beside the time a block lasts. To reach: none missed at 64 frames, fewer than one in ten thousand at 32.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from bench.setting import RIG_AT_WORK
from bench.setting.jack_server import JackServer, NoJack
from bench.stage import CHECKOUT, start_display

MAY_MISS = {64: 0.0, 32: 1e-4}  # of all blocks
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
    """What the rig's server and its client counted in `seconds`, and a copying client's beside it. Raises NoJack."""
    with JackServer(block) as server, copying(block) as other, tempfile.TemporaryDirectory() as home:
        own = server.environ | {"XDG_RUNTIME_DIR": home, "DISPLAY": os.environ["DISPLAY"]}
        words = [sys.executable, "-c", RIG_AT_WORK, "--device", "system", "--seconds", str(seconds), "--busy"]
        with subprocess.Popen(words, cwd=CHECKOUT, env=own, stdout=subprocess.PIPE, text=True) as rig:
            said = rig.stdout.readline() if rig.stdout else ""
            before = server.times_late(), other.times_late()
            answer = rig.stdout.read() if rig.stdout else ""
            late, copy_late = ((now.times_late() - then).total() for now, then in zip((server, other), before, strict=True))
        if said != "measuring\n" or rig.returncode:
            sys.exit(f"The rig did not run: {said}{answer}\n{server.said()}")
        figures: dict[str, Any] = json.loads(answer)
        return figures | {"server_late": late, "copy_late": copy_late, "is_realtime": server.is_realtime, "block": block}


@contextmanager
def copying(block: int) -> Iterator[JackServer]:
    """A server with one client, which only copies its input. Raises NoJack, also where there is no such client."""
    copier = shutil.which("jack_simple_client")
    if copier is None:
        raise NoJack("jack_simple_client is not installed (Debian: apt install jackd2)")
    with JackServer(block) as server:
        words = [copier, "copy", server.name]
        with subprocess.Popen(words, env=server.environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as client:
            yield server
            client.terminate()


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
        f"{PER * figures['copy_late'] / figures['callbacks']:.2f}",
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
                figures = measure(block, args.minutes * 60)
            except NoJack as why:
                print(f"This bench needs a JACK server: {why}", file=sys.stderr)
                return 1
            print(line(figures), flush=True)
            missed_too_many |= figures["late"] > MAY_MISS.get(block, 0.0) * figures["callbacks"]
            print(f"{'':>13}{circumstances(figures)}", flush=True)
    return int(missed_too_many)


if __name__ == "__main__":
    sys.exit(main())
