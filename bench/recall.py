"""How soon is a preset heard that is called at random out of a set of fifty, and what does it cost to have them all ready?

Fifty presets stand ready, as files of eight effects and a gain of their own. A native clock plays blocks of 64 at 48 kHz;
presets are called by name at random moments, as a pedal does; from the level one sees when the new one is there alone, after
its crossfade of 10 ms. Beside it, in the same moments: how late the clock itself was, which is the machine's doing. Memory is
the sum of what the processes have for themselves, and what they share counted once (PSS).
Run: python -m bench.recall [--recalls 500] [--presets 50]
"""

import argparse
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import psutil
import pyximport

from bench.rack import run_first, stolen_s
from bench.setting import apart
from cython_core.drums import Drums
from live_rig.priority import run_this_thread_soon
from live_rig.rack.colour import Colour
from live_rig.rack.supervisor import Rack

SAMPLERATE, BLOCK = 48_000, 64
SETTLES_S = 5.0
TO_REACH_MS = 20.0
EFFECTS = (
    ("PeakFilter", "cutoff_frequency_hz = 400.0\ngain_db = 0.0"),
    ("HighShelfFilter", "cutoff_frequency_hz = 6000.0\ngain_db = 0.0"),
    ("LowShelfFilter", "cutoff_frequency_hz = 100.0\ngain_db = 0.0"),
    ("Compressor", "threshold_db = 0.0\nratio = 3.0"),
    ("Chorus", "mix = 0.0"),
    ("Delay", "delay_seconds = 0.2\nmix = 0.0"),
    ("Invert", ""),
    ("Invert", ""),
)
STEP_DB = -0.4  # from one preset to the next


def write_presets(folder: Path, count: int) -> dict[str, Path]:
    """So many, told apart by their level. name -> file."""
    files = {}
    for number in range(count):
        effects = (*EFFECTS, ("Gain", f"gain_db = {STEP_DB * number}"))
        rows = [f'[[effects]]\ntype = "{name}"\n{values}' for name, values in effects]
        files[f"p{number}"] = folder / f"p{number}.toml"
        files[f"p{number}"].write_text("\n".join([f'title = "P{number}"', 'says = "a level"', *rows]) + "\n")
    return files


def memory_mb(processes: list[psutil.Process]) -> float:
    return float(sum(process.memory_full_info().pss for process in processes) / 1e6)


def cpu_s(processes: list[psutil.Process]) -> float:
    return float(sum(sum(process.cpu_times()[:2]) for process in processes))


def describe_set(rack: Rack, took_s: float) -> None:
    """What it costs that all stand ready."""
    time.sleep(SETTLES_S)  # the spare is begun anew
    racks, here = [psutil.Process(pid) for pid in rack.process_ids], [psutil.Process()]
    print(f"{rack.kept_ready} presets stand ready after {took_s:.1f} s in {len(racks)} processes, the spare among them")
    print(f"memory: racks {memory_mb(racks):.0f} MB, this process {memory_mb(here):.0f} MB (PSS)")
    racks_s, here_s = cpu_s(racks), cpu_s(here)
    time.sleep(SETTLES_S)
    idle, watching = (cpu_s(racks) - racks_s) / SETTLES_S, (cpu_s(here) - here_s) / SETTLES_S
    print(f"while they idle: racks {100 * idle:.2f} % of a core, their supervisor {100 * watching:.2f} %")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recalls", type=int, default=500)
    parser.add_argument("--presets", type=int, default=50)
    args = parser.parse_args()
    pyximport.install(language_level=3, setup_args={"include_dirs": [np.get_include()]})
    from bench import paced  # compiled by pyximport when it is first imported

    rng = np.random.default_rng(1)
    gaps_s = rng.uniform(0.1, 0.2, args.recalls)
    blocks = round((gaps_s.sum() + args.recalls * TO_REACH_MS / 1000 + 2.0) * SAMPLERATE / BLOCK)
    heard: list[tuple[np.ndarray, np.ndarray]] = []
    with tempfile.TemporaryDirectory() as folder:
        files = write_presets(Path(folder), args.presets)
        rack = Rack(Drums(SAMPLERATE, 1, 1024), SAMPLERATE)
        colour = Colour(rack, files, Path(folder))
        begun_s = time.perf_counter()
        if faults := colour.keep_ready([]):
            raise SystemExit(faults)
        while rack.kept_ready < args.presets:
            time.sleep(0.01)
        describe_set(rack, time.perf_counter() - begun_s)

        def play() -> None:
            run_first()
            heard.append(paced.play(rack.drums, np.full(2 * BLOCK, 0.5, np.float32), float(SAMPLERATE), BLOCK, blocks))

        player = threading.Thread(target=play)
        stolen_before_s = stolen_s()
        player.start()
        run_this_thread_soon()  # as the engine's
        pressed, called_ms = list[tuple[int, int]](), list[float]()
        number = -1
        for gap_s in gaps_s:
            time.sleep(gap_s)
            number = int(rng.choice([other for other in range(args.presets) if other != number]))
            pressed.append((time.monotonic_ns(), number))
            colour.do("preset", f"p{number}")
            called_ms.append((time.monotonic_ns() - pressed[-1][0]) / 1e6)
        player.join()
        report(*heard[0], pressed, called_ms)
        print(
            f"blocks without effects: {rack.drums.blocks_dry} of {rack.drums.blocks}; the host took "
            f"{1000 * (stolen_s() - stolen_before_s):.0f} ms of processor time meanwhile"
        )
        rack.close()


def report(log: np.ndarray, level: np.ndarray, pressed: list[tuple[int, int]], called_ms: list[float]) -> None:
    """From every press to the end of the first block in which the preset is there alone."""
    ended_ns, late_ms = log[:, 3], log[:, 0] / 1e6
    waits_ms, clock_ms, never = [], [], 0
    ends = [int(np.searchsorted(ended_ns, press_ns)) for press_ns, _ in pressed[1:]] + [len(ended_ns)]
    for (press_ns, wanted), end in zip(pressed, ends, strict=True):
        first = int(np.searchsorted(ended_ns, press_ns))
        is_there = np.abs(level[first:end] / (0.5 * 10 ** (STEP_DB * wanted / 20)) - 1) < 0.002
        if not is_there.any():
            never += 1
            continue
        there = first + int(np.argmax(is_there))
        waits_ms.append((ended_ns[there] - press_ns) / 1e6)
        clock_ms.append(late_ms[first : there + 1].max())
    print(f"not there before the next one was called: {never}")
    waits, clock, called = np.array(waits_ms), np.array(clock_ms), np.array(called_ms)
    on_time = clock < BLOCK / SAMPLERATE * 1000
    print(f"press to full sound, ms, over {len(waits)} recalls: median {np.median(waits):.1f}, worst {waits.max():.1f}")
    quiet = waits[on_time]
    print(f"  where the clock was on time ({len(quiet)}): median {np.median(quiet):.1f}, worst {quiet.max():.1f}")
    print(f"  of it until the switch has been asked for: median {np.median(called):.1f}, worst {called.max():.1f}")
    print(f"  over {TO_REACH_MS:.0f} ms: {(waits > TO_REACH_MS).sum()}, {(quiet > TO_REACH_MS).sum()} of them on time")
    print(f"clock late by, ms: median {np.median(late_ms):.2f}, worst {late_ms.max():.1f}")


if __name__ == "__main__":
    sys.exit(apart("bench.recall"))
