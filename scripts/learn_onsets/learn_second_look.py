"""Learns what cython_core/second_look knows from what perform_all.py kept, and writes cython_core/second_look_weights.h.

    pip install torch
    python scripts/learn_onsets/learn_second_look.py --heard build/heard [--units 192 64] [--passes 26]

The first look's weights, as they stand in cython_core/onset_weights.h, decide where the second looks: learn them before.
Rebuild the core afterwards. Ten parts (five hours of sound) take two minutes of one core.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from learn import HEADER as FIRST_HEADER
from learn import TOGETHER_S, learning_options
from network import BANDS, HOPS_KEPT, KINDS, ONSET, RANGE, SEEN_AFTER, WHERE, Array, Network, likely, shown

HOPS_BEFORE, HOPS_AFTER, HARDLY, RIVALS = 8, 11, 0.04, 2  # as in cython_core
NEAR_HOPS = 2.6  # a stroke so near to where the second look is taken is the one it is about
BATCH = 1024
MISPLACED = (-1, 0, 0, 0, 1)  # hops by which the first look may have been wrong, to learn to be lenient
DROPPED = 0.03  # of the inputs
RATE = 2e-3
HEADER = FIRST_HEADER.with_name("second_look_weights.h")


class Looks(NamedTuple):
    shown: npt.NDArray[np.float16]  # (n, 3, inputs): looked at a hop too early, rightly, a hop too late
    kinds: Array  # (n, 3): 1 for each kind struck
    hard: Array  # (n, 3): how hard
    where: Array  # (n,): hops from the beginning of the hop looked at


def first_look() -> Network:
    """The network that onset_weights.h holds."""
    text = FIRST_HEADER.read_text()

    def written(pattern: str) -> str:
        found = re.search(pattern, text)
        if found is None:
            raise SystemExit(f"There is no {pattern} in {FIRST_HEADER}")
        return found[1]

    units = [int(written(rf"UNITS_{n} = (\d+)")) for n in (1, 2)]
    network = Network(np.random.default_rng(0), (units[0], units[1]))
    for n in range(3):
        for name, tables in (("WEIGHTS", network.weights), ("BIASES", network.biases)):
            numbers = written(rf"{name}_{n + 1}\[\d+\] = {{([^}}]*)}}").replace("f", "").split(",")
            tables[n] = np.array([float(number) for number in numbers], np.float32).reshape(tables[n].shape)
    return network


def said_of_hops(network: Network, seen: npt.NDArray[np.float16]) -> Array:
    """What the first look says of every hop: likelihoods of onset and kinds, where, how hard."""
    said = np.zeros((len(seen), 6), np.float32)
    answers = network.layers(shown(seen))[-1]
    answers[:, ONSET], answers[:, KINDS] = likely(answers[:, ONSET]), likely(answers[:, KINDS])
    said[HOPS_KEPT - 1 - SEEN_AFTER :][: len(answers)] = answers
    return said


def looked_at(here: Array) -> npt.NDArray[np.int64]:
    """The hops that are looked at again: peaks of the likelihood of an onset."""
    around = np.lib.stride_tricks.sliding_window_view(np.pad(here, RIVALS), 2 * RIVALS + 1)
    peaks = np.flatnonzero((here >= HARDLY) & (around.argmax(axis=1) == RIVALS))
    return peaks[(peaks > HOPS_BEFORE) & (peaks < len(here) - HOPS_AFTER - 1)]


def shown_again(seen: npt.NDArray[np.float16], said: Array, hops: npt.NDArray[np.int64]) -> Array:
    """The second look's inputs, as `_show_again` in the core makes them."""
    levels = seen[hops[:, None] + np.arange(-HOPS_BEFORE, HOPS_AFTER + 1), :BANDS].reshape(
        len(hops), (HOPS_BEFORE + 1 + HOPS_AFTER) * BANDS
    )
    now = seen[hops + HOPS_AFTER].astype(np.float32)
    heard = np.concatenate([levels, now[:, BANDS : 3 * BANDS]], axis=1) - (now[:, -1:] - np.float32(RANGE))
    first = said[hops].copy()
    first[:, WHERE] *= 0.3
    return np.concatenate([np.maximum(heard, 0) * np.float32(0.1), first], axis=1)


