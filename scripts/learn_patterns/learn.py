"""Learn the bar patterns of `cython_core/bar_patterns.h` from human drum takes.

    python scripts/learn_patterns/learn.py TAKES_DIR [--without-drummers 1,8] [--without-takes ID,ID] [--out FILE.h]

TAKES_DIR holds `info.csv` and the MIDI files of the Groove MIDI Dataset 1.0 (CC BY 4.0: Gillick, Roberts, Engel, Eck, Bamman,
"Learning to Groove with Inverse Sequence Transformations", ICML 2019). Every 4/4 bar becomes counts of struck drums over
time in the bar, in six classes (kick, snare and toms, cymbals; each soft and loud). A mixture of Poisson processes, fitted by
expectation maximisation, gives PATTERNS typical bars: how many strokes of each class a beat holds, where. The same seed
and takes give the same file.
"""

import argparse
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import mido
import numpy as np
from numpy.typing import NDArray

PATTERNS = 22  # typical bars as they are written ...
COMMON_PATTERNS = 20  # ... of which these are kept: the rarest, a hundredth of all bars, make room for bare pulses
CUT_PATTERNS = 8  # and of Latin and African styles counted twice as fast; pulses, the drummer's own and rest make it 36
CUT_SHARE = 0.2  # of all bars
CUT_STYLES = ("latin", "afrocuban", "afrobeat", "highlife")
CUT_FASTEST_BPM = 150  # what is written faster is counted as it is
CUT_FASTER = 2.2  # people who count so play a little faster than they would otherwise
BEATS = 4
BINS_PER_BEAT = 48  # resolution of what is written
COARSE = 24  # resolution of what is clustered
CLASSES = 6  # kick, snare, cymbal soft; kick, snare, cymbal loud
BARS_PER_TAKE = 40  # so that a five-minute take weighs no more than a one-minute one
LOUD = 0.5  # strength at which a stroke is half soft, half loud
LOUD_WIDTH = 0.08
FLAM_S = 0.03  # strokes of one class closer than this are one stroke
WRITTEN_SD_BINS = 1.0  # smoothing of what is written (the follower adds its own, by tempo)
CLUSTER_SD_BINS = 1.0
FLOOR_PER_BEAT = 0.02  # strokes a beat that may fall anywhere
ROUNDS = 60
SEED = 7

KICK = {35, 36}
SNARE = {37, 38, 39, 40, 41, 43, 45, 47, 48, 50, 58}
CYMBAL = {22, 26, 42, 44, 46, 49, 51, 52, 53, 54, 55, 56, 57, 59}

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Bar:
    """Strokes of one bar: when (beats, from a little before 0 up to 4), class 0..2, strength 0..1."""

    bpm: float
    beat: Floats
    drum: NDArray[np.int64]
    strength: Floats


def strokes(path: Path) -> tuple[Floats, NDArray[np.int64], Floats]:
    """Onsets of a take in quarter notes, drum class 0..2 and strength; flams merged."""
    song = mido.MidiFile(path)
    found: list[tuple[float, int, float]] = []
    for track in song.tracks:
        ticks = 0
        for message in track:
            ticks += message.time
            if message.type == "note_on" and message.velocity > 0:
                for drum, notes in enumerate((KICK, SNARE, CYMBAL)):
                    if message.note in notes:
                        found.append((ticks / song.ticks_per_beat, drum, message.velocity / 127))
    found.sort()
    beats, drums, strengths = zip(*found, strict=True)
    return np.array(beats), np.array(drums, np.int64), np.array(strengths)


def merged(beat: Floats, drum: NDArray[np.int64], strength: Floats, bpm: float) -> tuple[Floats, NDArray[np.int64], Floats]:
    """One stroke where several of one class fall within FLAM_S: the loudest."""
    keep = np.ones(beat.size, bool)
    for kind in range(3):
        last = -1
        for i in np.flatnonzero(drum == kind).tolist():
            if last >= 0 and (beat[i] - beat[last]) * 60 / bpm < FLAM_S:
                keep[last if strength[i] > strength[last] else i] = False
                if not keep[i]:
                    continue
            last = i
    return beat[keep], drum[keep], strength[keep]


