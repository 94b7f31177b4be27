"""How much following loses where the sound is bad: noise, the band's bleed, clipping, a dead line, other rates, any block.

    python -m bench.robustness [EVERY] [--print]

Every EVERYth take of the corpus (7; 1: all) is followed from its sound, told tempo and meter, every beat 20 ms ahead, in each
of these ways: F, the scatter against the drummer (SDdr), and what of each is lost against the clean sound. The band is the
bundled Salt Road, 12 ms late, so far under the drums by mean power; once it is known to the rig, and once not. The table goes
into docs/following-scores.md.
"""

import argparse
import itertools
import json
import math
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numpy as np
import soundfile
import soxr

from bench.setting.bleed import WAY_S, band, bleed, power
from bench.setting.corpus import CORPUS, SCORE, meta, takes
from bench.setting.page import add_print_option, publish, table
from cython_core.beat_calls import BeatCalls
from cython_core.follower import Follower
from cython_core.input_lines import Lines
from live_rig.commands.follow import COLUMNS, rows_of

Sound = np.ndarray


class Heard(NamedTuple):
    """What comes in: (lines, frames), its rate, what stands before each line, and the band, where it is known to the rig."""

    lines: Sound
    rate: int
    drums: tuple[str, ...] = ("mix",)
    band: Sound | None = None


Way = Callable[[Sound, int], Heard]


def clean(sound: Sound, rate: int) -> Heard:
    return Heard(sound[None], rate)


def with_noise(db: float) -> Way:
    def way(sound: Sound, rate: int) -> Heard:
        noise = np.random.default_rng(3).standard_normal(len(sound)) * np.sqrt(power(sound)) * 10 ** (-db / 20)
        return Heard((sound + noise).astype(np.float32)[None], rate)

    return way


def with_band(db: float, *, is_known: bool) -> Way:
    def way(sound: Sound, rate: int) -> Heard:
        back, played = bleed(sound, rate, db)
        return Heard((sound + back).astype(np.float32)[None], rate, band=played if is_known else None)

    return way


def clipped(db: float) -> Way:
    def way(sound: Sound, rate: int) -> Heard:
        most = np.abs(sound).max() * 10 ** (-db / 20)
        return Heard(np.clip(sound, -most, most)[None], rate)

    return way


def at_rate(rate: int) -> Way:
    return lambda sound, own: Heard(np.asarray(soxr.resample(sound, own, rate), np.float32)[None], rate)


def with_dead_line(drum: str) -> Way:
    """An overhead that hears all, and a close microphone whose cable is out."""
    return lambda sound, rate: Heard(np.stack([sound, 0 * sound]), rate, ("overhead", drum))


CLEAN = "as it is, at 44.1 kHz"
WAYS: dict[str, Way] = {
    CLEAN: clean,
    "noise 20 dB under the drums": with_noise(20),
    "noise 10 dB under": with_noise(10),
    "noise 6 dB under": with_noise(6),
    "the band 12 dB under, not known to the rig": with_band(-12, is_known=False),
    "the band 12 dB under, known": with_band(-12, is_known=True),
    "the band 6 dB under, not known": with_band(-6, is_known=False),
    "the band 6 dB under, known": with_band(-6, is_known=True),
    "no band there, but one that is known": lambda sound, rate: Heard(
        sound[None], rate, band=np.resize(band(rate), len(sound))
    ),
    "clipped 12 dB under its peak": clipped(12),
    "the kick's line dead beside it": with_dead_line("kick"),
    "the snare's line dead beside it": with_dead_line("snare"),
    "at 48 kHz": at_rate(48_000),
    "at 96 kHz": at_rate(96_000),
}
BLOCKS = (16, 64, 441, 1024)  # frames: the same rows must come out


def beats(take: Path, way: Way, block: int = 0) -> list[str]:
    """The rows of `live-rig follow`, fed in blocks; 0: all at once."""
    known = meta(take)
    sound, own_rate = soundfile.read(take / "audio.flac", dtype="float32", always_2d=True)
    heard = way(sound.mean(axis=1), own_rate)
    frames = heard.lines.shape[1]
    ears = Lines(heard.rate, heard.drums)
    calls = BeatCalls(Follower(heard.rate, known["nominal_bpm"], known["beats_per_bar"]), 0.02)
    told = []
    for at in range(0, frames, block or frames):
        part = slice(at, at + (block or frames))
        told.append(ears.feed(heard.lines[:, part], None, None if heard.band is None else heard.band[part], WAY_S))
    return [COLUMNS, *rows_of(calls.hear(np.concatenate(told), frames), heard.rate)]


def write(take: Path, name: str, folder: Path) -> None:
    """The beats of one take in one way."""
    (folder / f"{take.name}.csv").write_text("\n".join(beats(take, WAYS[name])) + "\n", encoding="utf-8")


def scored(pool: ProcessPoolExecutor, heard: list[Path], name: str, scratch: Path) -> tuple[float, float]:
    """F and SDdr of one way, in ms; NaN where too few beats were met to tell."""
    folder, report = scratch / name, scratch / "report.json"
    folder.mkdir()
    list(pool.map(write, heard, itertools.repeat(name), itertools.repeat(folder)))
    words: list[str | Path] = [sys.executable, SCORE, CORPUS, folder, "--min-lead", "20", "--skip-missing", "--json", report]
    subprocess.run(words, check=True, capture_output=True)
    figures = json.loads(report.read_text())["groups"]["all"]
    sd_ms: float | None = figures["sd_drummer_ms"]
    return figures["f"], math.nan if sd_ms is None else sd_ms


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("every", nargs="?", type=int, default=7, metavar="EVERY")
    add_print_option(parser)
    options = parser.parse_args()
    heard = takes(options.every)
    with tempfile.TemporaryDirectory() as scratch, ProcessPoolExecutor(os.cpu_count()) as pool:
        found = {name: scored(pool, heard, name, Path(scratch)) for name in WAYS}
        whole, *cut = pool.map(beats, itertools.repeat(heard[0]), itertools.repeat(clean), (0, *BLOCKS))
    f, sd_ms = found[CLEAN]
    rows = [[CLEAN, f"{f:.3f}", "", f"{sd_ms:.1f}", ""]]
    for name, (its_f, its_sd_ms) in list(found.items())[1:]:
        rows.append([name, f"{its_f:.3f}", f"{f - its_f:+.3f}", f"{its_sd_ms:.1f}", f"{its_sd_ms - sd_ms:+.1f}"])
    same = [str(block) for block, rows_ in zip(BLOCKS, cut, strict=True) if rows_ == whole]
    text = table(["", "F", "lost", "SDdr, ms", "lost"], rows)
    tried = ", ".join(map(str, BLOCKS))
    text += f"\n\n{len(heard)} takes. In blocks of {', '.join(same)} frames the rows are the same (of {tried} tried)."
    publish("following-scores.md", "robustness", text, is_printed=options.is_printed)


if __name__ == "__main__":
    main()
