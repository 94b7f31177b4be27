"""The network that the core evaluates, and how it is learned: three dense layers, rectifiers, Adam (Kingma & Ba 2015)."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]
BANDS, HOPS_KEPT, SEEN_AFTER, RANGE = 24, 12, 3, 20.0  # as in cython_core/onsets.pyx
INPUTS = (HOPS_KEPT + 2) * BANDS
ONSET, KINDS, WHERE, HARD, ANSWERS = 0, slice(1, 4), 4, 5, 6


class Wanted(NamedTuple):
    """What is to be said of each hop. Row k is about hop k - SEEN_AFTER."""

    here: Array  # (hops,): 1 where an onset begins in that hop
    near: Array  # (hops,): weight of the three answers below; 0 where no onset is near
    kinds: Array  # (hops, 3): 1 for each kind struck
    where: Array  # (hops,): of the onset, in hops from the beginning of that hop
    hard: Array  # (hops,): 0..1


def shown(seen: npt.NDArray[np.floating]) -> Array:
    """The network's inputs for every row of `seen` (hops, 3 * BANDS + 1) from HOPS_KEPT - 1 on, as `_show` in the core."""
    seen = seen.astype(np.float32)
    rows = len(seen) - HOPS_KEPT + 1
    inputs = np.empty((rows, INPUTS), np.float32)
    for hop in range(HOPS_KEPT):
        inputs[:, hop * BANDS : (hop + 1) * BANDS] = seen[HOPS_KEPT - 1 - hop :, :BANDS][:rows]
    inputs[:, HOPS_KEPT * BANDS :] = seen[HOPS_KEPT - 1 :, BANDS : 3 * BANDS]
    inputs -= seen[HOPS_KEPT - 1 :, -1:] - np.float32(RANGE)
    np.maximum(inputs, 0, out=inputs)
    inputs *= np.float32(0.1)
    return inputs


class Network:
    def __init__(self, random: np.random.Generator, units: tuple[int, int]) -> None:
        sizes = [INPUTS, *units, ANSWERS]
        self.weights = [(random.standard_normal((i, o)) * np.sqrt(2 / i)).astype(np.float32) for i, o in pairwise(sizes)]
        self.biases = [np.zeros(o, np.float32) for o in sizes[1:]]
        self.biases[-1][ONSET] = -4
        self.biases[-1][[WHERE, HARD]] = 0.5
        self._means = [np.zeros_like(p) for p in self.weights + self.biases]
        self._squares = [np.zeros_like(p) for p in self.weights + self.biases]
        self._steps = 0

    def layers(self, inputs: Array) -> list[Array]:
        """The inputs, what each hidden layer says, and the answers."""
        first = np.maximum(inputs @ self.weights[0] + self.biases[0], 0)
        second = np.maximum(first @ self.weights[1] + self.biases[1], 0)
        return [inputs, first, second, second @ self.weights[2] + self.biases[2]]

    def learn(self, layers: list[Array], gradient: Array, rate: float) -> None:
        """One step of Adam, given the gradient of the loss by the answers."""
        by_weights, by_biases = list[Array](), list[Array]()
        for layer in (2, 1, 0):
            by_weights.insert(0, layers[layer].T @ gradient)
            by_biases.insert(0, gradient.sum(axis=0))
            gradient = (gradient @ self.weights[layer].T) * (layers[layer] > 0)
        self._steps += 1
        unbiased = rate * np.sqrt(1 - 0.999**self._steps) / (1 - 0.9**self._steps)
        parameters = zip(self.weights + self.biases, by_weights + by_biases, self._means, self._squares, strict=True)
        for parameter, by_parameter, mean, square in parameters:
            mean += 0.1 * (by_parameter - mean)
            square += 0.001 * (by_parameter**2 - square)
            parameter -= np.float32(unbiased) * mean / (np.sqrt(square) + 1e-8)


def likely(evidence: Array) -> Array:
    return (1 / (1 + np.exp(-np.clip(evidence, -30, 30)))).astype(np.float32)


def loss_and_gradient(said: Array, wanted: Wanted) -> tuple[list[float], Array]:
    """Cross entropy of onset and of kinds, rms error of where (hops) and of how hard; the gradient of their weighted sum."""
    onset, kinds, near = likely(said[:, ONSET]), likely(said[:, KINDS]), wanted.near[:, None]
    gradient = np.empty_like(said)
    gradient[:, ONSET] = onset - wanted.here
    gradient[:, KINDS] = (kinds - wanted.kinds) * near
    gradient[:, WHERE] = 0.5 * (said[:, WHERE] - wanted.where) * wanted.near
    gradient[:, HARD] = (said[:, HARD] - wanted.hard) * wanted.near
    hits = float(near.sum()) + 1e-9
    losses = [
        -float(np.mean(np.log(np.abs(onset + wanted.here - 1) + 1e-7))),
        -float(np.sum(np.log(np.abs(kinds + wanted.kinds - 1) + 1e-7) * near)) / hits / 3,
        float(np.sqrt(np.sum((said[:, WHERE] - wanted.where) ** 2 * wanted.near) / hits)),
        float(np.sqrt(np.sum((said[:, HARD] - wanted.hard) ** 2 * wanted.near) / hits)),
    ]
    return losses, gradient / np.float32(len(said))


def write_header(network: Network, path: Path) -> None:
    """As C tables, inputs by units, row after row."""
    units = [b.size for b in network.biases]
    lines = [
        "/* Written by scripts/learn_onsets/learn.py. Learned from the Groove MIDI Dataset 1.0 (CC BY 4.0;",
        "   Gillick et al., ICML 2019), played on freely licensed kits: see docs/onsets.md. */",
        f"enum {{ INPUTS = {INPUTS}, UNITS_1 = {units[0]}, UNITS_2 = {units[1]}, ANSWERS = {units[2]} }};",
    ]
    for number, (weights, biases) in enumerate(zip(network.weights, network.biases, strict=True), 1):
        for name, table in (("WEIGHTS", weights), ("BIASES", biases)):
            numbers = [f"{value:.3e}f" for value in table.ravel()]
            rows = [",".join(numbers[at : at + 16]) for at in range(0, len(numbers), 16)]
            lines.append(f"static const float {name}_{number}[{table.size}] = {{\n" + ",\n".join(rows) + "};")
    path.write_text("\n".join(lines) + "\n")
