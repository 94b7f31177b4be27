"""What hearing and following cost: the worst tick with eight lines, and processor time beside aubio's and madmom's.

    python -m bench.following [--seconds 20] [--every 7] [--print]

**Ticks.** The bundled drummer at his fastest goes into one line and into eight at once, so that all hear every stroke, from
the first on: the worst that can come; and a band plays, which the rig looks for in all of them. Each tick (32 frames at 48 kHz)
is timed in processor time, less what the call from Python takes; a tick counts as the quickest of five runs of the very same
work, so the worst one is the rig's own and not the machine's. A tenth of a block is to be enough.

**Beside others.** Every EVERYth take of the corpus, from file to beats, in processor time per second of sound, all in one run:
`live-rig follow`, and what is installed of aubio (default beat tracker) and madmom (online: recurrent networks, a forward
filter).
The tables go into docs/following-scores.md.
"""

import argparse
import gc
import importlib.util
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import psutil
import soundfile
import soxr
from numpy.typing import NDArray

from bench.setting.bleed import WAY_S, band
from bench.setting.corpus import CHECKOUT, CORPUS, meta, takes
from bench.setting.page import add_print_option, publish, table
from cython_core.follower import Follower
from cython_core.input_lines import Lines
from cython_core.onsets import ONSET
from live_rig.commands.follow import follow
from live_rig.following.recording import open_recording

RATE_HZ, TICK, BLOCK_TICKS = 48_000, 32, 2
LASTS_US = 1e6 * TICK / RATE_HZ
RUNS = 5
FASTEST_FROM_S = 30.0  # in the bundled drummer's performance
KIT = ("mix", "kick", "snare", "tom", "tom", "hat", "overhead", "overhead")
NOBODY = np.empty(0, ONSET)


def drummer(seconds: float) -> np.ndarray:
    """The bundled drummer, mono float32."""
    sound, rate = soundfile.read(CHECKOUT / "examples" / "festival" / "drummer" / "audio.flac", always_2d=True, dtype="float32")
    part = sound[int(FASTEST_FROM_S * rate) : int((FASTEST_FROM_S + seconds) * rate)].mean(axis=1)
    return np.asarray(soxr.resample(part, rate, RATE_HZ), np.float32)


def timed_us(work: Callable[[], object]) -> float:
    """In processor time."""
    began = time.thread_time_ns()
    work()
    return (time.thread_time_ns() - began) / 1000


def calls_us(lines: int) -> float:
    """What calling the ears and the follower takes by itself."""
    ears, follower, nothing = Lines(RATE_HZ, KIT[:lines]), Follower(RATE_HZ, 120, 4), np.empty((lines, 0), np.float32)
    return float(np.median([timed_us(lambda: ears.feed(nothing)) for _ in range(999)])) + min(
        timed_us(lambda: follower.tick(NOBODY, TICK)) for _ in range(999)
    )


def run_us(sound: np.ndarray, lines: int, told: tuple[float | None, int | None]) -> Iterator[float]:
    """How long each tick took, ears and follower."""
    ears, follower = Lines(RATE_HZ, KIT[:lines]), Follower(RATE_HZ, *told)
    loud = np.linspace(1.0, 0.3, lines, dtype=np.float32)[:, None]
    tune = np.resize(band(RATE_HZ), len(sound))
    follower.tick(ears.feed(0 * loud * sound[None, :TICK]), TICK)  # what has just been made is nowhere near the processor yet

    def tick() -> None:
        follower.tick(ears.feed(heard, None, played, WAY_S), TICK)

    for at in range(0, len(sound) - TICK, TICK):
        heard, played = loud * sound[None, at : at + TICK], tune[at : at + TICK]
        yield timed_us(tick)


def ticks_us(sound: np.ndarray, lines: int, told: tuple[float | None, int | None]) -> NDArray[np.float64]:
    """Each tick, the quickest of all runs."""
    quickest_us: NDArray[np.float64] = np.array([list(run_us(sound, lines, told)) for _ in range(RUNS)]).min(axis=0)
    return np.maximum(quickest_us - calls_us(lines), 0)


