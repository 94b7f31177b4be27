"""What hearing costs: the detector's share of a core at each rate, and its dearest tick.

    python bench/onsets.py [FILE.wav|.flac]

Without a file it hears noise bursts. A tick is 32 frames. The times of single ticks include the call from Python, shown beside.
At the end: eight lines at 48 kHz, with the band known, in processor time.
"""

import argparse
import time

import numpy as np
import soundfile
import soxr

from cython_core.input_lines import Lines
from cython_core.onsets import Onsets

EIGHT = ("kick", "kick", "snare", "snare", "tom", "hat", "overhead", "overhead")
LENGTH_S = 20


def sound_at(rate: int, path: str | None) -> np.ndarray:
    if path:
        sound, own_rate = soundfile.read(path, dtype="float32", always_2d=True)
        return np.asarray(soxr.resample(sound.mean(axis=1), own_rate, rate), np.float32)[: LENGTH_S * rate]
    bursts = np.random.default_rng(1).standard_normal((LENGTH_S * 4, rate // 4)) * np.exp(-np.arange(rate // 4) / rate / 0.03)
    return bursts.ravel().astype(np.float32) * np.float32(0.1)


def recording(path: str) -> str:
    """For argparse: the path of a recording that can be read."""
    try:
        soundfile.info(path)
    except soundfile.SoundFileError as error:
        raise argparse.ArgumentTypeError(f"{path} cannot be read: {error}") from None
    return path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", type=recording, metavar="FILE", help="a recording; without one, noise bursts")
    path = parser.parse_args().file
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
    eight_lines(sound_at(48_000, path))


def eight_lines(sound: np.ndarray) -> None:
    """The same for eight microphones, each with its own onsets, and the band taken into account."""
    ears, took_us, empty_us = Lines(48_000, EIGHT), [], []
    lines = np.ascontiguousarray(np.stack([np.roll(sound, 100 * line) for line in range(8)]))
    ticks = [np.ascontiguousarray(lines[:, at : at + 32]) for at in range(0, len(sound) - 31, 32)]
    band = np.ascontiguousarray(np.roll(sound, 9000))
    for number, tick in enumerate(ticks):
        began = time.thread_time()
        ears.feed(tick, None, band[number * 32 : number * 32 + 32], 0.01)
        took_us.append((time.thread_time() - began) * 1e6)
    for _ in range(10_000):
        began = time.thread_time()
        ears.feed(tick[:, :0], None, band[:0], 0.01)
        empty_us.append((time.thread_time() - began) * 1e6)
    mean, median, nearly_all, worst = np.mean(took_us), *np.percentile(took_us, [50, 99.9, 100])
    print(
        f"eight lines, 48 kHz: a tenth of a tick is 67 us; mean {mean:.1f}, median {median:.1f}, 99.9 % {nearly_all:.1f},"
        f" worst {worst:.1f}; an empty call {np.median(empty_us):.1f}"
    )


if __name__ == "__main__":
    main()
