"""Learns what cython_core/onsets knows of drums from what perform_all.py kept, and writes cython_core/onset_weights.h.

    python scripts/learn_onsets/learn.py --heard build/heard [--units 128 48] [--passes 8]

Rebuild the core afterwards. The same arguments and parts give the same weights on the same machine.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from network import HOPS_KEPT, SEEN_AFTER, Array, Network, Wanted, loss_and_gradient, shown, write_header

TOGETHER_S = 0.010  # strokes so close to the first are one onset, of several kinds, timed by the hardest
EARLY, LATE = 2, 1  # an onset may be told so many hops too early or late, ...
NEAR = (0.1, 0.3, 1.0, 0.3)  # ... and counts so much then
BATCH = 1024
EXCERPTS_MIXED = 24  # a batch is drawn from so many excerpts
HEADER = Path(__file__).parents[2] / "cython_core" / "onset_weights.h"


class Excerpt(NamedTuple):
    seen: npt.NDArray[np.float16]
    wanted: Wanted


def wanted_of(strokes: npt.NDArray[np.float64], hops: int, hop_s: float) -> Wanted:
    """`strokes`: rows of time_s, kind, velocity, by time."""
    wanted = Wanted(*(np.zeros(shape, np.float32) for shape in (hops, hops, (hops, 3), hops, hops)))
    first = 0
    while first < len(strokes):
        last = int(np.searchsorted(strokes[:, 0], strokes[first, 0] + TOGETHER_S))
        group, first = strokes[first:last], last
        time_s, _, velocity = group[np.argmax(group[:, 2])]
        row = int(time_s / hop_s) + SEEN_AFTER
        if not EARLY <= row < hops - LATE:
            continue
        around = np.arange(row - EARLY, row + LATE + 1)
        wanted.here[row] = 1
        wanted.near[around] = NEAR
        wanted.where[around] = time_s / hop_s - (around - SEEN_AFTER)
        wanted.hard[around] = velocity
        wanted.kinds[around] = np.isin(range(3), group[:, 1])
    return wanted


def read_excerpts(folder: Path) -> list[Excerpt]:
    excerpts = []
    for path in sorted(folder.glob("part-[0-9][0-9][0-9].npz")):
        with np.load(path) as part:
            strokes = part["strokes"][np.argsort(part["strokes"][:, 1], kind="stable")]
            for number, (seen, hop_s) in enumerate(zip(part["seen"], part["hop_s"], strict=True)):
                excerpts.append(Excerpt(seen, wanted_of(strokes[strokes[:, 0] == number, 1:], len(seen), hop_s)))
    return excerpts


def batches(excerpts: list[Excerpt], random: np.random.Generator) -> Iterator[tuple[Array, Wanted]]:
    """Every hop once, mixed."""
    for group in np.array_split(random.permutation(len(excerpts)), max(len(excerpts) // EXCERPTS_MIXED, 1)):
        inputs = np.concatenate([shown(excerpts[i].seen) for i in group])
        wanted = [np.concatenate([excerpts[i].wanted[column][HOPS_KEPT - 1 :] for i in group]) for column in range(5)]
        mixed = random.permutation(len(inputs))
        for at in range(0, len(mixed) - BATCH + 1, BATCH):
            pick = mixed[at : at + BATCH]
            yield inputs[pick], Wanted(*(column[pick] for column in wanted))


def learning_options(about: str | None, units: tuple[int, int], passes: int, out: Path) -> argparse.Namespace:
    """The command line of a network that is learned: `heard`, `units`, `passes`, `out`."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--heard", type=Path, required=True)
    parser.add_argument("--units", type=int, nargs=2, default=units)
    parser.add_argument("--passes", type=int, default=passes)
    parser.add_argument("--out", type=Path, default=out)
    return parser.parse_args()


def main() -> None:
    options = learning_options(__doc__, (128, 48), 8, HEADER)
    random, began = np.random.default_rng(1), time.monotonic()
    excerpts = read_excerpts(options.heard)
    checked, learned = excerpts[: len(excerpts) // 20], excerpts[len(excerpts) // 20 :]
    steps = options.passes * sum(len(excerpt.seen) for excerpt in learned) // BATCH
    network, step = Network(random, tuple(options.units)), 0
    for number in range(1, options.passes + 1):
        losses = []
        for inputs, wanted in batches(learned, random):
            layers = network.layers(inputs)
            loss, gradient = loss_and_gradient(layers[-1], wanted)
            network.learn(layers, gradient, rate=2e-3 * max(0.5 + 0.5 * np.cos(np.pi * step / steps), 0.002))
            losses.append(loss)
            step += 1
        unseen = batches(checked, np.random.default_rng(0))
        check = [loss_and_gradient(network.layers(inputs)[-1], wanted)[0] for inputs, wanted in unseen]
        print(f"pass {number}, {time.monotonic() - began:.0f} s: onset, kinds, where, hard: "
              f"learned {np.mean(losses, axis=0).round(4)}, checked {np.mean(check, axis=0).round(4)}", flush=True)  # fmt: skip
        write_header(network, options.out)


if __name__ == "__main__":
    main()
