"""What stretching does to the sound, measured: a stem of the bundled show beside itself at other tempi.

    python bench/listening.py [--svg FILE]

At each rate, for a percussion, a piano and a brass stem: spectral flatness (0 dB is noise; a tone is far below) of the
recording and of what is heard of it, in windows of 43 ms at the same places; the mean shape of its attacks, each where the line
says it should be; and, for sines, the pitch in cents.
"""

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from cython_core.band import Band
from cython_core.stems import Stems
from live_rig.paths import examples_dir

RATE_HZ, CHUNK = 48_000, 256
RATES = (0.75, 1.0, 1.33, 2.5)
STEMS = ("percussion", "piano", "trumpets")
FROM_S, LENGTH_S = 20.0, 12.0  # of the recording
WINDOW = 2048  # frames
LOWEST_HZ, HIGHEST_HZ = 50.0, 16_000.0
SMOOTH_S = 0.005
SOUNDING = 0.01  # RMS below which a window is not judged
BEFORE_S, AFTER_S, STEP_S = 0.02, 0.06, 0.0005  # the picture of an attack
APART_S = 0.15  # attacks that have this much to themselves before they are judged
MOST_ATTACKS = 80
TONES_HZ = (110.0, 440.0, 1760.0)

Sound = NDArray[np.float32]  # (2, frames)
Curve = NDArray[np.float64]


def recorded(name: str) -> Sound:
    """A part of one stem of the bundled show."""
    sound, rate_hz = soundfile.read(
        examples_dir() / "festival" / "songs" / "salt-road" / f"{name}.ogg", dtype="float32", always_2d=True
    )
    part = sound[round(FROM_S * rate_hz) : round((FROM_S + LENGTH_S) * rate_hz)]
    both = np.broadcast_to(part, (len(part), 2))
    return np.ascontiguousarray((both if rate_hz == RATE_HZ else soxr.resample(both, rate_hz, RATE_HZ)).T)


def heard(sound: Sound, rate: float) -> Sound:
    """The whole of it at a steady rate; what is recorded at frame f is heard at frame f / rate."""
    stems, band = Stems([sound], RATE_HZ), Band(RATE_HZ)
    stems.all_in_memory()
    start, blocks = band.ahead_frames, []
    for number in range(int((start + sound.shape[1] / rate) / CHUNK)):
        band.order(start + number * CHUNK, number * CHUNK * rate, stems=stems)
        band.serve()
        blocks.append(band.read(number * CHUNK, CHUNK))
    return np.concatenate(blocks, axis=1)[:, start:]


