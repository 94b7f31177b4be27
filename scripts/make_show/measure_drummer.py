"""`python -m make_show.measure_drummer FOLDER ...`: how human a drummer is, from his `perf.mid` and `beats.csv`.

The loudest stroke within a fifth of each beat stands for the beat, as the drummer puts it. Nothing here asks who made the file,
so that a made drummer stands beside people.
"""

import argparse
import csv
from pathlib import Path

import mido
import numpy as np
from numpy.typing import NDArray

NEAR_BEATS = 0.2


def strokes(file: Path) -> NDArray[np.float64]:
    """(strokes, 2): time_s and velocity of every note."""
    now, found = 0.0, []
    for message in mido.MidiFile(file):
        now += message.time
        if message.type == "note_on" and message.velocity:
            found.append((now, message.velocity))
    return np.array(found)


def placed_s(beats_s: NDArray[np.float64], played: NDArray[np.float64]) -> NDArray[np.float64]:
    """(beats,) the loudest stroke near each beat; NaN where there is none."""
    lengths_s = np.diff(beats_s, append=2 * beats_s[-1] - beats_s[-2])
    places = np.full(len(beats_s), np.nan)
    for beat, (at_s, length_s) in enumerate(zip(beats_s, lengths_s, strict=True)):
        near = played[np.abs(played[:, 0] - at_s) < NEAR_BEATS * length_s]
        if len(near):
            places[beat] = near[np.argmax(near[:, 1]), 0]
    return places


def scatter_ms(beats_s: NDArray[np.float64], places: NDArray[np.float64]) -> float:
    """Standard deviation of the strokes on the beat about the mean of the five around each."""
    off_ms = 1000 * (places - beats_s)
    around = np.array([np.nanmean(off_ms[max(0, beat - 2) : beat + 3]) for beat in range(len(off_ms))])
    return float(np.nanstd(off_ms - around))


def report(folder: Path, from_beat: int, to_beat: int | None) -> str:
    """One line about a performance, or about a part of it."""
    with (folder / "beats.csv").open(encoding="utf-8") as file:
        beats_s = np.array([float(row["time_s"]) for row in csv.DictReader(file)])[from_beat:to_beat]
    played = strokes(folder / "perf.mid")
    played = played[(played[:, 0] > beats_s[0] - 0.1) & (played[:, 0] < beats_s[-1] + 0.1)]
    places = placed_s(beats_s, played)
    intervals = np.diff(places[~np.isnan(places)])
    trend = np.convolve(np.pad(intervals, 3, mode="edge"), np.ones(7) / 7, "valid")
    lag_1 = np.corrcoef((intervals - trend)[:-1], (intervals - trend)[1:])[0, 1]
    span_s = beats_s[-1] - beats_s[0]
    return (
        f"{folder.name:24} scatter about five beats {scatter_ms(beats_s, places):4.1f} ms  "
        f"intervals {100 * (intervals - trend).std() / intervals.mean():4.1f} %  lag 1 {lag_1:+.2f}  "
        f"{len(played) / span_s:4.1f} strokes/s  velocity {played[:, 1].mean():.0f} ± {played[:, 1].std():.0f}"
    )


def main() -> None:
    """Print a line a folder."""
    parser = argparse.ArgumentParser(prog="make_show.measure_drummer", description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--from-beat", type=int, default=0)
    parser.add_argument("--to-beat", type=int)
    asked = parser.parse_args()
    for folder in asked.folders:
        print(report(folder, asked.from_beat, asked.to_beat))


if __name__ == "__main__":
    main()
