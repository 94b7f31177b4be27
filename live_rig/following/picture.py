"""A picture of a trace, to be read like music: line under line, time from left to right.

Each line holds the strokes by drum, the beats called (and the true ones, where they are known), how far each was off, the
tempo, and how sure the follower was, beside the reading it held for second best.
"""

from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby
from math import log
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cython_core.onsets import Look as Seen
from live_rig.following.trace import Look, Trace, relation
from live_rig.following.truth import CLOSE_S, meet
from live_rig.show.beats_csv import Beat

LINE_S = 16.0  # seconds of music in a line
WIDTH, LEFT, RIGHT, HEAD = 1480, 84, 16, 64  # px
INK, FAINT, RULE = "#24272c", "#6b7078", "#dfe2e6"
ONE, WRONG, SECOND, TEMPO = "#12824a", "#d8432f", "#c98a12", "#3566a0"
DRUMS = (("cymbal", "#4a7fb5"), ("snare", "#a8456b"), ("kick", "#3a3d44"))
DRUM_PX = 26
# (top, height) in px of what a line holds
BEATS, OFF, BPM, SURE, LINE_PX = (98, 26), (134, 36), (180, 36), (226, 40), 300
OFF_MS = 60.0  # full scale, either way
LEAST_SEEN = 0.15  # how likely a drum must be to be drawn
LEGEND = "Green: the one, and how sure. Red: wrong. Ochre: the second-best reading. Dashed: the drummer plays on."
NAMED_FROM = 0.12  # belief in the second reading from which it is named ...
NAMED_S = 0.6  # ... and for how long it must be held

Times = NDArray[np.float64]


class _Line(NamedTuple):
    """One line of the picture: what lies in it, and where."""

    start_s: float

    def holds(self, time_s: float) -> bool:
        return self.start_s <= time_s < self.start_s + LINE_S

    def x(self, time_s: float) -> float:
        return round(LEFT + (time_s - self.start_s) / LINE_S * (WIDTH - LEFT - RIGHT), 1)


