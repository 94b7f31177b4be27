"""Does a whole kit play through? Twelve strips, forty effects, another preset every two seconds, on a real JACK server.

    python -m bench.host [--minutes 10] [--blocks 64 32]

The server has the dummy driver at 48 kHz, and a metronome ticks into all twelve inputs; the band plays, the window is open, and
two other processes keep both cores busy. Missed: blocks that JACK flagged to the host as late; in 10,000: what the server
itself says of any client, beside those of JACK's own example client that only copies, on a second server at the same time, and
below whom it names (a client is Triggered until the machine lets it go, then Running); dry: blocks without effects, at a switch
(a quarter of a second from its call on) and otherwise. Beside the rig: the same chains in a sounddevice callback in Python, and
in pedalboard's own AudioStream, where that runs at all. To reach: none missed.
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
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from bench.block_time import PER, copying
from bench.setting.jack_server import JackServer, NoJack
from bench.setting.twelve_strips import INPUTS
from bench.stage import CHECKOUT, start_display

RIG = "from bench.setting.host_at_work import main; main()"
OTHERS = "from bench.setting.others_at_work import main; main()"
LOAD = "while True: sum(range(10_000))"
TICKS_BPM = 480
HOSTS = ("rig", "plain", "pedalboard")
COLUMNS = ("host", "block", "blocks", "missed", "in 10,000", "a copy's", "dry: switch", "otherwise", "switches", "worst, us")


@contextmanager
def loaded() -> Iterator[None]:
    """Every core has something else to do, at a normal priority."""
    loads = [subprocess.Popen([sys.executable, "-c", LOAD]) for _ in range(os.cpu_count() or 1)]
    try:
        yield
    finally:
        for load in loads:
            load.terminate()
            load.wait()


@contextmanager
def ticking(server: JackServer) -> Iterator[None]:
    """A metronome in every input of the rig, or of what PortAudio has opened."""
    metro = shutil.which("jack_metro")
    if metro is None:
        print("(no jack_metro: the inputs are silent)", file=sys.stderr)
        yield
        return
    words = [metro, "-b", str(TICKS_BPM), "-n", "ticks"]
    with subprocess.Popen(words, env=server.environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as ticks:
        while subprocess.run(["jack_lsp", "ticks"], env=server.environ, capture_output=True, check=False).stdout == b"":
            time.sleep(0.05)
        for number in range(INPUTS):
            for plug in (f"live-rig:in_{number + 1}", f"PortAudio:in_{number}"):
                join = ["jack_connect", f"ticks:{TICKS_BPM}_bpm", plug]
                subprocess.run(join, env=server.environ, capture_output=True, check=False)
        yield
        ticks.terminate()


def measure(host: str, block: int, seconds: float) -> dict[str, Any] | str:
    """What was counted in `seconds`, or why it cannot be. Raises NoJack."""
    words = [RIG] if host == "rig" else [OTHERS, host]
    with JackServer(block, inputs=INPUTS) as server, copying(block) as other, tempfile.TemporaryDirectory() as home:
        own = server.environ | {"XDG_RUNTIME_DIR": home, "DISPLAY": os.environ["DISPLAY"]}
        command = [sys.executable, "-c", *words, "--seconds", str(seconds)]
        with subprocess.Popen(command, cwd=CHECKOUT, env=own, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            said = process.stdout.readline().strip()
            if said.startswith("cannot"):
                return said
            if said != "measuring":
                process.wait()
                return f"it did not run: {said} {process.stdout.read()}"
            with ticking(server), loaded():
                before = server.times_late(), other.times_late()
                answer = process.stdout.readline()
                late, copys = server.times_late() - before[0], (other.times_late() - before[1]).total()
        if not answer:
            return f"it ended with {process.returncode}"
        figures: dict[str, Any] = json.loads(answer)
        blocks = figures.get("callbacks") or seconds * server.samplerate_hz / block
        who = ", ".join(f"{name} {times}" for name, times in late.most_common())
        in_10000 = PER * late.total() / blocks
        return figures | {"who": who, "in_10000": in_10000, "copys": PER * copys / blocks, "blocks": blocks, "block": block}


def line(host: str, figures: dict[str, Any]) -> str:
    """One row of the table."""
    dry, at_switch = figures.get("blocks_dry"), figures.get("dry_at_switch")
    worst_ns = figures.get("longest_ns", math.nan)
    row = (
        host,
        figures["block"],
        int(figures["blocks"]),
        figures.get("late", "-"),
        f"{figures['in_10000']:.2f}",
        f"{figures['copys']:.2f}",
        "-" if at_switch is None else int(at_switch),
        "-" if dry is None or at_switch is None else int(dry - at_switch),
        figures.get("switches", "-"),
        "-" if math.isnan(worst_ns) else f"{worst_ns / 1000:.0f}",
    )
    return "".join(f"{cell:>12}" for cell in row)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=0.5)
    parser.add_argument("--blocks", type=int, nargs="+", default=[64, 32])
    parser.add_argument("--hosts", nargs="+", choices=HOSTS, default=HOSTS)
    args = parser.parse_args()
    missed = 0
    with ExitStack() as stack:
        if not os.environ.get("DISPLAY"):
            stack.callback(start_display().terminate)
        print("".join(f"{name:>12}" for name in COLUMNS), flush=True)
        for block in args.blocks:
            try:
                for host in args.hosts:
                    figures = measure(host, block, args.minutes * 60)
                    if isinstance(figures, str):
                        print(f"{host:>12}{block:>12}  {figures}", flush=True)
                        continue
                    print(line(host, figures), flush=True)
                    if host == "rig":
                        missed += int(figures["late"])
                        print(f"{'':>12}{circumstances(figures)}", flush=True)
            except NoJack as why:
                print(f"This bench needs a JACK server: {why}", file=sys.stderr)
                return 1
    return int(missed > 0)


def circumstances(figures: dict[str, Any]) -> str:
    """What else one has to know to judge the rig's row."""
    window = "stood" if figures["window_lives"] else "DIED"
    racks = 100 * figures["racks_cpu_s"] / figures["clock_s"]
    return (
        f"the band lacked {figures['band_frames_missing']:.0f} frames; the window {window}; racks {racks:.0f} % of a core; "
        f"the host took {figures['stolen_ms']:.0f} ms of processor time; late by JACK's own count: {figures['who'] or 'nobody'}"
    )


if __name__ == "__main__":
    sys.exit(main())
