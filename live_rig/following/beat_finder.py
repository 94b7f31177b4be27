"""The beats of a recording that nobody has mapped: what its drummer played, in hindsight, counted in bars; and how sure."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cython_core.onsets import Look
from live_rig.errors import ShowError
from live_rig.following.hindsight import Course, Floats, Turn, look_back
from live_rig.following.odd_bars import find_turns
from live_rig.following.recording import Recording
from live_rig.show.beats_csv import bars_of
from live_rig.show.written import FASTEST_BPM, SLOWEST_BPM

FEWEST = 8  # strokes, and beats
USUAL_BEATS_PER_BAR = 4
EDGE_S = 0.1  # no beat lies further outside the strokes
TRUST = 0.55  # the power to which odds are taken: a groove that comes round says the same once more, and no more than that
FIRST_BARS = 8  # that tell where bars begin, while it is not known yet whether some are of another length
MOST_NAMED = 12  # bars
SURE = 0.9  # a beat counts as sure from here on


class Found(NamedTuple):
    """One beat, how sure it is that it is one, and that of the bar, 0 to 1; and whether it lies where anything was struck."""

    time_s: float
    beat_in_bar: int
    sure: float
    is_heard: bool


def find_beats(
    recording: Recording,
    where: str,
    tempo_bpm: float | None,
    beats_per_bar: int | None,
    from_s: float = np.inf,
    until_s: float = -np.inf,
) -> list[Found]:
    """The beats of the drums (or, less surely, of the mix) in a recording. ShowError, with `where`, if none is found.

    Where the song begins before them, `from_s`, or ends after them, `until_s`, they are counted on in the tempo beside them.
    """
    rate, pieces = recording
    strokes = np.concatenate([onsets[onsets["look"] != Look.FIRST] for onsets, _ in pieces])
    do = "Give --drums FILE, --beats FILE, or --tempo and --first-beat"
    nothing = ShowError("No beat was found in it", where=where, do=do)
    if len(strokes) < FEWEST:
        raise nothing
    beats_per_bar = beats_per_bar or USUAL_BEATS_PER_BAR
    if tempo_bpm is None:
        tempo_bpm = look_back(strokes, rate, None, beats_per_bar).opening_bpm
    course = look_back(strokes, rate, tempo_bpm, beats_per_bar)
    begin_s, end_s = float(strokes["frame"].min()) / rate - EDGE_S, float(strokes["frame"].max()) / rate + EDGE_S
    turns = turns_in(strokes, rate, course, begin_s, end_s, beats_per_bar)
    if turns:
        turned = look_back(strokes, rate, tempo_bpm, beats_per_bar, turns)
        if turned.evidence > course.evidence:
            course = turned
        else:
            turns = []
    number, time_s = course.beats(min(begin_s, from_s - EDGE_S), max(end_s, until_s - EDGE_S))
    is_heard = (begin_s <= time_s) & (time_s <= end_s)
    if is_heard.sum() < FEWEST or not SLOWEST_BPM <= 60 / np.median(np.diff(time_s)) <= FASTEST_BPM:
        raise nothing
    belief = course.in_bar(number, time_s, beats_per_bar) * is_heard[:, None]
    place = most_believed(belief, number + turned_by(turns, time_s))
    believed = belief[np.arange(len(number)), place]
    sure = believed**TRUST / (believed**TRUST + np.maximum(1 - believed, 0) ** TRUST)
    rows = (np.maximum(time_s, 0.0).tolist(), in_bars(place).tolist(), sure.tolist(), is_heard.tolist())
    return [Found(*beat) for beat in zip(*rows, strict=True)]


def turns_in(
    strokes: NDArray[np.void], rate_hz: float, course: Course, begin_s: float, end_s: float, beats_per_bar: int
) -> list[Turn]:
    """Where the count changes, in what was played."""
    number, time_s = course.beats(begin_s, end_s)
    if len(number) < FEWEST:
        return []
    first = slice(FIRST_BARS * beats_per_bar)
    place = most_believed(course.in_bar(number[first], time_s[first], beats_per_bar), number[first])
    return find_turns(strokes, rate_hz, time_s, int(place[0]), beats_per_bar)


def most_believed(belief: Floats, count: NDArray[np.int64]) -> NDArray[np.int64]:
    """The place of each beat in its bar, from 0: of the ways to count through, the one that most of the belief speaks for."""
    beats_per_bar = belief.shape[1]
    counts = (np.arange(beats_per_bar) + count[:, None]) % beats_per_bar
    return np.asarray(counts[:, np.take_along_axis(belief, counts, 1).sum(0).argmax()])


def turned_by(turns: Sequence[Turn], time_s: Floats) -> NDArray[np.int64]:
    """By how many beats the count has turned until each of these times."""
    until = np.searchsorted([turn.time_s for turn in turns], time_s, side="right")
    return np.cumsum([0, *(turn.beats for turn in turns)])[until]


def in_bars(place: NDArray[np.int64]) -> NDArray[np.int64]:
    """Which beat of its bar each is, from 1, where a bar goes on until beat 1 comes; before the first of them, its place."""
    ones = np.flatnonzero(place == 0)
    bar = np.searchsorted(ones, np.arange(len(place)), side="right") - 1
    return np.where(bar < 0, place, np.arange(len(place)) - ones[np.maximum(bar, 0)]) + 1 if len(ones) else place + 1


def said(found: Sequence[Found]) -> str:
    """How sure it is, in some lines: bars by number, those of another length and those that want a look named."""
    bars = numbered(found)
    unheard = [number for number, bar in bars.items() if not any(beat.is_heard for beat in bar)]
    heard = {number: bar for number, bar in bars.items() if number not in unheard}
    least_sure = {number: min(beat.sure for beat in bar if beat.is_heard) for number, bar in heard.items()}
    doubtful = [number for number, sure in least_sure.items() if sure < SURE]
    odd = odd_bars(found)
    lines = [f"Beats found: {len(found)} in {len(bars)} bars, sure of {len(heard) - len(doubtful)}."]
    if odd:
        named = ", ".join(f"{number} ({beats} beats)" for number, beats in list(odd.items())[:MOST_NAMED]) + more([*odd])
        lines.append(f"Of another length: bar {named}.")
    if unheard:
        named = ", ".join(f"{number}" for number in unheard[:MOST_NAMED]) + more(unheard)
        lines.append(f"Nothing is struck in bars {named}: they are counted on in the tempo beside them.")
    if doubtful:
        named = ", ".join(f"{number} ({least_sure[number]:.0%})" for number in doubtful[:MOST_NAMED]) + more(doubtful)
        lines.append(f"Look at bars {named}.")
    if odd or unheard or doubtful:
        lines.append("Listen to the click against the song before you play it.")
    return "\n".join(lines)


def numbered(found: Sequence[Found]) -> dict[int, list[Found]]:
    """The bars by number; 0 is a pickup."""
    return dict(enumerate(bars_of(found), start=1 if found[0].beat_in_bar == 1 else 0))


def odd_bars(found: Sequence[Found]) -> dict[int, int]:
    """The beats of those bars that have not as many as bar 1, by number. A pickup is none, nor is the last one cut short."""
    lengths = {number: len(bar) for number, bar in numbered(found).items()}
    lengths.pop(0, None)
    usual, last = lengths.get(1, 0), max(lengths, default=0)
    return {bar: beats for bar, beats in lengths.items() if beats > usual or (beats < usual and bar < last)}


def more(named: Sequence[int]) -> str:
    """How many are not named."""
    return f", and {len(named) - MOST_NAMED} more" if len(named) > MOST_NAMED else ""
