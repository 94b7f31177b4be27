"""What a knock before the song does to the follower: the takes of the corpus, told 3 % off, with strokes before their first.

    python -m bench.knocks [EVERY]

Takes every EVERYth take (1), from sound; the knocks are added to what was heard of it. From the ninth beat on: F (as in
docs/following-scores.md, but scored here), and how many takes are lost (under 0.6). Two to three minutes on two cores.
"""

import argparse
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np

from bench.setting.corpus import meta, takes
from cython_core.beat_calls import BeatCalls
from cython_core.follower import Follower
from cython_core.onsets import ONSET, Look
from live_rig.following.recording import open_recording
from live_rig.following.truth import meet, read_truth

DRUMS = {"kick": (1, 0, 0), "snare": (0, 1, 0), "cymbal": (0, 0, 1)}
BEFORE_BEATS = {  # by name: which drum, how many knocks, and between which two places before the first stroke
    "nothing": ("snare", 0, (0.0, 0.0)),
    "a snare, up to 4 beats before": ("snare", 1, (0.3, 4.0)),
    "a cymbal": ("cymbal", 1, (0.3, 4.0)),
    "a kick": ("kick", 1, (0.3, 4.0)),
    "a snare, 4 to 12 beats before": ("snare", 1, (4.0, 12.0)),
    "two snares, up to 4 beats before": ("snare", 2, (0.3, 4.0)),
    "five snares, up to 12 beats before": ("snare", 5, (0.3, 12.0)),
}
FIRST_LATE_S, SECOND_LATE_S = 0.011, 0.035  # how late the looks at a stroke are told
TOLD, JUDGED_FROM_BEAT, LOST_BELOW = 1.03, 8, 0.6


def knocks(name: str, first_frame: int, beat_s: float, rate_hz: int, chance: np.random.Generator) -> np.ndarray:
    """(n,) of ONSET: both looks at each knock."""
    drum, count, (least, most) = BEFORE_BEATS[name]
    rows = []
    for before in chance.uniform(least, most, count):
        frame = first_frame - before * beat_s * rate_hz
        for look, late_s in ((Look.FIRST, FIRST_LATE_S), (Look.SECOND, SECOND_LATE_S)):
            rows.append((frame, 0.8, *DRUMS[drum], int(frame + late_s * rate_hz), look))
    return np.sort(np.array(rows, ONSET), order="told_frame")


def followed(take: Path) -> dict[str, float]:
    """F by what was knocked before."""
    known, chance = meta(take), np.random.default_rng(sum(take.name.encode()))
    rate_hz, pieces = open_recording(take / "audio.flac")
    heard, end_frame = zip(*((onsets.copy(), until) for onsets, until in pieces), strict=True)
    beat_s = 60 / known["nominal_bpm"]
    later = int(13 * beat_s * rate_hz)  # so much silence before the take, for the knocks
    strokes = np.concatenate(heard)
    strokes["frame"] += later
    strokes["told_frame"] += later
    true_s = np.array([beat.time_s for beat in read_truth(take / "beats.csv")])[JUDGED_FROM_BEAT:] + later / rate_hz
    found = {}
    for name in BEFORE_BEATS:
        before = knocks(name, int(strokes["frame"][0]), beat_s, rate_hz, chance)
        both = np.sort(np.concatenate([before, strokes]), order="told_frame", kind="stable")
        follower = Follower(rate_hz, TOLD * known["nominal_bpm"], known["beats_per_bar"])
        called_s = BeatCalls(follower, 0.02).hear(both, end_frame[-1] + later)["beat_frame"] / rate_hz
        called_s = called_s[(called_s > true_s[0] - 0.1) & (called_s < true_s[-1] + 0.1)]
        found[name] = 2 * meet(called_s, true_s).is_met.sum() / (len(called_s) + len(true_s))
    return found


def main() -> None:
    """Print a line for each way of knocking."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("every", metavar="EVERY", nargs="?", type=int, default=1, help="every how manyth take (1)")
    args = parser.parse_args()
    with ProcessPoolExecutor() as pool:
        all_ = list(pool.map(followed, takes(args.every)))
    print(f"{len(all_)} takes; F, takes lost")
    for name in BEFORE_BEATS:
        f = np.array([found[name] for found in all_])
        print(f"{name:36} {f.mean():.3f} {(f < LOST_BELOW).sum():3}")


if __name__ == "__main__":
    main()
