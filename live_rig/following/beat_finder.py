"""The beats of a recording that nobody has mapped: our follower, forwards and backwards over its drums, and how sure it is.

The strokes are found once. The follower hears them from the start to the end, then from the end to the start, told the tempo
that it found the first time; each pass lags where the drummer changes his tempo, one on either side, so where the two agree
their mean is taken, and where only one is sure, that one's. Bars are counted as the surer pass counts them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cython_core.beat_calls import BeatCalls
from cython_core.follower import Follower
from cython_core.onsets import ONSET
from live_rig.errors import ShowError
from live_rig.following.recording import open_recording

TICK = 32  # frames
LEAD_S = 0.0
AGREED = 0.12  # of a beat: passes this near to each other mean the same beat
SURE = 0.8  # a beat counts as sure from here on
LONE = 0.6  # a beat that only one pass hears is worth this part of its confidence
MARGIN_S = 1.0
EDGE_S = 0.1  # no beat lies further outside the strokes


class Found(NamedTuple):
    """One beat, and how sure it is that it is one, and that of the bar, 0 to 1."""

    time_s: float
    beat_in_bar: int
    sure: float


@dataclass(frozen=True, slots=True)
class Pass:
    """One run: times in seconds, rising; the beat in the bar; the confidence."""

    time_s: NDArray[np.float64]
    beat_in_bar: NDArray[np.int64]
    sure: NDArray[np.float64]


def find_beats(path: Path, tempo_bpm: float | None, beats_per_bar: int | None) -> list[Found]:
    """The beats of the drums (or, less surely, of the mix) in the file. ShowError where no beat is to be found."""
    rate, pieces = open_recording(path)
    heard = list(pieces)
    strokes = np.concatenate([onsets for onsets, _ in heard]) if heard else np.empty(0, ONSET)
    frames = heard[-1][1] if heard else 0
    if len(strokes) < 8:
        raise ShowError("No beat was found in it", where=str(path), do="Give --beats FILE, or --tempo and --first-beat")
    first = run(strokes, frames, rate, tempo_bpm, beats_per_bar)
    told = tempo_bpm or (float(60 / np.median(np.diff(first.time_s))) if len(first.time_s) > 8 else None)
    forwards = run(strokes, frames, rate, told, beats_per_bar)
    turned = run(backwards(strokes, frames), frames, rate, told, beats_per_bar, backwards=True)
    count = beats_per_bar or int(forwards.beat_in_bar.max(initial=4))
    back = Pass(frames / rate - turned.time_s[::-1], turned.beat_in_bar[::-1], turned.sure[::-1])
    begin_s, end_s = float(strokes["frame"].min()) / rate - EDGE_S, float(strokes["frame"].max()) / rate + EDGE_S
    both = joined(forwards, Pass(back.time_s, (1 - back.beat_in_bar) % count + 1, back.sure), count)
    found = [beat for beat in both if begin_s <= beat.time_s <= end_s]
    if len(found) < 8:
        raise ShowError("No beat was found in it", where=str(path), do="Give --beats FILE, or --tempo and --first-beat")
    return found


def backwards(strokes: NDArray[np.void], frames: int) -> NDArray[np.void]:
    """The strokes as they are heard from the end."""
    turned = strokes[np.argsort(-strokes["frame"], kind="stable")].copy()
    turned["frame"] = frames - turned["frame"]
    turned["told_frame"] = np.ceil(turned["frame"] / TICK + 1) * TICK
    return turned


def run(
    strokes: NDArray[np.void],
    frames: int,
    rate: int,
    tempo_bpm: float | None,
    beats_per_bar: int | None,
    backwards: bool = False,
) -> Pass:
    """The follower over the strokes, once."""
    calls = BeatCalls(Follower(rate, tempo_bpm, beats_per_bar, backwards), LEAD_S).hear(
        strokes, frames + round(MARGIN_S * rate)
    )
    time_s, keep = calls["beat_frame"] / rate, calls["beat_frame"] < frames
    return Pass(
        time_s[keep].astype(float), calls["beat_in_bar"][keep].astype(np.int64), calls["confidence"][keep].astype(float)
    )


def joined(forwards: Pass, back: Pass, beats_per_bar: int) -> list[Found]:
    """Both passes as one."""
    beats: list[tuple[float, float, int, float]] = []  # time, sure, beat in the bar, and of which weight that is
    length_s = float(np.median(np.diff(forwards.time_s))) if len(forwards.time_s) > 1 else 0.5
    used = np.zeros(len(back.time_s), bool)
    for time_s, in_bar, sure in zip(forwards.time_s, forwards.beat_in_bar, forwards.sure, strict=True):
        near = int(np.argmin(np.abs(back.time_s - time_s))) if len(back.time_s) else -1
        if near >= 0 and not used[near] and abs(back.time_s[near] - time_s) < AGREED * length_s:
            used[near] = True
            weight = back.sure[near] / max(sure + back.sure[near], 1e-9)
            both = 1 - (1 - sure) * (1 - back.sure[near])
            count = int(in_bar if sure >= back.sure[near] else back.beat_in_bar[near])
            beats.append((time_s + weight * (back.time_s[near] - time_s), both, count, both))
        else:
            beats.append((float(time_s), LONE * sure, int(in_bar), LONE * sure))
    for time_s, in_bar, sure in zip(back.time_s[~used], back.beat_in_bar[~used], back.sure[~used], strict=True):
        beats.append((float(time_s), LONE * sure, int(in_bar), LONE * sure))
    return counted(thinned(sorted(beats), length_s), beats_per_bar)


def thinned(beats: list[tuple[float, float, int, float]], length_s: float) -> list[tuple[float, float, int, float]]:
    """Of beats nearer to each other than half a beat, the surest."""
    kept: list[tuple[float, float, int, float]] = []
    for beat in beats:
        if kept and beat[0] - kept[-1][0] < 0.6 * length_s:
            if beat[1] > kept[-1][1]:
                kept[-1] = beat
        else:
            kept.append(beat)
    return kept


def counted(beats: Sequence[tuple[float, float, int, float]], beats_per_bar: int) -> list[Found]:
    """One count for the whole song: the one that most of the belief in bars speaks for."""
    votes = np.zeros(beats_per_bar)
    for number, (_, _, in_bar, weight) in enumerate(beats):
        votes[(in_bar - 1 - number) % beats_per_bar] += weight
    shift = int(np.argmax(votes)) if len(beats) else 0
    agreed = votes[shift] / max(votes.sum(), 1e-9)
    return [
        Found(
            time_s,
            (number + shift) % beats_per_bar + 1,
            sure * (1.0 if (in_bar - 1 - number - shift) % beats_per_bar == 0 else agreed),
        )
        for number, (time_s, sure, in_bar, _) in enumerate(beats)
    ]


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
