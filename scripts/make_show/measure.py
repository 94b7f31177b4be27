"""`python -m make_show.measure [FOLDER]`: levels, tuning, attacks against the grid and the silence at the end, as written."""

import argparse
import csv
import tomllib
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from make_show.render import peak_db, rms_db

Sound = NDArray[np.float32]  # shape (frames, channels)
BANDS_HZ = ((20, 120), (120, 500), (500, 2000), (2000, 6000), (6000, 20000))


def stems(song: Path) -> tuple[dict[str, Sound], dict[str, float], int]:
    """(sound by stem, gain in dB by stem, samplerate) of a song's folder."""
    listed = tomllib.loads((song / "song.toml").read_text(encoding="utf-8"))["stems"]
    sounds, samplerate = {}, 0
    for stem in listed:
        sounds[stem["name"]], samplerate = soundfile.read(song / stem["file"], dtype="float32", always_2d=True)
    return sounds, {stem["name"]: stem["gain_db"] for stem in listed}, samplerate


def mixed(sounds: dict[str, Sound], gains_db: dict[str, float]) -> Sound:
    """All stems at their gains, stereo."""
    mix = np.zeros((len(next(iter(sounds.values()))), 2), np.float32)
    for name, sound in sounds.items():
        mix += sound * np.float32(10 ** (gains_db[name] / 20))
    return mix


def cents_from_a440(sound: Sound, samplerate: int) -> tuple[float, float]:
    """(mean, spread) of the strongest partials between 200 and 1500 Hz against equal temperament, weighted by their power."""
    mono = sound.mean(axis=1)
    size = 16384
    cents, weights = [], []
    for start in range(0, len(mono) - size, size // 2):
        spectrum = np.abs(np.fft.rfft(mono[start : start + size] * np.hanning(size), 4 * size))
        low, high = (round(hz * 4 * size / samplerate) for hz in (200, 1500))
        inner = spectrum[low:high]
        top = inner[1:-1]
        peaks = np.flatnonzero((top > inner[:-2]) & (top > inner[2:]) & (top > 0.2 * inner.max())) + 1 + low
        hz = peaks * samplerate / (4 * size)
        semitones = 69 + 12 * np.log2(hz / 440)
        cents += list(100 * (semitones - np.round(semitones)))
        weights += list(spectrum[peaks] ** 2)
    mean = float(np.average(cents, weights=weights))
    return mean, float(np.sqrt(np.average((np.array(cents) - mean) ** 2, weights=weights)))


def attacks_ms(sound: Sound, samplerate: int, beats_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """Where the level rises most near each beat, minus the beat, for the beats where it rises well."""
    mono = np.abs(sound).max(axis=1)
    hop = samplerate // 1000
    level = np.log(1e-3 + np.array([mono[start : start + hop].max() for start in range(0, len(mono) - hop, hop)]))
    found = []
    for beat_s in beats_s:
        first = round((beat_s - 0.03) * 1000)
        if first < 10 or first + 70 > len(level):
            continue
        rise = np.array([level[k + 6 : k + 12].max() - level[k - 6 : k].max() for k in range(first, first + 60)])
        if rise.max() > 0.7:
            found.append(float(first + np.argmax(rise) + 6 - 1000 * beat_s))
    return np.array(found)


def report(song: Path) -> list[str]:
    """Lines about a song."""
    sounds, gains_db, samplerate = stems(song)
    with (song / "beats.csv").open(encoding="utf-8") as file:
        beats_s = np.array([float(row["time_s"]) for row in csv.DictReader(file)])
    mix = mixed(sounds, gains_db)
    lines = [f"{song.name}: {len(mix) / samplerate:.2f} s, {len(beats_s)} beats, {samplerate} Hz"]
    for name, sound in [*sounds.items(), ("mix", mix)]:
        power = np.abs(np.fft.rfft(sound.mean(axis=1))) ** 2
        hz = np.fft.rfftfreq(len(sound), 1 / samplerate)
        bands = [10 * np.log10(power[(hz >= low) & (hz < high)].sum() / power.sum() + 1e-9) for low, high in BANDS_HZ]
        cents, spread = cents_from_a440(sound, samplerate)
        attacks = attacks_ms(sound, samplerate, beats_s)
        late = f"{np.median(attacks):+5.1f} ms, sd {attacks.std():4.1f}, n {attacks.size:3}" if attacks.size else "none"
        lines.append(
            f"  {name:11} peak {peak_db(sound):6.1f} dBFS  rms {rms_db(sound):6.1f}  gain {gains_db.get(name, 0):+5.1f}  "
            f"bands {' '.join(f'{band:4.0f}' for band in bands)} dB  tuning {cents:+5.1f} ± {spread:4.1f} ct  attacks {late}  "
            f"last 0.2 s {peak_db(sound[-samplerate // 5 :]):6.1f} dBFS"
        )
    return lines


def main() -> None:
    """Print the report."""
    parser = argparse.ArgumentParser(prog="make_show.measure", description=__doc__)
    parser.add_argument("show", nargs="?", type=Path, default=Path("../examples/festival"))
    for song in sorted((parser.parse_args().show / "songs").iterdir()):
        print("\n".join(report(song)))


if __name__ == "__main__":
    main()
