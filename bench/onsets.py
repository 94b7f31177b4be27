"""What hearing costs: the detector's share of a core at each rate, and its dearest tick.

    python bench/onsets.py [FILE.wav|.flac]

Without a file it hears noise bursts. A tick is 32 frames. The times of single ticks include the call from Python, shown beside.
"""

import sys
import time

import numpy as np
import soundfile
import soxr

from cython_core.onsets import Onsets

LENGTH_S = 20


def sound_at(rate: int, path: str | None) -> np.ndarray:
    if path:
        sound, own_rate = soundfile.read(path, dtype="float32", always_2d=True)
        return soxr.resample(sound.mean(axis=1), own_rate, rate).astype(np.float32)[: LENGTH_S * rate]
    bursts = np.random.default_rng(1).standard_normal((LENGTH_S * 4, rate // 4)) * np.exp(-np.arange(rate // 4) / rate / 0.03)
    return bursts.ravel().astype(np.float32) * np.float32(0.1)


def main() -> None:
    path = sys.argv[1] if len(sys.argv) > 1 else None
    print("    rate   of a core   tick us: budget  median   99 %    99.9 %   an empty call")
    for rate in (44_100, 48_000, 96_000, 192_000):
        sound = sound_at(rate, path)
        Onsets(rate).feed(sound[:rate])
        began = time.perf_counter()
        Onsets(rate).feed(sound)
        share = (time.perf_counter() - began) / (len(sound) / rate)
        detector, ticks = Onsets(rate), [sound[at : at + 32] for at in range(0, len(sound) - 31, 32)]
        took_us, empty_us = [], []
        for tick in ticks:
            began = time.perf_counter()
            detector.feed(tick)
            took_us.append((time.perf_counter() - began) * 1e6)
        for _ in range(10_000):
            began = time.perf_counter()
            detector.feed(sound[:0])
            empty_us.append((time.perf_counter() - began) * 1e6)
        median, most, nearly_all = np.percentile(took_us, [50, 99, 99.9])
        times = f"{32 / rate * 1e6:15.0f} {median:8.1f} {most:8.1f} {nearly_all:8.1f} {np.median(empty_us):12.1f}"
        print(f"{rate:8d} {share:10.2%} {times}")


if __name__ == "__main__":
    main()
