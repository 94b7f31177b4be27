"""How well the detector hears: what it finds in a corpus item's audio against the notes of its `perf.mid`.

    python scripts/learn_onsets/measure.py [--corpus ../shared/corpus] [--by kit|family|item]
        [--first] [--noise-db 20] [--level-db -30] [--clip-db 12] [--rate 96000]

A find within 20 ms of a stroke is that stroke, one to one. Strokes within 10 ms of each other are one onset, of several kinds.
A kind counts as told from a likelihood of 0.5 on. What was told for what was struck is what a follower may build on.
"""

from __future__ import annotations

import argparse
import json
import os
from dataclasses import dataclass, field
from pathlib import Path

import mido
import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from cython_core.drum_notes import note_onset
from cython_core.onsets import Look, Onsets

KINDS = ("kick", "snare", "cymbal")
NEAR_S = 0.020
TOGETHER_S = 0.010


@dataclass(frozen=True)
class Strokes:
    time_s: npt.NDArray[np.float64]  # rising; of the hardest of those struck together
    kinds: npt.NDArray[np.bool_]  # shape (n, 3)
    velocity: npt.NDArray[np.float64]  # 0..1, of the hardest


def read_strokes(path: Path) -> Strokes:
    now_s, groups = 0.0, list[list[tuple[float, ...]]]()
    for message in mido.MidiFile(path):
        now_s += message.time
        if message.type == "note_on" and len(found := note_onset(message.note, message.velocity)):
            stroke = (now_s, float(found["strength"][0]), *(float(found[kind][0]) for kind in KINDS))
            if groups and now_s - groups[-1][0][0] < TOGETHER_S:
                groups[-1].append(stroke)
            else:
                groups.append([stroke])
    hardest = [max(group, key=lambda stroke: stroke[1]) for group in groups]
    kinds = np.array([np.max(group, axis=0)[2:] for group in groups]).reshape(-1, 3) > 0.5
    return Strokes(np.array([h[0] for h in hardest]), kinds, np.array([h[1] for h in hardest]))


def pair(found_s: npt.NDArray[np.float64], true_s: npt.NDArray[np.float64]) -> list[tuple[int, int]]:
    """One-to-one pairs (found, true) no more than NEAR_S apart, the nearest first."""
    around = np.searchsorted(true_s, [found_s - NEAR_S, found_s + NEAR_S]).T
    candidates = sorted((abs(found_s[i] - true_s[j]), i, j) for i, span in enumerate(around) for j in range(*span))
    taken_found, taken_true, pairs = set[int](), set[int](), []
    for _, i, j in candidates:
        if i not in taken_found and j not in taken_true:
            taken_found.add(i)
            taken_true.add(j)
            pairs.append((i, j))
    return pairs


def as_one(found: npt.NDArray[np.void]) -> npt.NDArray[np.void]:
    """Second looks say each drum by itself: those of one stroke put together, without what is likelier to be nothing."""
    whole = found[np.r_[True, np.diff(found["frame"]) != 0]] if len(found) else found
    for kind in KINDS:
        whole[kind] = (
            np.maximum.reduceat(found[kind], np.flatnonzero(np.r_[True, np.diff(found["frame"]) != 0])) if len(found) else 0
        )
    struck: npt.NDArray[np.void] = whole[np.max([whole[kind] for kind in KINDS], axis=0) > 0.4]
    return struck


def spoil(audio: npt.NDArray[np.float32], rate: int, options: argparse.Namespace) -> npt.NDArray[np.float32]:
    """What goes wrong on a stage, and another rate."""
    if options.rate and options.rate != rate:
        audio = soxr.resample(audio, rate, options.rate)
    if options.noise_db is not None:
        loudness = np.sqrt(np.mean(audio**2)) * 10 ** (-options.noise_db / 20)
        audio = audio + loudness * np.random.default_rng(1).standard_normal(len(audio))
    if options.clip_db is not None:
        top = np.max(np.abs(audio)) * 10 ** (-options.clip_db / 20)
        audio = np.clip(audio, -top, top)
    level_db: float = options.level_db
    return (audio * 10 ** (level_db / 20)).astype(np.float32)