def memory_mb(sound: np.ndarray) -> float:
    """What ears with eight lines and a follower take, once they have heard it."""
    process = psutil.Process()
    gc.collect()
    before = process.memory_info().rss
    ears, follower = Lines(RATE_HZ, KIT), Follower(RATE_HZ)
    for at in range(0, len(sound) - TICK, TICK):
        follower.tick(ears.feed(np.repeat(sound[None, at : at + TICK], len(KIT), axis=0)), TICK)
    return float((process.memory_info().rss - before) / 2**20)


def tick_rows(seconds: float) -> Iterator[list[str]]:
    """A row for each way."""
    sound = drummer(seconds)
    for name, lines, told in (
        ("one line, told 320 bpm", 1, (320, 4)),
        ("one line, told nothing", 1, (None, None)),
        ("eight lines, told 320 bpm", 8, (320, 4)),
        ("eight lines, told nothing", 8, (None, None)),
    ):
        us = ticks_us(sound, lines, told)
        blocks_us = us[: len(us) // BLOCK_TICKS * BLOCK_TICKS].reshape(-1, BLOCK_TICKS).sum(axis=1)
        shares = [
            f"{us.mean() / LASTS_US:.1%}",
            f"{us.max() / LASTS_US:.1%}",
            f"{blocks_us.max() / LASTS_US / BLOCK_TICKS:.1%}",
        ]
        yield [name, f"{us.mean():.0f}", f"{np.percentile(us, 99.9):.0f}", f"{us.max():.0f}", f"{blocks_us.max():.0f}", *shares]


# ------------------------------------------------------------------------------------------------ beside others


def by_live_rig(take: Path) -> None:
    known = meta(take)
    list(follow(open_recording(take / "audio.flac"), known["nominal_bpm"], known["beats_per_bar"], 0.02))


def by_aubio(take: Path) -> None:
    import aubio

    source = aubio.source(str(take / "audio.flac"), 0, 512)
    tempo = aubio.tempo("default", 1024, 512, source.samplerate)
    while True:
        samples, read = source()
        tempo(samples)
        if read < 512:
            return


def by_madmom(take: Path) -> None:
    from madmom.features.beats import DBNBeatTrackingProcessor, RNNBeatProcessor

    DBNBeatTrackingProcessor(fps=100, online=True)(RNNBeatProcessor(online=True)(str(take / "audio.flac")))


FOLLOWERS: dict[str, Callable[[Path], None]] = {"live_rig": by_live_rig, "aubio": by_aubio, "madmom": by_madmom}


def beside_rows(every: int) -> Iterator[list[str]]:
    """Each follower that is installed: processor time per second of sound, on the same takes."""
    heard = takes(every)
    length_s = sum(meta(take)["duration_s"] for take in heard)
    for name, by in FOLLOWERS.items():
        if importlib.util.find_spec(name) is None:
            continue
        by(heard[0])  # what it loads once is not counted
        began = time.process_time()
        for take in heard:
            by(take)
        yield [name, f"{(time.process_time() - began) / length_s:.2%}"]


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--every", type=int, default=7)
    add_print_option(parser)
    options = parser.parse_args()
    gc.disable()
    head = [
        "ears and follower",
        "us a tick, mean",
        "99.9 %",
        "worst",
        "worst two (64 frames)",
        "mean, of its time",
        "worst",
        "worst 64 frames",
    ]
    takes_mb = memory_mb(drummer(options.seconds))
    parts = [f"A tick lasts {LASTS_US:.0f} us.", table(head, tick_rows(options.seconds))]
    gc.enable()
    parts.append(f"Ears with eight lines and the follower take {takes_mb:.0f} MB of memory.")
    if (CORPUS / "index.csv").exists():
        parts.append(table(["from file to beats", "of one core"], beside_rows(options.every)))
    publish("following-scores.md", "cost", "\n\n".join(parts), is_printed=options.is_printed)


if __name__ == "__main__":
    main()
