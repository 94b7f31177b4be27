"""Does the sound go on while a plugin's window is open, and its parameters are moved a thousand times a second?

A clock plays blocks of 64 at 48 kHz into a real rack, first with the window shut, then with it open; in the window of a plugin
built for it a hand moves the gain 17 times whenever the host lets it, sixty times a second. Dry: blocks without effects, and of
them those for which the clock itself was on time; moved: how often a block was at another gain than the one before. Needs
Linux, Xvfb or a display, g++, Debian's dpf-source and the headers of X11 and OpenGL.
Run: python -m bench.window [--seconds 30]
"""

import argparse
import os
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import pyximport

from bench.rack import run_first, stolen_s
from bench.setting import apart
from bench.setting.faulty_plugin import build, can_build_windows
from bench.stage import start_display
from live_rig.rack.preset_reader import read_preset
from live_rig.rack.supervisor import Rack

SAMPLERATE, BLOCK = 48_000, 64
MOVES = 17  # sixty times a second
OPENS_S = 3.0


def measure(rack: Rack, seconds: float) -> str:
    """One row."""
    from bench import paced  # compiled by pyximport when it is first imported

    heard: list[tuple[np.ndarray, np.ndarray]] = []

    def play() -> None:
        run_first()
        level = np.full(2 * BLOCK, 0.5, np.float32)
        heard.append(paced.play(rack.drums, level, float(SAMPLERATE), BLOCK, round(seconds * SAMPLERATE / BLOCK)))

    before_s = stolen_s()
    player = threading.Thread(target=play)
    player.start()
    player.join()
    log, last = heard[0]
    late = log[:, 0] > BLOCK / SAMPLERATE * 1e9 / 2
    late |= np.roll(late, 1)
    dry, moved = log[:, 2] > 0, np.count_nonzero(np.diff(last[~(log[:, 2] > 0)]))
    cells = (len(log), dry.sum(), (dry & ~late).sum(), late.sum(), moved, round(1000 * (stolen_s() - before_s)))
    return "".join(f"{cell:>14}" for cell in cells)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=30.0)
    args = parser.parse_args()
    if not can_build_windows():
        print("This bench builds a plugin with a window: see its --help for what it needs", file=sys.stderr)
        return 1
    display = None if os.environ.get("DISPLAY") else start_display()
    pyximport.install(language_level=3, setup_args={"include_dirs": [np.get_include()]})
    with tempfile.TemporaryDirectory() as name:
        plugin = build(Path(name), moves=MOVES)
        file = Path(name) / "moved.toml"
        file.write_text(f'title = "Moved"\n[[effects]]\ntype = "VST3"\npath = "{plugin}"\n')
        rack = Rack.start(read_preset(file), SAMPLERATE, 1, 1024)
        while rack.preset is None:
            time.sleep(0.01)
        print(
            "".join(f"{head:>14}" for head in ("window", "blocks", "dry", "dry, on time", "clock late", "moved", "stolen, ms"))
        )
        print(f"{'shut':>14}{measure(rack, args.seconds)}", flush=True)
        rack.show_window(f"master.{plugin.stem}")
        measure(rack, OPENS_S)  # it opens
        print(f"{'open':>14}{measure(rack, args.seconds)}", flush=True)
        for words in rack.alerts():
            print(words)
        rack.close()
    if display:
        display.terminate()
    return 0


if __name__ == "__main__":
    sys.exit(apart("bench.window"))
