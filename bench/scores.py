"""How well people are followed: `live-rig follow` over a corpus of drum takes, scored by family, beside other followers.

    python -m bench.scores [--out DIR] [--print]          (make scores)

Every take of the corpus (see bench/setting/corpus.py) is followed from its sound and from its notes; told its tempo and meter,
told nothing, and told a tempo that is wrong; each beat 20 ms ahead, and 70. A beat counts only if it was told in time. The
tables go into docs/following-scores.md (--print: to the terminal instead), the beats to DIR/<way>/<take>.csv.
"""

import argparse
import csv
import itertools
import json
import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from statistics import mean, median
from typing import Any, NamedTuple

import numpy as np

from bench.setting.corpus import CORPUS, PEERS, SCORE, index, meta
from bench.setting.page import add_print_option, publish, table
from bench.setting.peers import ALL, Figures, read_peers
from cython_core.beat_calls import BeatCalls
from cython_core.follower import Follower
from live_rig.commands.follow import COLUMNS, rows_of
from live_rig.following.recording import open_recording
from live_rig.following.truth import read_truth
from live_rig.show.written import FASTEST_BPM, SLOWEST_BPM

CORES = os.cpu_count() or 2
SOUND, NOTES = "audio.flac", "perf.mid"
NEAR_OCTAVES = math.log2(1.1)  # a tempo so near to the drummer's is his
WITHIN_BARS = 8
SHOWN_PEERS = (
    "madmom-online-told",
    "madmom-online-told+1",
    "btrack-told",
    "madmom-online",
    "madmom-online+1",
    "btrack",
    "aubio",
)
Scores = Mapping[str, Any]
"""What `score_follow` makes of one way: `groups` by family and "all", and `items`."""


class Way(NamedTuple):
    """What the follower hears, what share of the take's tempo it is told (None: nothing at all), and how far ahead it calls."""

    file: str
    told: float | None
    lead_ms: int = 20


WAYS = {
    "told-audio": Way(SOUND, 1.0),
    "told-notes": Way(NOTES, 1.0),
    "blind-audio": Way(SOUND, None),
    "blind-notes": Way(NOTES, None),
    "told-audio-70": Way(SOUND, 1.0, 70),
    "told-notes-70": Way(NOTES, 1.0, 70),
    "blind-audio-70": Way(SOUND, None, 70),
    "blind-notes-70": Way(NOTES, None, 70),
    "half-audio": Way(SOUND, 0.5),
    "double-audio": Way(SOUND, 2.0),
    "slow-audio": Way(SOUND, 0.7),
}
SAID = {
    "told-audio": "told, sound",
    "told-notes": "told, notes",
    "blind-audio": "blind, sound",
    "blind-notes": "blind, notes",
    "told-audio-70": "told, sound, 70 ms ahead",
    "told-notes-70": "told, notes, 70 ms ahead",
    "blind-audio-70": "blind, sound, 70 ms ahead",
    "blind-notes-70": "blind, notes, 70 ms ahead",
}
WRONG = {"half-audio": "half", "double-audio": "double", "slow-audio": "0.7 of it"}


def ways_of(file: str) -> dict[float | None, list[str]]:
    """The names of the ways that hear this file, by what they are told."""
    names: dict[float | None, list[str]] = {}
    for name, way in WAYS.items():
        if way.file == file:
            names.setdefault(way.told, []).append(name)
    return names