def lean_beats(beat: Floats, strength: Floats) -> float:
    """How far this drummer sits from the click in this take: median deviation of loud strokes near a beat."""
    off = (beat + 0.5) % 1 - 0.5
    near = (np.abs(off) < 0.12) & (strength > 0.3)
    return float(np.median(off[near])) if near.sum() > 8 else 0.0


def bars(folder: Path, without_drummers: set[str], without_takes: set[str], in_cut_time: bool = False) -> Iterator[Bar]:
    """Every 4/4 bar with at least one stroke, at most BARS_PER_TAKE of a take, evenly spread over it.

    In cut time each beat that is counted is an eighth of those written, as "Caravan" is counted at 300; only for CUT_STYLES.
    """
    with (folder / "info.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        if row["time_signature"] != "4-4" or row["drummer"] in without_drummers or row["id"] in without_takes:
            continue
        bpm = float(row["bpm"])
        if in_cut_time and (bpm > CUT_FASTEST_BPM or not row["style"].startswith(CUT_STYLES)):
            continue
        beat, drum, strength = strokes(folder / row["midi_filename"])
        beat, drum, strength = merged(beat, drum, strength, bpm)
        beat = beat - lean_beats(beat, strength)
        if in_cut_time:
            beat, bpm = 2 * beat, CUT_FASTER * bpm
        first, last = int(np.floor(beat[0] / BEATS + 0.02)), int(np.floor(beat[-1] / BEATS))
        numbers = np.arange(first, last + 1)
        if numbers.size > BARS_PER_TAKE:
            numbers = numbers[np.linspace(0, numbers.size - 1, BARS_PER_TAKE).round().astype(int)]
        for number in numbers:
            inside = (beat >= BEATS * number - 0.06) & (beat < BEATS * (number + 1) - 0.06)
            if inside.any():
                yield Bar(bpm, beat[inside] - BEATS * number, drum[inside], strength[inside])


def counts(bar: Bar, bins_per_beat: int, sd_bins: float) -> Floats:
    """Strokes by class and time, shape (CLASSES, BEATS * bins_per_beat): each spread over its neighbours, round the bar."""
    length = BEATS * bins_per_beat
    table = np.zeros((CLASSES, length))
    loud = 1 / (1 + np.exp(-(bar.strength - LOUD) / LOUD_WIDTH))
    reach = int(np.ceil(4 * sd_bins))
    steps = np.arange(-reach, reach + 1)
    for beat, drum, share in zip(bar.beat, bar.drum, loud, strict=True):
        centre = beat * bins_per_beat
        where = np.round(centre) + steps
        weight = np.exp(-0.5 * ((where - centre) / sd_bins) ** 2)
        weight /= weight.sum()
        np.add.at(table[drum], where.astype(int) % length, weight * (1 - share))
        np.add.at(table[drum + 3], where.astype(int) % length, weight * share)
    return table


def cluster(seen: Floats, patterns: int) -> tuple[Floats, Floats]:
    """Responsibilities (bars, patterns) and shares (patterns) of a mixture of Poisson processes over `seen` (bars, cells)."""
    chance = np.random.default_rng(SEED)
    rate = seen[chance.choice(len(seen), 1)] + 0.01
    for _ in range(patterns - 1):  # k-means++ on the Poisson deviance of root counts
        distance = ((np.sqrt(seen)[:, None] - np.sqrt(rate)[None]) ** 2).sum(axis=2).min(axis=1)
        rate = np.concatenate([rate, seen[chance.choice(len(seen), 1, p=distance / distance.sum())] + 0.01])
    share = np.full(patterns, 1 / patterns)
    mean = seen.mean(axis=0)
    for _ in range(ROUNDS):
        log = seen @ np.log(rate).T - rate.sum(axis=1) + np.log(share)
        log -= log.max(axis=1, keepdims=True)
        belongs = np.exp(log)
        belongs /= belongs.sum(axis=1, keepdims=True)
        weight = belongs.sum(axis=0)
        share = (weight + 1) / (weight + 1).sum()
        rate = (belongs.T @ seen + 2 * mean + 0.002) / (weight + 2)[:, None]
    return belongs, share


def learn(found: list[Bar], patterns: int) -> tuple[Floats, Floats, Floats]:
    """Rates (patterns, bins, CLASSES) in strokes a beat; shares; mean and sd of log2 bpm, (patterns, 2); commonest first."""
    coarse = np.array([counts(bar, COARSE, CLUSTER_SD_BINS).ravel() for bar in found])
    belongs, share = cluster(coarse, patterns)
    fine = np.array([counts(bar, BINS_PER_BEAT, WRITTEN_SD_BINS).ravel() for bar in found])
    weight = belongs.sum(axis=0)
    rate = (belongs.T @ fine + 2 * fine.mean(axis=0)) / (weight + 2)[:, None]
    rate = rate.reshape(patterns, CLASSES, -1).transpose(0, 2, 1) * BINS_PER_BEAT + FLOOR_PER_BEAT
    octave = np.log2([bar.bpm for bar in found])
    mean = belongs.T @ octave / weight
    spread = np.sqrt(belongs.T @ octave**2 / weight - mean**2 + 0.15**2)
    order = np.argsort(-share, kind="stable")
    print(f"{len(found)} bars; shares {np.round(share[order], 3)}; stays {stays(belongs):.2f}")
    return rate[order], share[order], np.stack([mean, spread], axis=1)[order]


def learn_all(folder: Path, without_drummers: set[str], without_takes: set[str]) -> tuple[Floats, Floats, Floats]:
    """The same of bars as they are written, and of those counted in cut time."""
    rate, share, octave = (
        each[:COMMON_PATTERNS] for each in learn(list(bars(folder, without_drummers, without_takes)), PATTERNS)
    )
    cut_rate, cut_share, cut_octave = learn(list(bars(folder, without_drummers, without_takes, in_cut_time=True)), CUT_PATTERNS)
    share = np.concatenate([(1 - CUT_SHARE) * share, CUT_SHARE * cut_share])
    return np.concatenate([rate, cut_rate]), share, np.concatenate([octave, cut_octave])


def stays(belongs: Floats) -> float:
    """How often the next bar is of the same pattern."""
    best = belongs.argmax(axis=1)
    return float((best[1:] == best[:-1]).mean())


HEADER = """\
/* Typical bars of 4/4, learned by scripts/learn_patterns from the Groove MIDI Dataset 1.0 (CC BY 4.0: Jon Gillick,
   Adam Roberts, Jesse Engel, Douglas Eck, David Bamman, "Learning to Groove with Inverse Sequence Transformations",
   ICML 2019). Not written by hand.

   LEARNED_RATE[pattern][bin][class]: strokes a beat, in thousandths; {bins} bins a beat; classes kick, snare,
   cymbal soft, then loud.
   LEARNED_SHARE[pattern]: how common it is. LEARNED_OCTAVE[pattern]: mean and sd of log2(bpm) of its bars. */
"""


def written(rate: Floats, share: Floats, octave: Floats) -> str:
    """The header file."""

    def row(values: Floats, form: str) -> str:
        return "{" + ",".join(form.format(v) for v in values) + "}"

    patterns = ",\n".join("{" + ",\n".join(row(np.round(1000 * bin_), "{:.0f}") for bin_ in pattern) + "}" for pattern in rate)
    return (
        HEADER.format(bins=BINS_PER_BEAT)
        + f"static const unsigned short LEARNED_RATE[{len(rate)}][{BEATS * BINS_PER_BEAT}][{CLASSES}] = {{\n{patterns}}};\n"
        + f"static const float LEARNED_SHARE[{len(share)}] = {row(share, '{:.5f}')};\n"
        + f"static const float LEARNED_OCTAVE[{len(octave)}][2] = {{{','.join(row(o, '{:.4f}') for o in octave)}}};\n"
    )


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("takes", type=Path)
    parser.add_argument("--without-drummers", default="", metavar="N,N")
    parser.add_argument("--without-takes", default="", metavar="ID,ID")
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[2] / "cython_core" / "bar_patterns.h")
    options = parser.parse_args()
    drummers = {f"drummer{n}" for n in options.without_drummers.split(",") if n}
    takes = {take for take in options.without_takes.split(",") if take}
    options.out.write_text(written(*learn_all(options.takes, drummers, takes)), encoding="utf-8")


if __name__ == "__main__":
    main()
