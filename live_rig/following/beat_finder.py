"""The beats of a recording that nobody has mapped: what its drummer played, in hindsight, counted in bars; and how sure."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from cython_core.onsets import Look
from live_rig.errors import ShowError
from live_rig.following.hindsight import look_back
from live_rig.following.recording import open_recording
from live_rig.show.written import FASTEST_BPM, SLOWEST_BPM

FEWEST = 8  # strokes, and beats
USUAL_BEATS_PER_BAR = 4
OPENING_BEATS = 16  # that tell in which tempo a performance begins
EDGE_S = 0.1  # no beat lies further outside the strokes
TRUST = 0.55  # the power to which odds are taken: a groove that comes round says the same once more, and no more than that
SURE = 0.9  # a beat counts as sure from here on


class Found(NamedTuple):
    """One beat, and how sure it is that it is one, and that of the bar, 0 to 1."""

    time_s: float
    beat_in_bar: int
    sure: float


def find_beats(path: Path, tempo_bpm: float | None, beats_per_bar: int | None) -> list[Found]:
    """The beats of the drums (or, less surely, of the mix) in the file. ShowError where no beat is to be found."""
    rate, pieces = open_recording(path)
    strokes = np.concatenate([onsets[onsets["look"] != Look.FIRST] for onsets, _ in pieces])
    nothing = ShowError(
        "No beat was found in it", where=str(path), do="Give --drums FILE, --beats FILE, or --tempo and --first-beat"
    )
    if len(strokes) < FEWEST:
        raise nothing
    beats_per_bar = beats_per_bar or USUAL_BEATS_PER_BAR
    if tempo_bpm is None:
        first = look_back(strokes, rate, None, beats_per_bar)
        tempo_bpm = float(np.median(first.bpm[first.beat < first.beat[0] + OPENING_BEATS]))
    course = look_back(strokes, rate, tempo_bpm, beats_per_bar)
    begin_s, end_s = float(strokes["frame"].min()) / rate - EDGE_S, float(strokes["frame"].max()) / rate + EDGE_S
    number, time_s = course.beats(begin_s, end_s)
    if len(number) < FEWEST or not SLOWEST_BPM <= 60 / np.median(np.diff(time_s)) <= FASTEST_BPM:
        raise nothing
    belief = course.in_bar(number, time_s, beats_per_bar)
    # One count for the whole recording: the one that most of the belief speaks for.
    counts = (np.arange(beats_per_bar) + number[:, None]) % beats_per_bar
    in_bar = counts[:, np.take_along_axis(belief, counts, 1).sum(0).argmax()]
    sure = np.take_along_axis(belief, in_bar[:, None], 1)[:, 0] ** TRUST
    sure /= sure + np.maximum(1 - belief[np.arange(len(number)), in_bar], 0) ** TRUST
    return [Found(*beat) for beat in zip(time_s.tolist(), (in_bar + 1).tolist(), sure.tolist(), strict=True)]


def said(found: Sequence[Found]) -> str:
    """How sure it is, in a line or two: bars by number, those that want a look named."""
    bars: list[list[Found]] = []
    for beat in found:
        if beat.beat_in_bar == 1 or not bars:
            bars.append([])
        bars[-1].append(beat)
    pickup = found[0].beat_in_bar != 1
    doubtful = [
        (number + (0 if pickup else 1), min(beat.sure for beat in bar))
        for number, bar in enumerate(bars)
        if min(beat.sure for beat in bar) < SURE
    ]
    line = f"Beats found: {len(found)} in {len(bars)} bars, sure of {len(bars) - len(doubtful)}."
    if doubtful:
        named = ", ".join(f"{number} ({sure:.0%})" for number, sure in doubtful[:12])
        more = f", and {len(doubtful) - 12} more" if len(doubtful) > 12 else ""
        line += f"\nLook at bars {named}{more}: listen to the click against the song before you play it."
    return line
