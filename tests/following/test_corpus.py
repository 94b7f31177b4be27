"""The follower on people: a third of the corpus, where it is there, told tempo and meter. `bench/scores` takes all."""

import csv
import json
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from cython_core.beat_calls import BeatCalls
from cython_core.follower import Follower
from live_rig.following.recording import open_recording

CORPUS = Path(os.environ.get("LIVE_RIG_CORPUS", Path(__file__).parents[3] / "shared" / "corpus"))
WARM_UP_BEATS = 8
LEAD_S = 0.020

pytestmark = pytest.mark.skipif(not (CORPUS / "index.csv").exists(), reason=f"no drum takes in {CORPUS} (LIVE_RIG_CORPUS)")


def without_cymbals(onsets: np.ndarray) -> np.ndarray:
    kept = onsets.copy()
    kept["cymbal"] = 0
    return kept[kept["kick"] + kept["snare"] > 0]


def beats_met(item: Path, name: str, kept: Callable[[np.ndarray], np.ndarray] = np.asarray) -> float:
    """Share of an item's beats, after the first eight, that were called within 17.5 % of a beat of the drummer's own."""
    meta = json.loads((item / "meta.json").read_text())
    with (item / "beats.csv").open(newline="") as file:
        truth = np.array([float(row["drummer_s"]) for row in csv.DictReader(file)])
    samplerate_hz, pieces = open_recording(item / name)
    calls = BeatCalls(Follower(samplerate_hz, meta["nominal_bpm"], meta["beats_per_bar"]), LEAD_S)
    told = np.concatenate([calls.hear(kept(onsets), until) for onsets, until in pieces])
    beat_s = told["beat_frame"] / samplerate_hz
    assert np.all(beat_s - told["told_frame"] / samplerate_hz >= LEAD_S - 1e-6)
    error = np.abs(truth[:, None] - beat_s[None]).min(axis=1)
    return float((error < np.minimum(0.175 * np.gradient(truth), 0.07))[WARM_UP_BEATS:].mean())


def items() -> list[Path]:
    """The takes that are tried."""
    return sorted(path.parent for path in CORPUS.glob("*/beats.csv"))[::3]


def test_from_notes_nearly_every_beat_is_met() -> None:
    met = {item.name: beats_met(item, "perf.mid") for item in items()}
    assert np.mean(list(met.values())) > 0.95


def test_from_sound_it_meets_more_beats_than_it_misses_by_far() -> None:
    met = {item.name: beats_met(item, "audio.flac") for item in items()}
    assert np.mean(list(met.values())) > 0.88


def test_triggers_on_kick_and_snare_alone_are_enough_for_most() -> None:
    met = [beats_met(item, "perf.mid", without_cymbals) for item in items()]
    assert np.mean(met) > 0.85
    assert np.mean(np.array(met) > 0.6) > 0.9
