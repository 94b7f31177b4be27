"""Does the band stay steady with a drummer who listens to it? Simulated drummers who correct towards the band.

    python bench/duet.py [--quick] [--minutes M] [--jobs 2] [--csv FILE] [--picture FILE.png]

The corpus's drummers do not hear the band; a real one does, and two who follow each other may drift, or swing. Each drummer
here has a timekeeper and hands (Wing & Kristofferson 1973: timekeeper SD 1 % of the beat and at least 2 ms, motor SD 3 ms),
corrects his phase by alpha and his period by beta of the asynchrony he hears (Repp 2005; alpha 0 to 0.5, beta 0 to 0.2),
and plays over a round trip of up to 30 ms, which the rig is told and makes up for; some hear the band 15 or 30 ms later
still, and nobody has told the rig. He strikes kick, snare and hi-hat as MIDI notes; the real rig follows him, authority:
drummer. The same drummer alone, with the same noise, is the measure: drift is the last quarter's tempo against the first's,
spread the SD of the tempo from bar to bar, swing how far the asynchrony goes back and forth (its most negative
autocorrelation at one to four beats; above 0.5 they chase each other).
"""

import argparse
import csv
import itertools
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from cython_core.authority import Leader
from cython_core.drums import Drums
from cython_core.entry import Listening
from cython_core.exchange import EventKind
from cython_core.transport import State
from live_rig.conducting.chart import chart_of
from live_rig.conducting.cues import Sent
from live_rig.instrument import Instrument
from live_rig.wiring import each_bus_apart
from tests.playing import HAT, KICK, RATE_HZ, SNARE, song

BLOCK = 64
ALPHAS, BETAS = (0.0, 0.25, 0.5), (0.0, 0.1, 0.2)
DELAYS_MS = ((0.0, 0.0), (15.0, 0.0), (30.0, 0.0), (0.0, 15.0), (0.0, 30.0))  # round trip told, and what is not told
TEMPI_BPM = (60.0, 120.0, 200.0, 330.0)
FIRST_BEATS = 16  # to lock; not judged


@dataclass(frozen=True, slots=True)
class Drummer:
    """Who plays. `accelerates`: his own wish, a fraction of the tempo over the take."""

    bpm: float
    alpha: float
    beta: float
    trip_ms: float  # input and output latency together, which the rig is told
    untold_ms: float = 0.0  # so much later he hears the band, and nobody has told the rig
    accelerates: float = 0.0
    length_s: float = 60.0
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one take; tempi in percent of the drummer's own, asynchronies in ms."""

    bpm: float
    alpha: float
    beta: float
    trip_ms: float
    untold_ms: float
    drift: float  # of the pair, at the end against the start
    drift_alone: float
    spread: float
    spread_alone: float
    mean_ms: float
    sd_ms: float
    swing: float  # > 0.5: they chase each other back and forth

    @property
    def is_steady(self) -> bool:
        """No more drift and spread than alone and half a percent, and no swing."""
        return abs(self.drift) <= abs(self.drift_alone) + 0.5 and self.spread <= self.spread_alone + 0.5 and self.swing < 0.5


class Hands:
    """The drummer's clock: when his next beat falls, given what he has heard."""

    def __init__(self, who: Drummer) -> None:
        self.who, self.rng = who, np.random.default_rng(who.seed)
        self.period_s = 60 / who.bpm
        self.beats = round(who.length_s / self.period_s)
        self.next_s, self.count = 0.5, 0

    def strike(self) -> float:
        """The time of this beat's stroke."""
        self.count += 1
        return self.next_s + self.rng.normal(0, 0.003)

    def go_on(self, asynchrony_s: float | None) -> None:
        """On to the next beat. asynchrony_s: band minus drummer, as he heard it at the stroke just made."""
        who = self.who
        wish = (1 + who.accelerates) ** (-1 / self.beats)
        heard = 0.0 if asynchrony_s is None else float(np.clip(asynchrony_s, -0.25 * self.period_s, 0.25 * self.period_s))
        self.period_s = (self.period_s + who.beta * heard) * wish
        clock_sd_s = max(0.002, 0.01 * self.period_s)
        self.next_s += self.period_s + who.alpha * heard + self.rng.normal(0, clock_sd_s)


def alone(who: Drummer) -> np.ndarray:
    """His beats with nobody to listen to."""
    hands = Hands(who)
    struck = []
    for _ in range(hands.beats):
        struck.append(hands.strike())
        hands.go_on(None)
    return np.array(struck)


