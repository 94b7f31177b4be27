"""How well are the beats of a song found that nobody has mapped, and how far can it be believed where it says that it is sure?

    python bench/finding.py [--every 2] [--bar-of 2]

Takes of the corpus as `live-rig add-song` hears them, told the meter; without a tempo, and with the chart's. A beat is found
where one lies within 17.5 % of a beat of it. With --bar-of a bar in the middle of each take has so many beats: the rest is cut
out of the sound, or its last beat is heard twice. The corpus lies where LIVE_RIG_CORPUS says (default ../shared/corpus), not in
this project.
"""

import argparse
import csv
import json
import os
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import soundfile

from live_rig.errors import ShowError
from live_rig.following.beat_finder import SURE, Found, find_beats
from live_rig.following.recording import open_recording

CORPUS = Path(os.environ.get("LIVE_RIG_CORPUS", Path(__file__).parents[1].parent / "shared" / "corpus"))
FAMILIES = ("caravan", "drift", "jtd", "jump", "ramp", "realcurve", "steady")
NEAR_BEATS = 0.175
EARLY_S = 0.03  # a stroke so far ahead of a beat belongs to it

Row = tuple[float, int]
"""When a beat falls, in seconds, and which it is in its bar."""


@dataclass(frozen=True, slots=True)
class Score:
    """Of one take: parts of 1, NaN for those of sure beats where there are none."""

    found: float  # true beats
    sure: float  # beats that it is sure of, of those that it gives
    right: float  # sure beats that are beats
    counted: float  # sure beats whose place in the bar is right, too


def score(take: Path, is_told: bool, bar_of: int | None = None) -> Score:
    """One take, told the tempo or not."""
    meta = json.loads((take / "meta.json").read_text())
    with (take / "beats.csv").open() as file:
        rows = [(float(row["time_s"]), int(row["beat_in_bar"])) for row in csv.DictReader(file)]
    with TemporaryDirectory() as folder:
        sound = take / "audio.flac"
        if bar_of is not None:
            sound, rows = with_odd_bar(sound, rows, bar_of, Path(folder) / "audio.wav")
        return score_of(sound, rows, meta, is_told)


def with_odd_bar(sound: Path, rows: list[Row], beats: int, into: Path) -> tuple[Path, list[Row]]:
    """The same with a bar in the middle of so many beats: the rest is cut out of the sound, or its last beat heard twice."""
    heard, rate = soundfile.read(sound, dtype="float32")
    ones = [at for at, (_, beat_in_bar) in enumerate(rows) if beat_in_bar == 1]
    one, end = ones[len(ones) // 2], ones[len(ones) // 2 + 1]
    to = min(one + beats, end)  # heard up to here ...
    on = end if beats < end - one else end - 1  # ... and then on from here
    moved_s = rows[to][0] - rows[on][0]
    cut_frame, on_frame = (round((rows[at][0] - EARLY_S) * rate) for at in (to, on))
    soundfile.write(into, np.concatenate([heard[:cut_frame], heard[on_frame:]]), rate)
    after = [(time_s + moved_s, beat_in_bar) for time_s, beat_in_bar in rows[on:]]
    if on < end:
        after[0] = (after[0][0], rows[end - 1][1] + 1)
    return into, rows[:to] + after


def score_of(sound: Path, rows: list[Row], meta: dict[str, Any], is_told: bool) -> Score:
    """Of one recording with these beats."""
    true_s, near_s = np.array([time_s for time_s, _ in rows]), NEAR_BEATS * 60 / meta["nominal_bpm"]
    try:
        given = find_beats(open_recording(sound), str(sound), meta["nominal_bpm"] if is_told else None, meta["beats_per_bar"])
    except ShowError:
        return Score(0.0, 0.0, np.nan, np.nan)
    times_s = np.array([beat.time_s for beat in given])
    sure = sure_beats(given)
    nearest = [int(np.abs(true_s - beat.time_s).argmin()) for beat in sure]
    right = [abs(true_s[at] - beat.time_s) < near_s for at, beat in zip(nearest, sure, strict=True)]
    counted = [is_near and rows[at][1] == beat.beat_in_bar for at, beat, is_near in zip(nearest, sure, right, strict=True)]
    return Score(
        float(np.mean([np.abs(times_s - time_s).min() < near_s for time_s in true_s])),
        len(sure) / len(given),
        float(np.mean(right)) if sure else np.nan,
        float(np.mean(counted)) if sure else np.nan,
    )


def sure_beats(given: list[Found]) -> list[Found]:
    """The beats of the bars that `add-song` says it is sure of."""
    bars: list[list[Found]] = []
    for beat in given:
        if beat.beat_in_bar == 1 or not bars:
            bars.append([])
        bars[-1].append(beat)
    return [beat for bar in bars if min(each.sure for each in bar) >= SURE for beat in bar]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--every", type=int, default=1, help="of so many takes, one")
    parser.add_argument("--bar-of", type=int, help="beats in the middle bar of each")
    args = parser.parse_args()
    takes = [take for take in sorted(CORPUS.iterdir()) if take.name.split("_")[0] in FAMILIES][:: args.every]
    print(f"{len(takes)} takes               beats found   sure of   sure ones right   and in the bar")
    for is_told in (False, True):
        scores = [score(take, is_told, args.bar_of) for take in takes]
        found, sure = (np.mean([getattr(each, name) for each in scores]) for name in ("found", "sure"))
        right, counted = (np.nanmean([getattr(each, name) for each in scores]) for name in ("right", "counted"))
        told = "told the tempo" if is_told else "told nothing"
        print(f"{told:<20} {found:>12.0%} {sure:>9.0%} {right:>17.0%} {counted:>16.0%}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
