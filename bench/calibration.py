"""Does the confidence mean something? Of the beats told with a confidence of 0.9, how many were right.

    python -m bench.calibration [EVERY] [--print]

Every EVERYth take of the corpus (1: all), told and blind, from sound and from notes. A beat is right within 70 ms and 17.5 %
of a beat of the true one nearest, the take's constant lean taken off. The calibration error is the mean distance between what
was said and what was so. The table goes into docs/following-scores.md and the curve into docs/calibration.svg (--print: the
table to the terminal, and no curve).
"""

import argparse
import itertools
import os
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np

from bench.scores import SAID, WAYS, Way
from bench.setting.corpus import meta, takes
from bench.setting.page import DOCS, add_print_option, publish, table
from cython_core.beat_calls import BeatCalls
from cython_core.follower import Follower
from live_rig.following.recording import open_recording
from live_rig.following.truth import meet, read_truth

EDGES = np.array([0, 0.2, 0.4, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0001])
COLOURS = ("#12824a", "#3566a0", "#c98a12", "#a8456b")
SIDE, LEFT, TOP = 360, 60, 40


def judged(take: Path, way: Way) -> np.ndarray:
    """(n, 2): the confidence of each beat told within the take's scored part, and whether it was right."""
    known, truth = meta(take), read_truth(take / "beats.csv")
    true_s = np.array([beat.time_s for beat in truth])
    told = (way.told * known["nominal_bpm"], known["beats_per_bar"]) if way.told else (None, None)
    rate, pieces = open_recording(take / way.file)
    calls = BeatCalls(Follower(rate, *told), way.lead_ms / 1000)
    heard = np.concatenate([calls.hear(onsets, until) for onsets, until in pieces])
    called_s = heard["beat_frame"] / rate
    is_scored = (called_s > true_s[0] - 0.1) & (called_s < true_s[-1] + 0.1)
    called_s, confidence = called_s[is_scored], heard["confidence"][is_scored]
    off_s = meet(called_s, true_s).off_s
    lean_s = float(np.nanmedian(off_s)) if np.isfinite(off_s).any() else 0.0
    return np.column_stack([confidence, np.isfinite(meet(called_s - lean_s, true_s).off_s)])


def curve(beats: np.ndarray) -> list[tuple[float, float, int]]:
    """(said, so, how many) for each range of confidence that holds thirty beats."""
    in_range = np.digitize(beats[:, 0], EDGES)
    parts = [beats[in_range == part] for part in range(1, len(EDGES))]
    return [(float(part[:, 0].mean()), float(part[:, 1].mean()), len(part)) for part in parts if len(part) >= 30]


def picture(curves: dict[str, list[tuple[float, float, int]]]) -> str:
    """What was said from left to right, what was so upwards; on the diagonal they are the same."""

    def at(said: float, so: float) -> str:
        return f"{LEFT + said * SIDE:.1f} {TOP + (1 - so) * SIDE:.1f}"

    drawn = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{SIDE + 240}" height="{SIDE + 100}"'
        ' font-family="Helvetica, Arial, sans-serif" font-size="12" fill="#24272c">',
        '<rect width="100%" height="100%" fill="#fff"/>',
        f'<path d="M{at(0, 0)}L{at(1, 1)}" stroke="#b9bec5" stroke-dasharray="4 3"/>',
        f'<rect x="{LEFT}" y="{TOP}" width="{SIDE}" height="{SIDE}" fill="none" stroke="#dfe2e6"/>',
        f'<text x="{LEFT}" y="{TOP + SIDE + 40}">confidence told with the beat</text>',
        f'<text x="{LEFT}" y="{TOP - 12}">share of beats that were right</text>',
    ]
    for tick in (0.0, 0.25, 0.5, 0.75, 1.0):
        drawn.append(f'<text x="{LEFT + tick * SIDE - 9}" y="{TOP + SIDE + 18}">{tick:g}</text>')
        drawn.append(f'<text x="{LEFT - 34}" y="{TOP + (1 - tick) * SIDE + 4}">{tick:g}</text>')
    for row, ((name, points), colour) in enumerate(zip(curves.items(), COLOURS, strict=False)):
        path = "L".join(at(said, so) for said, so, _ in points)
        drawn.append(f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="1.8"/>')
        for said, so, count in points:
            x, y = at(said, so).split()
            drawn.append(f'<circle cx="{x}" cy="{y}" r="{1.5 + count**0.5 / 12:.1f}" fill="{colour}" opacity=".7"/>')
        drawn.append(f'<text x="{LEFT + SIDE + 20}" y="{TOP + 20 + 18 * row}" fill="{colour}">{name}</text>')
    return "\n".join([*drawn, "</svg>", ""])


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("every", nargs="?", type=int, default=1, metavar="EVERY")
    add_print_option(parser)
    options = parser.parse_args()
    heard, curves, rows = takes(options.every), {}, []
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for name in ("told-audio", "told-notes", "blind-audio", "blind-notes"):
            beats = np.concatenate(list(pool.map(judged, heard, itertools.repeat(WAYS[name]))))
            curves[SAID[name]] = points = curve(beats)
            error = sum(abs(said - so) * count for said, so, count in points) / max(1, sum(count for _, _, count in points))
            in_range = dict(zip(np.digitize([said for said, _, _ in points], EDGES).tolist(), points, strict=True))
            cells = [
                f"{in_range[part][1]:.2f} of {in_range[part][2]}" if part in in_range else "–" for part in range(1, len(EDGES))
            ]
            rows.append([SAID[name], *cells, f"{error:.3f}"])
    ranges = [f"{low:g} to {min(high, 1):g}" for low, high in itertools.pairwise(EDGES)]
    publish("following-scores.md", "calibration", table(["said", *ranges, "error"], rows), is_printed=options.is_printed)
    if not options.is_printed:
        (DOCS / "calibration.svg").write_text(picture(curves), encoding="utf-8")


if __name__ == "__main__":
    main()