def together(who: Drummer) -> tuple[np.ndarray, np.ndarray]:
    """(his beats in s, the band's asynchrony at each in s; NaN before the band plays)."""
    instrument = Instrument(Drums(RATE_HZ, 1, BLOCK), RATE_HZ, each_bus_apart(1), BLOCK)
    hands = Hands(who)
    instrument.load(chart_of(song(who.bpm, f"head:{hands.beats // 4 + 50}"), RATE_HZ, None))
    instrument.send([Sent(EventKind.TAKE), Sent(EventKind.LISTEN, Listening.FOR_THE_BAR, Leader.DRUMMER)])
    half_s = who.trip_ms / 2e3
    instrument.rig.at(half_s, half_s)
    silence, played = np.zeros((1, BLOCK), np.float32), np.empty((8, BLOCK), np.float32)
    struck, off = list[float](), list[float]()
    to_ear_frames = instrument.rig.guard_delay_frames + round(half_s * RATE_HZ)
    due: list[tuple[int, int, int]] = []
    frame, has_heard = 0, True
    while hands.count < hands.beats or not has_heard:
        if not has_heard and frame > struck[-1] * RATE_HZ + to_ear_frames:
            heard = asynchrony(instrument, struck[-1], to_ear_frames)
            off.append(np.nan if heard is None else heard)
            hands.go_on(None if heard is None else heard + who.untold_ms / 1e3)
            has_heard = True
        if has_heard and hands.count < hands.beats and hands.next_s * RATE_HZ < frame + 4 * BLOCK:
            at_s, has_heard = max(hands.strike(), (frame + BLOCK) / RATE_HZ), False
            struck.append(at_s)
            place = (len(struck) - 1) % 4
            drum = KICK if place in (0, 2) else SNARE
            on, off_beat = round((at_s + half_s) * RATE_HZ), round((at_s + half_s + hands.period_s / 2) * RATE_HZ)
            due += [(on, drum, 105 if place == 0 else 95), (on, HAT, 80), (off_beat, HAT, 60)]
            due.sort()
        while due and due[0][0] < frame + BLOCK:
            at, note, velocity = due.pop(0)
            instrument.send([Sent(EventKind.NOTE, note, velocity)], max(at, frame))
        instrument.rig.step(silence, played)
        frame += BLOCK
    return np.array(struck), np.array(off)


def asynchrony(instrument: Instrument, beat_s: float, to_ear_frames: int) -> float | None:
    """Band minus drummer, in s, for the stroke at `beat_s`; None while there is no band."""
    frame = round(beat_s * RATE_HZ) - to_ear_frames
    moment = instrument.rig.moment(frame)
    if frame < 0 or moment["state"] != State.PLAYING:
        return None
    place = moment["song_beat"] + moment["bpm"] / 60 * (frame % 32) / RATE_HZ
    return float((round(place) - place) * 60 / moment["bpm"])


def tempi(beats_s: np.ndarray) -> np.ndarray:
    """The tempo of each bar of four, in bpm, after the first beats."""
    return 240 / np.diff(beats_s[FIRST_BEATS::4])


