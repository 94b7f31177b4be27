"""How well people are followed: `live-rig follow` over a corpus of drum takes, scored.

    python bench/scores.py [told-audio told-notes blind-audio blind-notes told-audio-70] [--out DIR]

The corpus is a folder with `index.csv` and one folder per take (`audio.flac`, `perf.mid`, `beats.csv`, `meta.json`); where it
lies is told by LIVE_RIG_CORPUS, or it is `../shared/corpus` beside the checkout. Beats go to DIR/<way>/<take>.csv. With
`../bench/score_follow.py` beside the corpus they are scored by family; a beat counts only if it was told in time.
"""

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

from live_rig.commands.follow import COLUMNS, follow
from live_rig.following.recording import open_recording

CORPUS = Path(os.environ.get("LIVE_RIG_CORPUS", Path(__file__).parents[2] / "shared" / "corpus"))
SCORE = CORPUS.parent / "bench" / "score_follow.py"


class Way(NamedTuple):
    """What the follower hears and what it is told."""

    file: str
    is_told: bool
    lead_ms: int = 20


WAYS = {
    "told-audio": Way("audio.flac", True),
    "told-notes": Way("perf.mid", True),
    "blind-audio": Way("audio.flac", False),
    "blind-notes": Way("perf.mid", False),
    "told-audio-70": Way("audio.flac", True, 70),
}


def follow_take(take: Path, way: Way, out: Path) -> float:
    """Write the beats of one take; returns how much processor time that took, in seconds."""
    meta = json.loads((take / "meta.json").read_text(encoding="utf-8"))
    told = (meta["nominal_bpm"], meta["beats_per_bar"]) if way.is_told else (None, None)
    began = time.process_time()
    rows = [COLUMNS, *follow(open_recording(take / way.file), *told, way.lead_ms / 1000)]
    took = time.process_time() - began
    out.write_text("".join(row + "\n" for row in rows), encoding="utf-8")
    return took


def score(name: str, folder: Path) -> None:
    """Follow every take in one way, and print the table."""
    folder.mkdir(parents=True, exist_ok=True)
    with (CORPUS / "index.csv").open(newline="", encoding="utf-8") as file:
        index = list(csv.DictReader(file))
    with ProcessPoolExecutor(2) as pool:
        took = pool.map(
            follow_take,
            [CORPUS / row["id"] for row in index],
            [WAYS[name]] * len(index),
            [folder / f"{row['id']}.csv" for row in index],
        )
        speed = sum(float(row["duration_s"]) for row in index) / sum(took)
    print(f"\n{name}: {len(index)} takes, {speed:.0f} times real time on one core", flush=True)
    if SCORE.exists():
        subprocess.run(
            [sys.executable, SCORE, CORPUS, folder, "--by", "family", "--min-lead", str(WAYS[name].lead_ms)], check=True
        )


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ways", nargs="*", metavar="WAY", help=", ".join(WAYS))
    parser.add_argument("--out", type=Path, metavar="DIR", help="keep the beats here")
    options = parser.parse_args()
    if unknown := set(options.ways) - set(WAYS):
        parser.error(f"there is no {', '.join(unknown)}; there are {', '.join(WAYS)}")
    if not (CORPUS / "index.csv").exists():
        sys.exit(f"There are no drum takes in {CORPUS}. Set LIVE_RIG_CORPUS to the folder that has index.csv.")
    with tempfile.TemporaryDirectory() as scratch:
        for name in options.ways or WAYS:
            score(name, (options.out or Path(scratch)) / name)


if __name__ == "__main__":
    main()
