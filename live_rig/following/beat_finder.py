"""The beats of a recording that nobody has mapped: what its drummer played, in hindsight, counted in bars; and how sure."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from cython_core.onsets import Look
from live_rig.errors import ShowError
from live_rig.following.hindsight import look_back
from live_rig.following.recording import open_recording
from live_rig.show.beats_csv import bars_of
from live_rig.show.written import FASTEST_BPM, SLOWEST_BPM

FEWEST = 8  # strokes, and beats
USUAL_BEATS_PER_BAR = 4
EDGE_S = 0.1  # no beat lies further outside the strokes
TRUST = 0.55  # the power to which odds are taken: a groove that comes round says the same once more, and no more than that
MOST_NAMED = 12  # bars
SURE = 0.9  # a beat counts as sure from here on


class Found(NamedTuple):
    """One beat, how sure it is that it is one, and that of the bar, 0 to 1; and whether it lies where anything was struck."""

    time_s: float
    beat_in_bar: int
    sure: float
    is_heard: bool


def find_beats(
    path: Path, tempo_bpm: float | None, beats_per_bar: int | None, from_s: float = np.inf, until_s: float = -np.inf
) -> list[Found]:
    """The beats of the drums (or, less surely, of the mix) in the file. ShowError where no beat is to be found.

    Where the song begins before them, `from_s`, or ends after them, `until_s`, they are counted on in the tempo beside them.
    """
    rate, pieces = open_recording(path)
    strokes = np.concatenate([onsets[onsets["look"] != Look.FIRST] for onsets, _ in pieces])
    nothing = ShowError(
        "No beat was found in it", where=str(path), do="Give --drums FILE, --beats FILE, or --tempo and --first-beat"
    )
    if len(strokes) < FEWEST:
        raise nothing
    beats_per_bar = beats_per_bar or USUAL_BEATS_PER_BAR
    if tempo_bpm is None:
        tempo_bpm = look_back(strokes, rate, None, beats_per_bar).opening_bpm
    course = look_back(strokes, rate, tempo_bpm, beats_per_bar)
    begin_s, end_s = float(strokes["frame"].min()) / rate - EDGE_S, float(strokes["frame"].max()) / rate + EDGE_S
    number, time_s = course.beats(min(begin_s, from_s - EDGE_S), max(end_s, until_s - EDGE_S))
    is_heard = (begin_s <= time_s) & (time_s <= end_s)
    if is_heard.sum() < FEWEST or not SLOWEST_BPM <= 60 / np.median(np.diff(time_s)) <= FASTEST_BPM:
        raise nothing
    belief = course.in_bar(number, time_s, beats_per_bar) * is_heard[:, None]
    # One count for the whole recording: the one that most of the belief speaks for.
    counts = (np.arange(beats_per_bar) + number[:, None]) % beats_per_bar
    in_bar = counts[:, np.take_along_axis(belief, counts, 1).sum(0).argmax()]
    sure = np.take_along_axis(belief, in_bar[:, None], 1)[:, 0] ** TRUST
    sure /= sure + np.maximum(1 - belief[np.arange(len(number)), in_bar], 0) ** TRUST
    rows = (np.maximum(time_s, 0.0).tolist(), (in_bar + 1).tolist(), sure.tolist(), is_heard.tolist())
    return [Found(*beat) for beat in zip(*rows, strict=True)]


def said(found: Sequence[Found]) -> str:
    """How sure it is, in some lines: bars by number, those that want a look named."""
    bars = bars_of(found)
    numbered = dict(enumerate(bars, start=1 if found[0].beat_in_bar == 1 else 0))
    unheard = [number for number, bar in numbered.items() if not any(beat.is_heard for beat in bar)]
    heard = {number: bar for number, bar in numbered.items() if number not in unheard}
    least_sure = {number: min(beat.sure for beat in bar if beat.is_heard) for number, bar in heard.items()}
    doubtful = [number for number, sure in least_sure.items() if sure < SURE]
    lines = [f"Beats found: {len(found)} in {len(bars)} bars, sure of {len(heard) - len(doubtful)}."]
    if unheard:
        named = ", ".join(f"{number}" for number in unheard[:MOST_NAMED]) + more(unheard)
        lines.append(f"Nothing is struck in bars {named}: they are counted on in the tempo beside them.")
    if doubtful:
        named = ", ".join(f"{number} ({least_sure[number]:.0%})" for number in doubtful[:MOST_NAMED]) + more(doubtful)
        lines.append(f"Look at bars {named}.")
    if unheard or doubtful:
        lines.append("Listen to the click against the song before you play it.")
    return "\n".join(lines)


def more(named: Sequence[int]) -> str:
    """How many are not named."""
    return f", and {len(named) - MOST_NAMED} more" if len(named) > MOST_NAMED else ""
