"""How soon is a preset heard that is called at random out of a set of fifty, and what does it cost to have them all ready?

Fifty presets stand ready, each eight effects and a gain of its own. A clock plays blocks of 64 at 48 kHz; presets are called at
random moments; from the level one sees when the new one is there alone, after its crossfade of 10 ms. The clock is
a Python thread: what it comes late by is in the figures. Memory is the sum of what the processes have for themselves, and what
they share counted once (PSS). Run: python -m bench.recall [--recalls 500] [--presets 50]
"""

import argparse
import threading
import time

import numpy as np
import psutil

from cython_core.drums import Drums
from live_rig.rack.preset import Effect, Preset
from live_rig.rack.supervisor import Rack

SAMPLERATE, BLOCK = 48_000, 64
EFFECTS = (
    Effect("PeakFilter", {"cutoff_frequency_hz": 400.0, "gain_db": 0.0}),
    Effect("HighShelfFilter", {"cutoff_frequency_hz": 6000.0, "gain_db": 0.0}),
    Effect("LowShelfFilter", {"cutoff_frequency_hz": 100.0, "gain_db": 0.0}),
    Effect("Compressor", {"threshold_db": 0.0, "ratio": 3.0}),
    Effect("Chorus", {"mix": 0.0}),
    Effect("Delay", {"delay_seconds": 0.2, "mix": 0.0}),
    Effect("Invert"),
    Effect("Invert"),
)


def preset(number: int) -> Preset:
    return Preset(f"p{number}", f"P{number}", "", (*EFFECTS, Effect("Gain", {"gain_db": -0.4 * number})))


def memory_mb(processes: list[psutil.Process]) -> float:
    return sum(process.memory_full_info().pss for process in processes) / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--recalls", type=int, default=500)
    parser.add_argument("--presets", type=int, default=50)
    args = parser.parse_args()
    presets = [preset(number) for number in range(args.presets)]
    drums = Drums(SAMPLERATE, 1, 1024)
    rack = Rack(drums, SAMPLERATE)
    begun_s = time.perf_counter()
    rack.keep(presets)
    while rack.kept_ready < len(presets):
        time.sleep(0.01)
    took_s = time.perf_counter() - begun_s
    print(f"{len(presets)} presets stand ready after {took_s:.1f} s in {len(rack.process_ids)} processes, the spare among them")
    time.sleep(5.0)  # the spare is begun anew
    processes = [psutil.Process(pid) for pid in rack.process_ids]
    here = psutil.Process()
    print(f"memory: racks {memory_mb(processes):.0f} MB, this process {memory_mb([here]):.0f} MB (PSS)")
    before_s = sum(sum(process.cpu_times()[:2]) for process in processes)
    time.sleep(5.0)
    idle_s = sum(sum(process.cpu_times()[:2]) for process in processes) - before_s
    print(f"idle: {100 * idle_s / 5:.2f} % of a core")
    heard: list[tuple[float, float]] = []
    closing = threading.Event()

    def play() -> None:
        tone = np.full((1, BLOCK), 0.5, np.float32)
        due_s, frame = time.perf_counter(), 0
        while not closing.is_set():
            heard.append((time.perf_counter(), float(drums.step(tone, frame)[0, -1])))
            frame += BLOCK
            due_s += BLOCK / SAMPLERATE
            time.sleep(max(0.0, due_s - time.perf_counter()))

    player = threading.Thread(target=play)
    player.start()
    rng, pressed, called_ms = np.random.default_rng(1), list[tuple[float, int]](), list[float]()
    number = -1
    for _ in range(args.recalls):
        time.sleep(rng.uniform(0.1, 0.2))
        number = int(rng.choice([other for other in range(args.presets) if other != number]))
        pressed.append((time.perf_counter(), number))
        rack.load_next(presets[number])
        rack.switch()
        called_ms.append(1000 * (time.perf_counter() - pressed[-1][0]))
    time.sleep(0.3)
    closing.set()
    player.join()
    waits_ms, played_ms = [], []
    for press_s, wanted in pressed:
        level = 0.5 * 10 ** (-0.4 * wanted / 20)
        first = next(block for block, (at_s, _) in enumerate(heard) if at_s > press_s)
        there = next((block for block in range(first, len(heard)) if abs(heard[block][1] / level - 1) < 0.002), len(heard) - 1)
        waits_ms.append(1000 * (heard[there][0] - press_s))
        played_ms.append((there - first + 1) * BLOCK / SAMPLERATE * 1000)
    print(f"press to full sound over {len(waits_ms)} recalls, ms: median {np.median(waits_ms):.1f}, worst {max(waits_ms):.1f}")
    print(f"the same counted in what was played meanwhile: median {np.median(played_ms):.1f}, worst {max(played_ms):.1f}")
    print(f"of it until the switch has been asked for: median {np.median(called_ms):.1f}, worst {max(called_ms):.1f}")
    print(f"clock late by, ms: worst {1000 * max(np.diff([at_s for at_s, _ in heard])) - 1000 * BLOCK / SAMPLERATE:.1f}")
    print(f"over 20 ms: {sum(wait > 20 for wait in waits_ms)}; blocks without effects: {drums.blocks_dry} of {drums.blocks}")
    rack.close()


if __name__ == "__main__":
    main()
