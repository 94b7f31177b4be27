"""How much memory do all processes of a stage take at their peak: engine, racks, window?

    python -m bench.memory [--seconds 40]

The bundled show with its window, on the virtual device; while the finale plays, presets are switched, so that two racks and a
spare stand at once. Twenty times a second the proportional set sizes (PSS: shared pages count once) of the engine and all its
children are added up; where the system has no PSS, the resident sizes, which count such pages several times. To reach: under
600 MB.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack

import psutil

from bench.setting import RIG_AT_WORK
from bench.stage import CHECKOUT, start_display

TO_REACH_MB = 600.0
LOOK_EVERY_S = 0.05


def memory_mb(process: psutil.Process) -> float:
    """What one process adds, in MB; 0 when it has gone."""
    try:
        info = process.memory_full_info()
    except psutil.Error:
        return 0.0
    return float(getattr(info, "pss", info.rss)) / 1e6


def kind(process: psutil.Process) -> str:
    """What it is for, from its command line."""
    try:
        words = " ".join(process.cmdline())
    except psutil.Error:
        return "gone"
    named = {"ui.stage": "window", "spawn_main": "racks", "rig_at_work": "engine"}
    return next((name for sign, name in named.items() if sign in words), "else")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=40.0)
    args = parser.parse_args()
    peak: dict[str, float] = {}
    with ExitStack() as stack:
        if not os.environ.get("DISPLAY"):
            stack.callback(start_display().terminate)
        home = stack.enter_context(tempfile.TemporaryDirectory())
        words = [sys.executable, "-c", RIG_AT_WORK, "--seconds", str(args.seconds), "--switch-presets"]
        own = os.environ | {"XDG_RUNTIME_DIR": home}
        rig = stack.enter_context(subprocess.Popen(words, cwd=CHECKOUT, env=own, stdout=subprocess.DEVNULL))
        engine = psutil.Process(rig.pid)
        while rig.poll() is None:
            now: dict[str, float] = {}
            for process in [engine, *engine.children(recursive=True)]:
                now[kind(process)] = now.get(kind(process), 0.0) + memory_mb(process)
            if sum(now.values()) > sum(peak.values()):
                peak = now
            time.sleep(LOOK_EVERY_S)
    if rig.returncode:
        sys.exit("The rig did not run to its end")
    parts = ", ".join(f"{name} {mb:.0f}" for name, mb in sorted(peak.items(), key=lambda part: -part[1]))
    print(f"{sum(peak.values()):.0f} MB at the peak, to reach {TO_REACH_MB:.0f}: {parts}")
    return int(sum(peak.values()) >= TO_REACH_MB)


if __name__ == "__main__":
    sys.exit(main())
