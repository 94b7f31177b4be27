"""A band in the drummer's microphones: the bundled Salt Road, a little late, so far under the drums by mean power."""

from functools import cache

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from bench.setting.corpus import CHECKOUT

SALT_ROAD = CHECKOUT / "examples" / "festival" / "songs" / "salt-road"
WAY_S = 0.012
Sound = npt.NDArray[np.floating]


@cache
def band(rate: int) -> Sound:
    """A minute of the tune from where all play, mono."""
    stems = [soundfile.read(path, always_2d=True, dtype="float32") for path in sorted(SALT_ROAD.glob("*.ogg"))]
    frames = min(len(sound) for sound, _ in stems)
    mixed = np.sum([sound[:frames].mean(axis=1) for sound, _ in stems], axis=0)[20 * stems[0][1] :]
    return np.asarray(soxr.resample(mixed, stems[0][1], rate), np.float32)


def power(sound: Sound) -> float:
    """The mean, never 0."""
    return float(np.mean(np.square(sound))) + 1e-12


def bleed(drums: Sound, rate: int, db: float) -> tuple[Sound, Sound]:
    """(what comes back into a microphone beside these drums, the band as it was played), both as long as they."""
    played = np.resize(band(rate), len(drums))
    gain = np.sqrt(power(drums) / power(played)) * 10 ** (db / 20)
    late = int(WAY_S * rate)
    return gain * np.concatenate([np.zeros(late), played[:-late]]), played
