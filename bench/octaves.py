"""What it is worth that the drummer can say `twice` or `half`: takes of the corpus counted at half or double of his tempo.

    python -m bench.octaves [EVERY]

Takes every EVERYth take (1) that lasts twelve beats longer than eight bars, from its sound and its notes, told nothing,
and half and double of its tempo. Where four calls in a row are at half or double (their median, within 15 %) as the
eighth bar ends, the word is said a third of a beat later. From the next beat on: F (as in docs/following-scores.md, but
scored here) of the take left alone and told, and in how many takes nine calls of ten are at his tempo from there to the
end. Two to four minutes on two cores.
"""

import argparse
import math
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bench.setting.corpus import meta, takes
from cython_core.beat_calls import BeatCalls
from cython_core.follower import Follower
from live_rig.following.recording import open_recording
from live_rig.following.truth import meet, read_truth

SOUND, NOTES = "audio.flac", "perf.mid"
WAYS = {
    "told nothing, sound": (SOUND, None),
    "told nothing, notes": (NOTES, None),
    "told half, sound": (SOUND, 0.5),
    "told double, sound": (SOUND, 2.0),
}
BARS, LAST_BEATS, CALLS, LATE_BEATS = 8, 12, 4, 1 / 3
NEAR_OCTAVES = math.log2(1.15)
LEAD_S = 0.02

Times = NDArray[np.float64]


class Helped(NamedTuple):
    """One take that was counted at another level."""

    counted_at: str
    f_alone: float
    f_told: float
    stays: bool


def calls_of(take: Path, way: str, true_s: Times, word_s: float, faster: float) -> tuple[Times, Times]:
    """When beats were called for, and octaves from the drummer's tempo to theirs; at `word_s` he is said to be `faster`."""
    file, told = WAYS[way]
    known, (rate_hz, pieces) = meta(take), open_recording(take / file)
    heard, until = zip(*((onsets.copy(), until) for onsets, until in pieces), strict=True)
    onsets, word_frame = np.concatenate(heard), round(word_s * rate_hz)
    song = (told * known["nominal_bpm"], known["beats_per_bar"]) if told else (None, None)
    follower = Follower(rate_hz, *song)
    calls, is_before = BeatCalls(follower, LEAD_S), onsets["told_frame"] <= word_frame
    called = [calls.hear(onsets[is_before], word_frame)]
    if faster != 1:
        follower.hear_octave(faster)
    called.append(calls.hear(onsets[~is_before], until[-1]))
    every = np.concatenate(called)
    called_s = every["beat_frame"] / rate_hz
    return called_s, np.log2(every["bpm"] * np.interp(called_s, true_s, np.gradient(true_s)) / 60)


def f_measure(called_s: Times, true_s: Times) -> float:
    """Of the calls near these beats."""
    within = called_s[(called_s > true_s[0] - 0.1) & (called_s < true_s[-1] + 0.1)]
    return float(2 * meet(within, true_s).is_met.sum() / (len(within) + len(true_s)))


def helped(take: Path, way: str) -> Helped | None:
    """None where the take is too short, or is counted as he means it."""
    true_s = np.array([beat.time_s for beat in read_truth(take / "beats.csv")])
    last = BARS * meta(take)["beats_per_bar"]
    if last + LAST_BEATS >= len(true_s):
        return None
    word_s = float(true_s[last] + LATE_BEATS * (true_s[last + 1] - true_s[last]))
    alone_s, octaves = calls_of(take, way, true_s, word_s, 1)
    lately = octaves[alone_s < word_s][-CALLS:]
    octave = float(np.median(lately)) if len(lately) else 0.0
    if abs(abs(octave) - 1) > NEAR_OCTAVES:
        return None
    told_s, octaves = calls_of(take, way, true_s, word_s, 2.0 ** -round(octave))
    after, rest_s = np.abs(octaves[told_s > word_s]) < NEAR_OCTAVES, true_s[last + 1 :]
    return Helped(
        "half" if octave < 0 else "double", f_measure(alone_s, rest_s), f_measure(told_s, rest_s), bool(after.mean() >= 0.9)
    )


def main() -> None:
    """Print a line for each way of knowing, and each level counted at."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("every", metavar="EVERY", nargs="?", type=int, default=1, help="every how manyth take (1)")
    args = parser.parse_args()
    played = takes(args.every)
    with ProcessPoolExecutor() as pool:
        found = {way: [pool.submit(helped, take, way) for take in played] for way in WAYS}
        print(f"{'':32} takes  F alone  F told  stays")
        for way, waited in found.items():
            done = [each for each in (future.result() for future in waited) if each]
            for level in ("half", "double"):
                there = [each for each in done if each.counted_at == level]
                if there:
                    alone, told, stays = np.mean([(each.f_alone, each.f_told, each.stays) for each in there], axis=0)
                    print(f"{f'{way}, counted at {level}':36} {len(there):3} {alone:7.3f} {told:7.3f} {stays:6.2f}")


if __name__ == "__main__":
    main()
