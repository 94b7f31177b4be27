"""Plays random takes on random kits and keeps what the core hears of them, for learn.py. Half an hour of sound a file.

    python scripts/learn_onsets/perform_all.py --takes GROOVE --leave-out CORPUS --out build/heard --parts 15

`--takes` is the folder of the Groove MIDI Dataset (info.csv and the takes), `--leave-out` a corpus whose items' takes
(`source_id` in `meta.json`) are not played. Part n is the same whenever it is made; parts that exist are kept.
"""

from __future__ import annotations

import argparse
import csv
import json
from pathlib import Path
from typing import NamedTuple

import kits
import numpy as np
import numpy.typing as npt
from perform import KIND, Note, Performance, perform, read_take

from cython_core.onsets import Onsets

EXCERPT_S = 10.0
EXCERPTS_A_PART = 180


def takes_of(groove: Path, corpus: Path | None) -> list[list[Note]]:
    items = [json.loads(path.read_text()) for path in corpus.glob("*/meta.json")] if corpus else []
    left_out = {source for item in items for source in item["source_id"].split(", ")}
    with (groove / "info.csv").open() as table:
        rows = [row for row in csv.DictReader(table) if row["id"] not in left_out]
    takes = [read_take(groove / row["midi_filename"]) for row in rows]
    return [take for take in takes if len(take) > 30]


def random_performance(takes: list[list[Note]], all_kits: list[kits.Kit], random: np.random.Generator) -> Performance:
    """A random take on a random kit, three of ten made up; one of twenty-five without a drummer."""
    take = takes[random.integers(len(takes))] if random.random() > 0.04 else [Note(-9.0, "kick", 1.0)]
    makers = [
        kits.made_kit(random) if random.random() < 0.3 else all_kits[random.integers(len(all_kits))]
        for _ in range(random.choice([1, 3]))
    ]
    return perform(take, kits.put_together(makers, random), EXCERPT_S, random)


class Part(NamedTuple):
    """What one file holds."""

    seen: npt.NDArray[np.float16]  # (excerpts, hops, 73)
    hop_s: npt.NDArray[np.float64]  # (excerpts,)
    strokes: npt.NDArray[np.float64]  # (n, 4): excerpt, time_s, kind, velocity


def part(takes: list[list[Note]], all_kits: list[kits.Kit], random: np.random.Generator) -> Part:
    """Excerpts of performances, each on a kit of its own."""
    seen, hop_s, strokes = [], [], []
    for excerpt in range(EXCERPTS_A_PART):
        played = random_performance(takes, all_kits, random)
        hops = Onsets(played.rate).hops(played.sound)
        seen.append(hops[: int(EXCERPT_S / 0.0031)].astype(np.float16))
        hop_s.append(round(0.003 * played.rate) / played.rate)
        strokes += [(excerpt, note.time_s, KIND[note.piece], note.velocity) for note in played.notes]
    return Part(np.array(seen), np.array(hop_s), np.array(strokes))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--takes", type=Path, required=True)
    parser.add_argument("--leave-out", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--parts", type=int, default=15)
    options = parser.parse_args()
    takes, all_kits = takes_of(options.takes, options.leave_out), list(kits.recorded_kits().values())
    print(f"{len(takes)} takes, {len(all_kits)} recorded kits", flush=True)
    options.out.mkdir(parents=True, exist_ok=True)
    for number in range(options.parts):
        path = options.out / f"part-{number:03d}.npz"
        if not path.exists():
            unfinished = path.with_suffix(".unfinished.npz")
            heard = part(takes, all_kits, np.random.default_rng([1, number]))
            np.savez(unfinished, seen=heard.seen, hop_s=heard.hop_s, strokes=heard.strokes)
            unfinished.rename(path)
            print(path, flush=True)


if __name__ == "__main__":
    main()