def picture(found: Trace, truth: Sequence[Beat], title: str) -> str:
    """The trace as a self-contained SVG. `truth`: the true beats by time, none where they are not known."""
    called_s = found.calls["beat_frame"] / found.samplerate_hz
    met = meet(called_s, np.array([beat.time_s for beat in truth]))
    off_ms = met.off_s * 1000
    missed = [beat for beat, is_met in zip(truth, met.is_met, strict=True) if not is_met]
    lines = max(1, int(-(-found.length_s // LINE_S)))
    height = HEAD + lines * LINE_PX
    drawn = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}"'
        f' font-family="Inter, Helvetica, Arial, sans-serif" font-size="11" fill="{INK}">',
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
        f'<text x="{LEFT}" y="26" font-size="17" font-weight="bold">{escape(title)}</text>',
        f'<text x="{LEFT}" y="46" font-size="12" fill="{FAINT}">{escape(_summary(found, off_ms, missed))}</text>',
    ]
    scale = _tempo_scale(found.looks)
    for number in range(lines):
        line = _Line(number * LINE_S)
        looks = [look for look in found.looks if line.holds(look.time_s)]
        drawn.append(f'<g transform="translate(0 {HEAD + number * LINE_PX})">')
        drawn += [*_frame(line), *_beats(line, found, called_s, off_ms, truth, missed), *_strokes(line, found)]
        drawn += [*_tempo(line, looks, scale), *_belief(line, looks)]
        drawn.append("</g>")
    return "\n".join([*drawn, "</svg>", ""])


def _summary(found: Trace, off_ms: Times, missed: Sequence[Beat]) -> str:
    """What there is to see, in one line."""
    said = [f"{len(_strokes_once(found))} strokes, {len(found.calls)} beats called"]
    close = off_ms[np.isfinite(off_ms)]
    if len(close) or missed:
        said.append(f"{len(close)} of {len(close) + len(missed)} true beats met")
    if len(close) > 1:
        said.append(f"{np.mean(close):+.0f} ms on average, scattered by {np.std(close):.0f} ms")
    return f"{'; '.join(said)}. {LEGEND}"


def _frame(line: _Line) -> Iterator[str]:
    """Names of the lanes, and seconds."""
    names = [(name, 34 + row * DRUM_PX) for row, (name, _) in enumerate(DRUMS)]
    names += [("beats", BEATS[0] + 16), ("off, ms", OFF[0] + 21), ("bpm", BPM[0] + 21), ("how sure", SURE[0] + 23)]
    for name, foot in names:
        yield f'<text x="8" y="{foot}" fill="{FAINT}">{name}</text>'
    for second in range(int(line.start_s), int(line.start_s + LINE_S)):
        x = line.x(second)
        yield f'<path d="M{x} 14V{SURE[0] + SURE[1]}" stroke="{RULE}" stroke-width=".5"/>'
        yield f'<text x="{x + 2}" y="10" font-size="9" fill="{FAINT}">{second // 60}:{second % 60:02}</text>'
    for y in (*(40.0 + row * DRUM_PX for row in range(3)), OFF[0] + OFF[1] / 2, SURE[0] + SURE[1]):
        yield f'<path d="M{LEFT} {y}H{WIDTH - RIGHT}" stroke="{RULE}"/>'


def _strokes(line: _Line, found: Trace) -> Iterator[str]:
    """As high as the stroke was hard, as dark as it is certain."""
    for onset in _strokes_once(found):
        time_s = onset["frame"] / found.samplerate_hz
        for row, (drum, colour) in enumerate(DRUMS):
            if line.holds(time_s) and onset[drum] >= LEAST_SEEN:
                high = 3 + float(onset["strength"]) * (DRUM_PX - 6)
                yield (
                    f'<rect x="{line.x(time_s) - 1.5:.1f}" y="{40 + row * DRUM_PX - high:.1f}" width="3" height="{high:.1f}"'
                    f' fill="{colour}" opacity="{float(onset[drum]):.2f}"/>'
                )


def _strokes_once(found: Trace) -> NDArray[np.void]:
    """Onsets without the second looks at them."""
    return np.asarray(found.onsets[found.onsets["look"] != Seen.SECOND])


def _beats(
    line: _Line, found: Trace, called_s: Times, off_ms: Times, truth: Sequence[Beat], missed: Sequence[Beat]
) -> Iterator[str]:
    """Calls come down from the drums, true beats up from below; where they do not meet one is red."""
    top, high = BEATS
    for time_s, call, off in zip(called_s, found.calls, off_ms, strict=True):
        if not line.holds(time_s):
            continue
        x, is_one = line.x(time_s), call["beat_in_bar"] == 1
        is_judged = bool(truth) and truth[0].time_s - CLOSE_S < time_s < truth[-1].time_s + CLOSE_S
        colour = WRONG if is_judged and not np.isfinite(off) else ONE if is_one else FAINT
        yield f'<path d="M{x} 16V{top + 10}" stroke="{colour}" stroke-width="{2 if is_one else 0.8}" opacity=".75"/>'
        yield f'<text x="{x + 2}" y="{top + 10}" font-size="10" fill="{colour}">{call["beat_in_bar"]}</text>'
        if np.isfinite(off):
            y = OFF[0] + OFF[1] / 2 * (1 - max(-1.0, min(1.0, off / OFF_MS)))
            yield f'<circle cx="{x}" cy="{y:.1f}" r="2.2" fill="{ONE if is_one else INK}"/>'
    for beat in truth:
        if line.holds(beat.time_s):
            colour = WRONG if beat in missed else ONE if beat.beat_in_bar == 1 else FAINT
            wide = 2 if beat.beat_in_bar == 1 or beat in missed else 0.8
            yield f'<path d="M{line.x(beat.time_s)} {top + 13}V{top + high}" stroke="{colour}" stroke-width="{wide}"/>'


def _tempo_scale(looks: Sequence[Look]) -> tuple[float, float]:
    """The lowest and the highest tempo to be drawn: all that was followed, and 15 % on either side."""
    bpms = [look.pulse.bpm for look in looks if look.pulse.found] or [120.0]
    return min(bpms) / 1.15, max(bpms) * 1.15


def _tempo(line: _Line, looks: Sequence[Look], scale: tuple[float, float]) -> Iterator[str]:
    """The tempo followed, and where it lies within the scale that of the second reading."""
    low, high = scale

    def y(bpm: float) -> float:
        return round(BPM[0] + BPM[1] * (1 - log(bpm / low) / log(high / low)), 1)

    followed = [look for look in looks if look.pulse.found]
    for bpm in (low, high):
        yield f'<text x="{LEFT - 4}" y="{y(bpm) + 4}" font-size="9" text-anchor="end" fill="{FAINT}">{bpm:.0f}</text>'
    if followed:
        path = "L".join(f"{line.x(look.time_s)} {y(look.pulse.bpm)}" for look in followed)
        yield f'<path d="M{path}" fill="none" stroke="{TEMPO}" stroke-width="1.6"/>'
        last = followed[-1]
        yield f'<text x="{line.x(last.time_s) - 26}" y="{BPM[0] - 1}" fill="{TEMPO}">{last.pulse.bpm:.0f}</text>'
    for look in looks:
        if len(look.hypotheses) > 1 and low < look.hypotheses[1].bpm < high and look.hypotheses[1].belief > NAMED_FROM:
            yield f'<circle cx="{line.x(look.time_s)}" cy="{y(look.hypotheses[1].bpm)}" r="1" fill="{SECOND}"/>'


def _belief(line: _Line, looks: Sequence[Look]) -> Iterator[str]:
    """Confidence, that it plays on, and the second reading with its name."""
    top, high = SURE
    followed = [look for look in looks if look.pulse.found]
    if not followed:
        return

    def curve(shares: Sequence[float]) -> str:
        return "L".join(
            f"{line.x(look.time_s)} {top + high * (1 - share):.1f}" for look, share in zip(followed, shares, strict=True)
        )

    first, last = line.x(followed[0].time_s), line.x(followed[-1].time_s)
    sure = curve([look.pulse.confidence for look in followed])
    yield f'<path d="M{first} {top + high}L{sure}L{last} {top + high}Z" fill="{ONE}" opacity=".22"/>'
    yield f'<path d="M{curve([look.pulse.playing for look in followed])}" fill="none" stroke="{FAINT}" stroke-dasharray="3 2"/>'
    second = curve([look.hypotheses[1].belief if len(look.hypotheses) > 1 else 0.0 for look in followed])
    yield f'<path d="M{second}" fill="none" stroke="{SECOND}" stroke-width="1.4"/>'
    free_x = 0.0
    for words, held in groupby(followed, key=_second_reading):
        stretch = list(held)
        x = line.x(stretch[0].time_s)
        if words and stretch[-1].time_s - stretch[0].time_s >= NAMED_S and x >= free_x:
            free_x = x + 7 * len(words)
            yield f'<text x="{x}" y="{top + high + 13}" fill="{SECOND}">{escape(words)}</text>'


def _second_reading(look: Look) -> str:
    """What the second reading is to the first, where it is worth a word."""
    if len(look.hypotheses) < 2 or look.hypotheses[1].belief < NAMED_FROM:
        return ""
    return relation(look.hypotheses[0], look.hypotheses[1], look.pulse.beats_per_bar)