@dataclass
class Tally:
    """Hits, finds and strokes, of any kind (row 0) and by kind, per group; errors and confusion over all."""

    groups: dict[str, npt.NDArray[np.float64]] = field(default_factory=dict)
    error_s: list[float] = field(default_factory=list)
    delay_s: list[float] = field(default_factory=list)
    strengths: list[tuple[float, float]] = field(default_factory=list)
    told: npt.NDArray[np.float64] = field(default_factory=lambda: np.zeros((8, 4)))  # by what was struck: told, how often
    sure: list[tuple[float, bool]] = field(default_factory=list)  # likelihood told, was it struck

    def add(self, names: list[str], found: npt.NDArray[np.void], true: Strokes, rate: int) -> None:
        found_s, counts = found["frame"] / rate, np.zeros((4, 3))
        likelihood = np.stack([found[kind] for kind in KINDS], axis=1)
        pairs = pair(found_s, true.time_s)
        counts[0] = len(pairs), len(found), len(true.time_s)
        counts[1:, 1], counts[1:, 2] = (likelihood > 0.5).sum(axis=0), true.kinds.sum(axis=0)
        for i, j in pairs:
            counts[1:, 0] += (likelihood[i] > 0.5) & true.kinds[j]
            self.error_s.append(found_s[i] - true.time_s[j])
            self.delay_s.append(found["told_frame"][i] / rate - true.time_s[j])
            self.strengths.append((found["strength"][i], true.velocity[j]))
            self.told[int(true.kinds[j] @ [1, 2, 4])] += [*(likelihood[i] > 0.5), 1]
            self.sure += zip(likelihood[i], true.kinds[j], strict=True)
        for name in names:
            self.groups[name] = self.groups.get(name, 0) + counts

    def show(self) -> None:
        print(f"{'F within 20 ms':28s}     any    kick   snare  cymbal   false  missed")
        for name, counts in sorted(self.groups.items()):
            scores = " ".join(f"{2 * hits / max(found + true, 1):7.3f}" for hits, found, true in counts)
            hits, found, true = counts[0]
            print(f"{name:28s} {scores} {1 - hits / max(found, 1):7.1%} {1 - hits / max(true, 1):7.1%}")
        error_ms, delay_ms = 1e3 * np.array(self.error_s), 1e3 * np.array(self.delay_s)
        low, high = np.percentile(error_ms, [5, 95])
        print(f"time error ms: median {np.median(error_ms):+.2f}, sd {error_ms.std():.2f}, 5 to 95 % {low:+.1f} to {high:+.1f}")
        print(f"from stroke to report ms: median {np.median(delay_ms):.1f}, 95 % {np.percentile(delay_ms, 95):.1f}")
        print(f"strength and velocity: correlation {np.corrcoef(np.array(self.strengths).T)[0, 1]:.2f}")
        print("struck                     n   told: kick  snare  cymbal")
        for code, (*told, struck) in enumerate(self.told):
            if struck:
                name = " + ".join(kind for bit, kind in enumerate(KINDS) if code >> bit & 1)
                print(f"{name:22s} {struck:6.0f}       " + " ".join(f"{many / struck:6.2f}" for many in told))
        sure, was = np.array(self.sure).T
        bins = np.digitize(sure, edges := [0.1, 0.3, 0.5, 0.7, 0.9])
        print("likelihood up to ", *[f"{edge:6.1f}" for edge in [*edges, 1]])
        print("          was true", *[f"{was[bins == b].mean():6.2f}" for b in range(6)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, default=Path(os.environ.get("LIVE_RIG_CORPUS", "../shared/corpus")))
    parser.add_argument("--by", choices=["kit", "family", "id"], default="kit")
    parser.add_argument("--noise-db", type=float, help="rms of the drums over white noise")
    parser.add_argument("--level-db", type=float, default=0.0)
    parser.add_argument("--clip-db", type=float, help="so far under the peak")
    parser.add_argument("--rate", type=int)
    parser.add_argument("--first", action="store_true", help="judge the first looks, not the second")
    options = parser.parse_args()

    tally = Tally()
    for path in sorted(options.corpus.glob("*/meta.json")):
        meta = json.loads(path.read_text())
        audio, rate = soundfile.read(path.with_name("audio.flac"), dtype="float32")
        audio, rate = spoil(audio, rate, options), options.rate or rate
        found = Onsets(rate).feed(audio)
        found = found[found["look"] == Look.FIRST] if options.first else as_one(found[found["look"] == Look.SECOND])
        tally.add([meta[options.by], "all"], found, read_strokes(path.with_name("perf.mid")), rate)
    tally.show()


if __name__ == "__main__":
    main()
