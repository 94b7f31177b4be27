"""How much following loses where the sound is bad: with noise, the band's bleed, clipping, at other rates and in blocks.

    python bench/robustness.py [EVERY]

Every EVERYth take of the corpus (1: all) is followed from its sound, told tempo and meter, every beat 20 ms ahead, in each
of these ways. Printed: F, the scatter against the drummer (SDdr), and what of each is lost against the clean sound. The band
is the bundled Salt Road, 12 ms late, so far under the drums by mean power; once it is known to the rig, and once not.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path

import numpy as np
import soundfile
import soxr
from scores import CORPUS, SCORE

from cython_core.beat_calls import BeatCalls
from cython_core.follower import Follower
from cython_core.input_lines import Lines
from live_rig.commands.follow import COLUMNS, rows_of

SALT_ROAD = Path(__file__).parents[1] / "examples" / "festival" / "songs" / "salt-road"
WAY_S = 0.012
Sound = np.ndarray
Heard = tuple[Sound, int, Sound | None]  # the microphones' sound, its rate, and what the rig knows of the band
Way = Callable[[Sound, int], Heard]


@cache
def band(rate: int) -> Sound:
    """A minute of the bundled tune from where all play, mono."""
    stems = [soundfile.read(path, always_2d=True, dtype="float32") for path in sorted(SALT_ROAD.glob("*.ogg"))]
    frames = min(len(sound) for sound, _ in stems)
    mixed = np.sum([sound[:frames].mean(axis=1) for sound, _ in stems], axis=0)[20 * stems[0][1] :]
    return np.asarray(soxr.resample(mixed, stems[0][1], rate), np.float32)


def power(sound: Sound) -> float:
    return float(np.mean(np.square(sound))) + 1e-12


def with_noise(db: float) -> Way:
    def way(sound: Sound, rate: int) -> Heard:
        noise = np.random.default_rng(3).standard_normal(len(sound)) * np.sqrt(power(sound)) * 10 ** (-db / 20)
        return (sound + noise).astype(np.float32), rate, None

    return way


def with_band(db: float, *, is_known: bool) -> Way:
    def way(sound: Sound, rate: int) -> Heard:
        played = np.resize(band(rate), len(sound))
        gain = np.sqrt(power(sound) / power(played)) * 10 ** (db / 20)
        late = int(WAY_S * rate)
        back = np.concatenate([np.zeros(late, np.float32), played[:-late]])
        return (sound + gain * back).astype(np.float32), rate, played if is_known else None

    return way


def clipped(db: float) -> Way:
    def way(sound: Sound, rate: int) -> Heard:
        most = np.abs(sound).max() * 10 ** (-db / 20)
        return np.clip(sound, -most, most), rate, None

    return way


def at_rate(rate: int) -> Way:
    return lambda sound, own: (np.asarray(soxr.resample(sound, own, rate), np.float32), rate, None)


WAYS: dict[str, Way] = {
    "as it is": lambda sound, rate: (sound, rate, None),
    "noise at -20 dB": with_noise(20),
    "noise at -10 dB": with_noise(10),
    "noise at -6 dB": with_noise(6),
    "band at -12 dB": with_band(-12, is_known=False),
    "band at -12 dB, known": with_band(-12, is_known=True),
    "band at -6 dB": with_band(-6, is_known=False),
    "band at -6 dB, known": with_band(-6, is_known=True),
    "no band, but one that is known": lambda sound, rate: (sound, rate, np.resize(band(rate), len(sound))),
    "clipped at -12 dB": clipped(12),
    "at 48 kHz": at_rate(48_000),
    "at 96 kHz": at_rate(96_000),
}
BLOCKS = (16, 64, 441, 1024)  # frames: the same rows must come out


def beats(take: Path, way: Way, block: int = 0) -> list[str]:
    """The rows of `live-rig follow`, fed in blocks; 0: all at once."""
    meta = json.loads((take / "meta.json").read_text(encoding="utf-8"))
    sound, own_rate = soundfile.read(take / "audio.flac", dtype="float32", always_2d=True)
    heard, rate, known = way(sound.mean(axis=1), own_rate)
    ears = Lines(rate)
    calls = BeatCalls(Follower(rate, meta["nominal_bpm"], meta["beats_per_bar"]), 0.02)
    cuts = range(block, len(heard), block) if block else []
    told = (
        [ears.feed(part[None]) for part in np.split(heard, cuts)]
        if known is None
        else [ears.feed(heard[None], None, known, WAY_S)]
    )
    return [COLUMNS, *rows_of(calls.hear(np.concatenate(told), len(heard)), rate)]


def write(take: Path, name: str, folder: Path) -> None:
    """The beats of one take in one way."""
    (folder / f"{take.name}.csv").write_text("\n".join(beats(take, WAYS[name])) + "\n", encoding="utf-8")


def scored(takes: list[Path], name: str, scratch: Path) -> tuple[float, float]:
    """F and SDdr of one way."""
    folder, report = scratch / name, scratch / "report.json"
    folder.mkdir()
    with ProcessPoolExecutor(2) as pool:
        list(pool.map(write, takes, [name] * len(takes), [folder] * len(takes)))
    words = [sys.executable, SCORE, CORPUS, folder, "--min-lead", "20", "--skip-missing", "--json", report]
    subprocess.run(words, check=True, capture_output=True)
    figures = json.loads(report.read_text())["groups"]["all"]
    return figures["f"], figures["sd_drummer_ms"]


def main() -> None:
    """Print the table."""
    takes = sorted(path.parent for path in CORPUS.glob("*/beats.csv"))[:: int(sys.argv[1]) if len(sys.argv) > 1 else 1]
    print(f"{len(takes)} takes\n\n| | F | lost | SDdr, ms | lost |\n|---|---|---|---|---|", flush=True)
    clean = (0.0, 0.0)
    with tempfile.TemporaryDirectory() as scratch:
        for name in WAYS:
            f, sd_ms = scored(takes, name, Path(scratch))
            clean = clean if any(clean) else (f, sd_ms)
            print(f"| {name} | {f:.3f} | {clean[0] - f:+.3f} | {sd_ms:.1f} | {sd_ms - clean[1]:+.1f} |", flush=True)
    whole = beats(takes[0], WAYS["as it is"])
    same = [block for block in BLOCKS if beats(takes[0], WAYS["as it is"], block) == whole]
    print(f"\nThe same rows in blocks of {', '.join(map(str, same))} frames, of {', '.join(map(str, BLOCKS))}.")


if __name__ == "__main__":
    main()
