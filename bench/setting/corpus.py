"""The corpus of drum takes that people are followed on: where it lies, what is in it, and what scores it.

A folder with `index.csv` and one folder per take (`audio.flac`, `perf.mid`, `beats.csv`, `meta.json`); LIVE_RIG_CORPUS says
where it is, or it is `../shared/corpus` beside the checkout. What scores it, and what others reach on it, lies in `../bench`
beside it.
"""

import csv
import json
import os
import sys
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).parents[2]
CORPUS = Path(os.environ.get("LIVE_RIG_CORPUS", CHECKOUT.parent / "shared" / "corpus"))
SCORE = CORPUS.parent / "bench" / "score_follow.py"
PEERS = CORPUS.parent / "bench" / "peers-dev.md"


def index() -> list[dict[str, str]]:
    """A row for each take: `id`, `family`, `nominal_bpm`, `meter`, `duration_s`. Ends the bench where there is no corpus."""
    if not (CORPUS / "index.csv").exists():
        sys.exit(f"There are no drum takes in {CORPUS}. Set LIVE_RIG_CORPUS to the folder that has index.csv.")
    with (CORPUS / "index.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def takes(every: int = 1, meter: str | None = None) -> list[Path]:
    """The folder of every `every`th take, by name, or of those in that meter ("4/4"). Ends the bench if `every` is under 1."""
    if every < 1:
        sys.exit(f"EVERY says every how manyth take is heard: 1 or more, and not {every}.")
    return sorted(CORPUS / row["id"] for row in index() if meter in (None, row["meter"]))[::every]


def meta(take: Path) -> dict[str, Any]:
    """What is known of a take: `nominal_bpm`, `beats_per_bar`, `duration_s`, `family`."""
    known: dict[str, Any] = json.loads((take / "meta.json").read_text(encoding="utf-8"))
    return known