def drift(bars: np.ndarray) -> float:
    """In percent: the last quarter of the take against the first."""
    quarter = max(1, len(bars) // 4)
    return float(100 * (np.mean(bars[-quarter:]) / np.mean(bars[:quarter]) - 1))


def swing(off_s: np.ndarray) -> float:
    """How far the asynchrony goes back and forth: its most negative autocorrelation at one to four beats, as a size."""
    known = off_s[np.isfinite(off_s)]
    if len(known) < 40:
        return 0.0
    known = known - known.mean()
    power = float(np.dot(known, known)) or 1.0
    return max(0.0, *(-float(np.dot(known[:-lag], known[lag:])) / power for lag in range(1, 5)))


def judge(who: Drummer) -> Figures:
    """One take, and the same drummer alone."""
    beats_s, off_s = together(who)
    with_band, by_himself = tempi(beats_s), tempi(alone(who))
    known = off_s[FIRST_BEATS:][np.isfinite(off_s[FIRST_BEATS:])] * 1e3
    return Figures(
        who.bpm,
        who.alpha,
        who.beta,
        who.trip_ms,
        who.untold_ms,
        drift(with_band),
        drift(by_himself),
        float(100 * np.std(with_band) / np.mean(with_band)),
        float(100 * np.std(by_himself) / np.mean(by_himself)),
        float(np.mean(known)) if len(known) else float("nan"),
        float(np.std(known)) if len(known) else float("nan"),
        swing(off_s[FIRST_BEATS:]),
    )


def table(rows: list[Figures]) -> str:
    """By delays and tempo: the worst drift and spread beyond his own, the mean SD, how many of the drummers were steady."""
    lines = ["told ms  untold ms   bpm  takes steady  drift % beyond his own (worst)  spread % beyond  SD ms  swing (worst)"]
    for untold_ms, trip_ms, bpm in sorted({(row.untold_ms, row.trip_ms, row.bpm) for row in rows}):
        takes = [row for row in rows if (row.untold_ms, row.trip_ms, row.bpm) == (untold_ms, trip_ms, bpm)]
        drifted = max(abs(row.drift) - abs(row.drift_alone) for row in takes)
        spread = max(row.spread - row.spread_alone for row in takes)
        steady = sum(row.is_steady for row in takes)
        lines.append(
            f"{trip_ms:7.0f} {untold_ms:10.0f} {bpm:5.0f} {len(takes):6d} {steady:6d} {drifted:31.2f} {spread:24.2f}"
            f" {np.mean([row.sd_ms for row in takes]):6.1f} {max(row.swing for row in takes):9.2f}"
        )
    return "\n".join(lines)


def draw(rows: list[Figures], path: Path) -> None:
    """The map: a field for each pair of delays and tempo, alpha across and beta up; green where it is steady."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PyQt6.QtCore import QRectF, Qt
    from PyQt6.QtGui import QColor, QFont, QGuiApplication, QImage, QPainter

    _app = QGuiApplication([])
    delays, speeds = sorted({(row.untold_ms, row.trip_ms) for row in rows}), sorted({row.bpm for row in rows})
    cell, field = 84, 84 * len(ALPHAS) + 60
    image = QImage(field * len(delays) + 20, (84 * len(BETAS) + 70) * len(speeds) + 30, QImage.Format.Format_RGB32)
    image.fill(QColor("#ffffff"))
    painter = QPainter(image)
    painter.setFont(QFont("sans-serif", 10))
    for row in rows:
        left = delays.index((row.untold_ms, row.trip_ms)) * field + 60 + ALPHAS.index(row.alpha) * cell
        top = speeds.index(row.bpm) * (84 * len(BETAS) + 70) + 30 + (len(BETAS) - 1 - BETAS.index(row.beta)) * cell
        worst = max(abs(row.drift) - abs(row.drift_alone), row.spread - row.spread_alone) / 0.5
        colour = QColor("#2e9e6b") if row.is_steady else QColor("#e6b23c") if worst < 4 else QColor("#cf5448")
        painter.fillRect(QRectF(left, top, cell - 3, cell - 3), colour)
        words = f"{row.drift:+.1f} %\n{row.sd_ms:.0f} ms\nswing {row.swing:.1f}"
        painter.drawText(QRectF(left, top, cell - 3, cell - 3), Qt.AlignmentFlag.AlignCenter, words)
        if row.beta == BETAS[0]:
            painter.drawText(QRectF(left, top + cell - 3, cell, 16), Qt.AlignmentFlag.AlignCenter, f"a {row.alpha:g}")
        if row.alpha == ALPHAS[0]:
            painter.drawText(QRectF(left - 55, top, 50, cell), Qt.AlignmentFlag.AlignCenter, f"b {row.beta:g}")
            if row.beta == BETAS[-1]:
                painter.drawText(left, top - 8, f"{row.bpm:.0f} bpm, told {row.trip_ms:.0f} ms, not told {row.untold_ms:.0f}")
    painter.end()
    image.save(str(path))


def main() -> int:
    """Play all duets, print the table, draw the map."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--quick", action="store_true", help="one minute each at two tempi, in place of five at four")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--csv", type=Path, metavar="FILE")
    parser.add_argument("--picture", type=Path, metavar="FILE.png")
    parser.add_argument("--minutes", type=float, default=None)
    args = parser.parse_args()
    tempi_bpm = (120.0, 330.0) if args.quick else TEMPI_BPM
    length_s = 60 * (args.minutes or (1.0 if args.quick else 5.0))
    every = itertools.product(tempi_bpm, ALPHAS, BETAS, DELAYS_MS)
    drummers = [Drummer(bpm, alpha, beta, *delays, length_s=length_s) for bpm, alpha, beta, delays in every]
    rising = [Drummer(bpm, 0.25, 0.05, 0.0, 0.0, 0.2, length_s) for bpm in tempi_bpm]
    with ProcessPoolExecutor(args.jobs) as pool:
        rows, risen = list(pool.map(judge, drummers)), list(pool.map(judge, rising))
    print(table(rows), end="\n\n")
    for row in risen:
        print(f"his own accelerando at {row.bpm:.0f}: alone {row.drift_alone:+.1f} %, with the band {row.drift:+.1f} %")
    if args.picture:
        draw(rows, args.picture)
    if args.csv:
        with args.csv.open("w", newline="") as file:
            writer = csv.DictWriter(file, list(asdict(rows[0])))
            writer.writeheader()
            writer.writerows(asdict(row) for row in rows)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