def follow_take(take: Path, folder: Path) -> float:
    """Write one take's beats, every way: the ears hear it once, and one follower is asked for all leads.

    Returns how much processor time that took, in seconds.
    """
    began, known = time.process_time(), meta(take)
    for file in (SOUND, NOTES):
        rate, pieces = open_recording(take / file)
        heard = list(pieces)
        for told, names in ways_of(file).items():
            bpm = told and told * known["nominal_bpm"]
            if bpm is None or SLOWEST_BPM <= bpm <= FASTEST_BPM:
                follower = Follower(rate, bpm, known["beats_per_bar"] if bpm else None)
                calls = BeatCalls(follower, *(WAYS[name].lead_ms / 1000 for name in names))
                called = [calls.hear_for_each(onsets, until_frame) for onsets, until_frame in heard]
                for name, parts in zip(names, zip(*called, strict=True), strict=True):
                    rows = [COLUMNS, *rows_of(np.concatenate(parts), rate)]
                    (folder / name / f"{take.name}.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return time.process_time() - began


def follow_all(folder: Path) -> None:
    """Every take, the longest first."""
    for name in WAYS:
        (folder / name).mkdir(parents=True, exist_ok=True)
    rows = sorted(index(), key=lambda row: -float(row["duration_s"]))
    with ProcessPoolExecutor(CORES) as pool:
        took_s = sum(pool.map(follow_take, [CORPUS / row["id"] for row in rows], itertools.repeat(folder)))
    length_s = sum(float(row["duration_s"]) for row in rows)
    print(f"{len(rows)} takes, {length_s / 60:.0f} minutes: {len(WAYS) * length_s / took_s:.0f} times real time on one core")


def scored(name: str, folder: Path) -> Scores:
    """What the corpus's own script makes of one way."""
    report = folder / f"{name}.json"
    words = [sys.executable, SCORE, CORPUS, folder / name, "--by", "family", "--min-lead", str(WAYS[name].lead_ms)]
    words += ["--skip-missing"] if name in WRONG else []  # double of 330 cannot be told
    subprocess.run([*map(str, words), "--json", str(report)], check=True, capture_output=True)
    scores: Scores = json.loads(report.read_text(encoding="utf-8"))
    return scores


# ------------------------------------------------------------------------------------------------ what is written


def families(scores: Scores) -> list[str]:
    """In the order of the corpus; all of them last."""
    return [*dict.fromkeys(row["family"] for row in index()), "all"] if scores else []


def shown(value: float | None, form: str) -> str:
    return "–" if value is None else format(value, form)


def pooled(all_ways: Mapping[str, Scores], peers: Mapping[str, Figures]) -> str:
    """All families together."""
    head = ["", "F", "AMLt", "F of downbeats", "SD to the drummer, ms", "locks after, beats (never)", "told ahead, ms"]
    rows = []
    for name, said in SAID.items():
        all_ = all_ways[name]["groups"]["all"]
        figures = [shown(all_[key], ".3f") for key in ("f", "amlt", "downbeat_f")] + [shown(all_["sd_drummer_ms"], ".1f")]
        lock = f"{shown(all_['lock_beats'], '.0f')} ({shown(all_['never_locked'], '.0%')})"
        rows.append([said, *figures, lock, shown(all_["lead_ms"], "+.0f")])
    keys = ("F", "AMLt", "downbeat F", "SD to drummer ms", "lock, beats (never)", "lead ms")
    for name in SHOWN_PEERS:
        if row := peers.get(ALL, {}).get(name):
            rows.append([f"*{name}*", *(row.get(key, "–") for key in keys)])
    return table(head, rows)


def by_family(
    title: str, key: str, form: str, ways: Iterable[str], all_ways: Mapping[str, Scores], peers: Mapping[str, Figures]
) -> str:
    """One figure by family; the peers' from their tables, whose titles begin with their name for it."""
    names = families(all_ways)
    rows = [[SAID[way], *(shown(all_ways[way]["groups"][name][key], form) for name in names)] for way in ways]
    theirs, column = {"f": ("F per", "F"), "amlt": ("AMLt per", "AMLt"), "sd_drummer_ms": ("SD of", "SD to drummer ms")}.get(
        key, ("", "")
    )
    found: Figures = next((figures for name, figures in peers.items() if theirs and name.startswith(theirs)), {})
    for peer in SHOWN_PEERS:
        if row := found.get(peer):
            rows.append([f"*{peer}*", *(row[name] for name in names[:-1]), peers[ALL][peer][column]])
    return table([title, *names], rows)


def bars_until_his(take: Path, calls: Path) -> float:
    """Bars from the take's first beat until four calls in a row have the drummer's tempo; infinite where they never do."""
    truth = read_truth(take / "beats.csv")
    true_s = np.array([beat.time_s for beat in truth])
    with calls.open(newline="", encoding="utf-8") as file:
        rows = [(float(row["beat_time_s"]), float(row["tempo_bpm"])) for row in csv.DictReader(file)]
    called_s, bpm = np.array(rows).reshape(-1, 2).T
    his_bpm = np.interp(called_s, true_s, 60 / np.gradient(true_s))
    right = np.abs(np.log2(bpm / his_bpm)) < NEAR_OCTAVES
    in_a_row = np.flatnonzero(np.convolve(right, np.ones(4), "valid") == 4)
    if not len(in_a_row):
        return math.inf
    beats = float(np.interp(called_s[in_a_row[0]], true_s, np.arange(len(true_s))))
    beats_per_bar: int = meta(take)["beats_per_bar"]
    return beats / beats_per_bar


def told_wrong(all_ways: Mapping[str, Scores], folder: Path) -> str:
    """F, and how soon the drummer's own tempo is found, beside what is reached on the same takes told nothing."""
    rows = []
    blind = {item["item"]: item["f"] for item in all_ways["blind-audio"]["items"]}
    for name, said in WRONG.items():
        f = {item["item"]: item["f"] for item in all_ways[name]["items"]}
        for words, way, figures in ((f"told {said}", name, f), ("blind, the same takes", "blind-audio", blind)):
            bars = [bars_until_his(CORPUS / take, folder / way / f"{take}.csv") for take in f]
            within = mean(each <= WITHIN_BARS for each in bars)
            f_mean = mean(figures[take] for take in f)
            rows.append([words, str(len(f)), f"{f_mean:.3f}", f"{median(bars):.1f}", f"{within:.0%}"])
    return table(["", "takes", "F", "his tempo after, bars (median)", f"within {WITHIN_BARS} bars"], rows)


def page(all_ways: Mapping[str, Scores], folder: Path) -> Iterator[str]:
    """The parts of the page that are figures."""
    peers, now = read_peers(PEERS), [name for name, way in WAYS.items() if name in SAID and way.lead_ms == 20]
    takes = index()
    minutes = sum(float(row["duration_s"]) for row in takes) / 60
    yield f"{len(takes)} takes, {minutes:.0f} minutes. In italics, on the same takes, followers that can be had."
    yield pooled(all_ways, peers)
    yield by_family("F", "f", ".3f", SAID, all_ways, peers)
    yield by_family("AMLt (half, double and off-beat allowed)", "amlt", ".3f", now, all_ways, peers)
    yield by_family("SD against the drummer's own beat, ms", "sd_drummer_ms", ".1f", now, all_ways, peers)
    yield by_family("F of downbeats", "downbeat_f", ".3f", now, all_ways, peers)
    yield "A tempo told wrong, from sound; his tempo is found when four calls in a row are within a tenth of it:"
    yield told_wrong(all_ways, folder)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, metavar="DIR", help="keep the beats here")
    add_print_option(parser)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.out or Path(scratch)
        follow_all(folder)
        if not SCORE.exists():
            sys.exit(f"The beats are in {folder}; what would score them is not there: {SCORE}")
        with ThreadPoolExecutor(CORES) as pool:
            all_ways = dict(zip(WAYS, pool.map(scored, WAYS, itertools.repeat(folder)), strict=True))
        text = "\n\n".join(page(all_ways, folder))
    publish("following-scores.md", "scores", text, is_printed=options.is_printed)


if __name__ == "__main__":
    main()
