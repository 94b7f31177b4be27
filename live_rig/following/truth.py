"""Beats as they were meant, beside the beats called: which were met, and by how much they were missed."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from live_rig.errors import ShowError
from live_rig.show.beats_csv import Beat, parse_beats
from live_rig.show.faults import Fault
from live_rig.show.toml_page import read_text

CLOSE_S = 0.07
CLOSE_BEATS = 0.175  # a beat is met within the smaller of the two


@dataclass(frozen=True, slots=True)
class Met:
    """(n,) beats called beside (m,) true ones. `off_s` is NaN where a call met no true beat; later is positive."""

    off_s: NDArray[np.float64]
    is_met: NDArray[np.bool_]


def read_truth(path: Path) -> list[Beat]:
    """The beats of a beats.csv. ShowError for one that cannot be read."""
    text = read_text(path, str(path))
    if isinstance(text, Fault):
        do = "Give a file like a song's beats.csv"
        raise ShowError(f"The true beats cannot be read: {text.what}", where=str(path), do=do)
    beats, faults = parse_beats(text)
    if faults:
        fault = faults[0]
        raise ShowError(f"Of the true beats, {fault.what}", where=f"{path}:{fault.line}", do=fault.do)
    return beats


def truth_beside(recording: Path) -> list[Beat]:
    """The true beats, where a beats.csv that can be read lies beside a recording; else none."""
    try:
        return read_truth(recording.with_name("beats.csv"))
    except ShowError:
        return []


def meet(called_s: NDArray[np.float64], true_s: NDArray[np.float64]) -> Met:
    """Each call beside the true beat nearest to it, the first call to come close being the one that meets it."""
    off_s, is_met = np.full(len(called_s), np.nan), np.zeros(len(true_s), bool)
    if len(true_s) < 2:
        return Met(off_s, is_met)
    close_s = np.minimum(CLOSE_S, CLOSE_BEATS * np.gradient(true_s))
    for call, time_s in enumerate(called_s):
        nearest = int(np.abs(true_s - time_s).argmin())
        if not is_met[nearest] and abs(time_s - true_s[nearest]) <= close_s[nearest]:
            off_s[call], is_met[nearest] = time_s - true_s[nearest], True
    return Met(off_s, is_met)