def flatness_db(sound: Sound, centres: Curve) -> Curve:
    """Of windows around `centres`, in dB; NaN where there is next to nothing."""
    bins = np.fft.rfftfreq(WINDOW, 1 / RATE_HZ)
    judged = (bins > LOWEST_HZ) & (bins < HIGHEST_HZ)
    flat = np.full(len(centres), np.nan)
    for number, centre in enumerate(centres.astype(int)):
        window = sound[0, max(centre - WINDOW // 2, 0) : centre + WINDOW // 2]
        if len(window) == WINDOW and np.sqrt(np.mean(window**2)) > SOUNDING:
            power = np.abs(np.fft.rfft(window * np.hanning(WINDOW)))[judged] ** 2 + 1e-12
            flat[number] = 10 * np.log10(np.exp(np.log(power).mean()) / power.mean())
    return flat


def envelope(sound: Sound) -> Curve:
    """RMS around every STEP_S, within SMOOTH_S: less would show the waves of a low tone, and pick their crests for attacks."""
    bell = np.hanning(round(SMOOTH_S * RATE_HZ))
    power = np.convolve(sound[0].astype(np.float64) ** 2, bell / bell.sum(), "same")
    return np.sqrt(np.maximum(power[:: round(STEP_S * RATE_HZ)], 0.0))


def attacks(sound: Sound) -> Curve:
    """Frames at which something is struck out of something softer: the strongest, in order."""
    level = envelope(sound)
    wide = round(0.01 / STEP_S)
    before = np.array([level[max(0, at - wide) : at].mean() if at else 0.0 for at in range(len(level))])
    rise = level - 2 * before
    found: list[int] = []
    for at in np.argsort(-rise):
        if len(found) == MOST_ATTACKS or rise[at] < 0.02:
            break
        if (
            all(abs(at - other) * STEP_S > APART_S for other in found)
            and BEFORE_S / STEP_S < at < len(level) - AFTER_S / STEP_S
        ):
            found.append(int(at))
    return np.sort(np.array(found, float)) * STEP_S * RATE_HZ


def shape(sound: Sound, places: Curve) -> Curve:
    """The mean envelope around each of these frames, the loudest recorded moment being about 1."""
    level = envelope(sound)
    first, count = round(BEFORE_S / STEP_S), round((BEFORE_S + AFTER_S) / STEP_S)
    shapes = []
    for place in places:
        at = round(place / STEP_S / RATE_HZ) - first
        if at >= 0 and at + count <= len(level):
            shapes.append(level[at : at + count])
    mean: Curve = np.mean(shapes, axis=0)
    return mean


def struck(level: Curve, place: float) -> tuple[float, float]:
    """The attack at a frame: ms from there to half of its peak, and the peak, within 10 ms before and 30 after."""
    first = round((place / RATE_HZ - 0.01) / STEP_S)
    near = level[max(first, 0) : first + round(0.04 / STEP_S)]
    half = int(np.flatnonzero(near >= near.max() / 2)[0])
    return (max(first, 0) + half) * STEP_S * 1e3 - place / RATE_HZ * 1e3, float(near.max())


@dataclass(frozen=True, slots=True)
class Compared:
    """One stem at one rate."""

    stem: str
    rate: float
    flat_before: Curve
    flat_after: Curve
    shape_before: Curve
    shape_after: Curve
    late_ms: Curve  # of each attack, against its place
    louder_db: Curve  # likewise, than it was recorded


def compared(name: str, sound: Sound, rate: float) -> Compared:
    """The recording and what is heard of it, at the same places."""
    made = heard(sound, rate)
    centres = np.arange(RATE_HZ * 2, sound.shape[1] - RATE_HZ, RATE_HZ // 10).astype(float)
    places = attacks(sound)
    places = places[places > 2 * RATE_HZ]
    before, after = envelope(sound), envelope(made)
    pairs = [(struck(before, place), struck(after, place / rate)) for place in places]
    late_ms = np.array([there - here for (here, _), (there, _) in pairs])
    louder_db = np.array([20 * np.log10(there / here) for (_, here), (_, there) in pairs])
    flat_before, flat_after = flatness_db(sound, centres), flatness_db(made, centres / rate)
    return Compared(name, rate, flat_before, flat_after, shape(sound, places), shape(made, places / rate), late_ms, louder_db)


def cents(hz: float, rate: float) -> float:
    """How far a sine of `hz` is from itself."""
    wave = 0.4 * np.sin(2 * np.pi * hz * np.arange(round(5 * rate * RATE_HZ)) / RATE_HZ)
    made = heard(np.stack([wave, wave]).astype(np.float32), rate)[0, RATE_HZ : RATE_HZ + 3 * RATE_HZ]
    return 1200 * float(np.log2(pitch_hz(made) / hz))


def pitch_hz(wave: NDArray[np.float32]) -> float:
    """The strongest sine in it: the slope of its phase against a carrier at the strongest bin."""
    spectrum = np.abs(np.fft.rfft(wave * np.hanning(len(wave))))
    near = float(spectrum.argmax()) * RATE_HZ / len(wave)
    at = np.arange(len(wave))
    smooth = np.convolve(wave * np.exp(-2j * np.pi * near * at / RATE_HZ), np.hanning(4800) / 2400, "valid")[::480]
    turns = np.polyfit(np.arange(len(smooth)) * 480 / RATE_HZ, np.unwrap(np.angle(smooth)), 1)[0]
    return near + float(turns) / (2 * np.pi)


CELL, HIGH, LEFT, TOP, GAP = 330, 120, 60, 56, 46


def path(points: list[str], colour: str, wide: float) -> str:
    """A line through them."""
    return f'<path d="M{"L".join(points)}" fill="none" stroke="{colour}" stroke-width="{wide}"/>'


def drawn(rows: list[Compared]) -> str:
    """Rates from top to bottom; for each stem flatness over time, and the attack. Grey is the recording."""
    width, height = LEFT + len(STEMS) * (CELL + 50), TOP + len(RATES) * (HIGH + GAP) + 20
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
        ' font-family="Helvetica, Arial, sans-serif" font-size="11" fill="#24272c">',
        '<rect width="100%" height="100%" fill="#fff"/>',
        f'<text x="{LEFT}" y="18" font-size="13">Stretched (red) beside the recording (grey): spectral flatness along the song,'
        " -70 to 0 dB; mean attack, from 20 ms before to 60 ms after</text>",
    ]
    for row in rows:
        lines += cell(row, LEFT + STEMS.index(row.stem) * (CELL + 50), TOP + RATES.index(row.rate) * (HIGH + GAP))
    return "\n".join([*lines, "</svg>", ""])


def cell(row: Compared, left: float, top: float) -> list[str]:
    """One stem at one rate."""
    off_db = float(np.nanmedian(row.flat_after - row.flat_before))
    rises = f"attacks {np.median(row.late_ms):+.1f} ms, {np.median(row.louder_db):+.1f} dB"
    flat_wide, struck = CELL * 0.62, left + CELL * 0.66
    lines = [
        f'<text x="{left}" y="{top - 6}">{row.stem} at {row.rate:g} x: flatness {off_db:+.1f} dB; {rises}</text>',
        f'<rect x="{left}" y="{top}" width="{flat_wide}" height="{HIGH}" fill="none" stroke="#dfe2e6"/>',
        f'<rect x="{struck}" y="{top}" width="{left + CELL - struck}" height="{HIGH}" fill="none" stroke="#dfe2e6"/>',
    ]
    loudest = max(row.shape_before.max(), row.shape_after.max())
    for flat, attack, colour in ((row.flat_before, row.shape_before, "#8a9099"), (row.flat_after, row.shape_after, "#c8372d")):
        judged = [(number, value) for number, value in enumerate(flat) if np.isfinite(value)]
        along = [f"{left + number / len(flat) * flat_wide:.1f} {top - value / 70 * HIGH:.1f}" for number, value in judged]
        wide, high = (left + CELL - struck) / len(attack), (HIGH - 6) / loudest
        rising = [f"{struck + number * wide:.1f} {top + HIGH - value * high:.1f}" for number, value in enumerate(attack)]
        lines += [path(along, colour, 1.0), path(rising, colour, 1.4)]
    return lines


def main() -> None:
    """Print the table, draw the picture."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--svg", type=Path, metavar="FILE")
    options = parser.parse_args()
    rows = [compared(name, sound, rate) for name in STEMS for sound in [recorded(name)] for rate in RATES]
    print("| stem | rate | flatness recorded, dB | heard, dB | attacks later by, ms | nine of ten within, ms | louder by, dB |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for row in rows:
        flat = f"{np.nanmedian(row.flat_before):.1f} | {np.nanmedian(row.flat_after):.1f}"
        late = f"{np.median(row.late_ms):.1f} | {np.percentile(np.abs(row.late_ms), 90):.1f}"
        print(f"| {row.stem} | {row.rate:g} | {flat} | {late} | {np.median(row.louder_db):.1f} |", flush=True)
    for rate in RATES:
        off = ", ".join(f"{cents(hz, rate):.2f}" for hz in TONES_HZ)
        print(f"sines of {TONES_HZ} Hz at {rate:g} x are off by, cents: {off}")
    if options.svg:
        options.svg.write_text(drawn(rows), encoding="utf-8")


if __name__ == "__main__":
    main()