def groups_of(strokes: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Strokes (time_s, kind, velocity) that count as one: rows of time_s and how hard each kind was struck."""
    groups, first = [], 0
    while first < len(strokes):
        last = int(np.searchsorted(strokes[:, 0], strokes[first, 0] + TOGETHER_S))
        group, first = strokes[first:last], last
        hard = [group[group[:, 1] == kind, 2].max(initial=0) for kind in range(3)]
        groups.append((group[np.argmax(group[:, 2]), 0], *hard))
    return np.array(groups).reshape(-1, 4)


def paired(hops: npt.NDArray[np.int64], at_hops: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """For each hop looked at, which stroke it is about, -1 for none; the nearest first, each stroke once."""
    away = np.abs(hops[:, None] + 0.5 - at_hops)
    of = np.full(len(hops), -1)
    for hop, stroke in zip(*np.unravel_index(np.argsort(away, axis=None), away.shape), strict=True):
        if away[hop, stroke] > NEAR_HOPS:
            break
        if of[hop] < 0 and stroke not in of:
            of[hop] = stroke
    return of


def read_looks(folder: Path) -> list[Looks]:
    """Of every excerpt."""
    network, looks = first_look(), []
    for path in sorted(folder.glob("part-[0-9][0-9][0-9].npz")):
        with np.load(path) as part:
            all_seen, all_hop_s, strokes = part["seen"], part["hop_s"], part["strokes"]
        strokes = strokes[np.argsort(strokes[:, 1], kind="stable")]
        for number, (seen, hop_s) in enumerate(zip(all_seen, all_hop_s, strict=True)):
            said = said_of_hops(network, seen)
            hops, groups = looked_at(said[:, ONSET]), groups_of(strokes[strokes[:, 0] == number, 1:])
            of = paired(hops, groups[:, 0] / hop_s)
            groups = np.concatenate([groups, np.zeros((1, 4))])  # the last, -1: nothing was struck
            hard = groups[of, 1:].astype(np.float32)
            where = np.where(of >= 0, groups[of, 0] / hop_s - hops, 0).astype(np.float32)
            inputs = np.stack([shown_again(seen, said, hops + away) for away in (-1, 0, 1)], axis=1)
            looks.append(Looks(inputs.astype(np.float16), (hard > 0).astype(np.float32), hard, where))
    return looks


def loss(answers: torch.Tensor, kinds: torch.Tensor, hard: torch.Tensor, where: torch.Tensor) -> torch.Tensor:
    """Cross entropy of the kinds; where and how hard count only where something was struck."""
    struck = (kinds.sum(1) > 0).float()
    named = torch.nn.functional.binary_cross_entropy_with_logits(answers[:, :3], kinds)
    return named + 0.05 * ((answers[:, 3] - where).abs() * struck).mean() + 0.5 * ((answers[:, 4:] - hard) ** 2 * kinds).mean()


def write_header(network: torch.nn.Sequential, path: Path) -> None:
    """As C tables, inputs by units, row after row."""
    layers = [layer for layer in network if isinstance(layer, torch.nn.Linear)]
    units = [layer.out_features for layer in layers]
    lines = [
        "/* Written by scripts/learn_onsets/learn_second_look.py. Learned from the Groove MIDI Dataset 1.0 (CC BY 4.0;",
        "   Gillick et al., ICML 2019), played on freely licensed kits: see docs/onsets.md. */",
        f"enum {{ AGAIN_INPUTS = {layers[0].in_features}, AGAIN_UNITS_1 = {units[0]}, AGAIN_UNITS_2 = {units[1]}, "
        f"AGAIN_ANSWERS = {units[2]} }};",
    ]
    for number, layer in enumerate(layers, 1):
        for name, table in (("WEIGHTS", layer.weight.detach().numpy().T), ("BIASES", layer.bias.detach().numpy())):
            numbers = [f"{value:.2e}f" for value in table.ravel()]
            rows = [",".join(numbers[at : at + 16]) for at in range(0, len(numbers), 16)]
            lines.append(f"static const float AGAIN_{name}_{number}[{table.size}] = {{\n" + ",\n".join(rows) + "};")
    path.write_text("\n".join(lines) + "\n")


def main() -> None:
    options = learning_options(__doc__, (192, 64), 26, HEADER)
    torch.manual_seed(1)
    torch.set_num_threads(1)
    looks = read_looks(options.heard)
    held_back = len(looks) // 12
    learned, checked = (Looks(*map(np.concatenate, zip(*part, strict=True))) for part in (looks[held_back:], looks[:held_back]))
    sizes = [learned.shown.shape[2], *options.units, 7]
    network = torch.nn.Sequential(
        torch.nn.Linear(sizes[0], sizes[1]), torch.nn.ReLU(), torch.nn.Linear(sizes[1], sizes[2]), torch.nn.ReLU(),
        torch.nn.Linear(sizes[2], sizes[3]),
    )  # fmt: skip
    adam = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=1e-3)
    falling = torch.optim.lr_scheduler.CosineAnnealingLR(adam, options.passes * (len(learned.kinds) // BATCH))
    random = np.random.default_rng(1)
    for number in range(1, options.passes + 1):
        mixed = random.permutation(len(learned.kinds))
        for at in range(0, len(mixed) - BATCH + 1, BATCH):
            pick, away = np.sort(mixed[at : at + BATCH]), random.choice(MISPLACED, BATCH)
            inputs = torch.from_numpy(learned.shown[pick, 1 + away]).float()
            inputs *= torch.rand_like(inputs) > DROPPED
            kinds, hard, where = (torch.from_numpy(learned[column][pick]) for column in (1, 2, 3))
            adam.zero_grad()
            loss(network(inputs), kinds, hard, where - torch.from_numpy(away).float()).backward()
            adam.step()
            falling.step()
        with torch.no_grad():
            answers = network(torch.from_numpy(checked.shown[:, 1]).float())
            check = torch.nn.functional.binary_cross_entropy_with_logits(
                answers[:, :3], torch.from_numpy(checked.kinds), reduction="none"
            )
        print(f"pass {number}: kick, snare, cymbal checked {check.mean(0).numpy().round(4)}", flush=True)
        write_header(network, options.out)


if __name__ == "__main__":
    main()
