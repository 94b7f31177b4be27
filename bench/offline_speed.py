"""How much faster than real time do `render` and `follow` run, on one core?

    python -m bench.offline_speed

Both as whole commands, from start to files written, on one processor: the finale with its six stems and seven effects, and its
drums alone. Against the processor's time, and against the clock. To reach: 5 times for `render`, 30 for `follow`.
"""

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import soundfile

from bench.rack import SEVEN
from bench.setting import LIVE_RIG
from live_rig.band.stems import open_stems
from live_rig.paths import cache_dir, examples_dir
from live_rig.rack.preset import Preset
from live_rig.show.store import read_show

CHECKOUT = Path(__file__).parents[1]
FESTIVAL = examples_dir() / "festival"
TO_REACH = {"render": 5.0, "follow": 30.0}


def as_toml(preset: Preset) -> str:
    """A preset of built-in effects, as its file would say it."""
    effects = ["\n".join([f'[[effects]]\ntype = "{one.type}"', *(f"{key} = {value}" for key, value in one.values.items())])
               for one in preset.effects]  # fmt: skip
    return "\n\n".join([f'title = "{preset.title}"\nsays = "for a bench"', *effects]) + "\n"


def on_one_core(words: list[str]) -> tuple[float, float]:
    """(processor s, clock s) of one command on one processor of this machine."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    before, begun_s = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run([sys.executable, "-c", LIVE_RIG, *words], cwd=CHECKOUT, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, time.monotonic() - begun_s


def main() -> int:
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    drums, script = FESTIVAL / "drummer" / "audio.flac", FESTIVAL / "drummer" / "script.csv"
    length_s = soundfile.info(drums).duration
    open_stems(read_show(FESTIVAL).songs[0], 48_000, cache_dir())  # once in a machine's life; not measured
    slow = False
    with tempfile.TemporaryDirectory() as home:
        show = Path(home) / "show"
        shutil.copytree(FESTIVAL, show)
        (show / "presets").mkdir(exist_ok=True)
        (show / "presets" / "seven.toml").write_text(as_toml(SEVEN), encoding="utf-8")
        commands = {
            "render": [
                *("render", str(show), "--song", "salt-road", "--drums", str(drums), "--script", str(script)),
                *("--preset", "seven", "--out", f"{home}/out"),
            ],
            "follow": ["follow", str(drums), "--tempo", "330", "--meter", "4/4", "--out", f"{home}/beats.csv"],
        }
        for name, words in commands.items():
            processor_s, clock_s = on_one_core(words)
            faster = length_s / processor_s
            print(
                f"{name}: {length_s:.0f} s in {processor_s:.1f} s of the processor ({clock_s:.1f} s by the clock): "
                f"{faster:.1f} times real time, to reach {TO_REACH[name]:.0f}",
                flush=True,
            )
            slow |= faster < TO_REACH[name]
    return int(slow)


if __name__ == "__main__":
    sys.exit(main())
