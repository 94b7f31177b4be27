"""A recording of drums, as the rig hears it: mono, at the session's rate."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from live_rig.errors import ShowError

LOWEST_RATE_HZ = 22_050  # below, there are no cymbals left to hear


def read_drums(path: Path, samplerate_hz: float) -> npt.NDArray[np.float32]:
    """Shape (frames,), float32, full scale 1.0, all channels mixed to one. ShowError, in words, for what cannot be drums."""
    if not path.exists():
        raise ShowError(f"There is no drum recording {path.name}", where=str(path), do="Check the name")
    if path.is_dir():
        raise ShowError(f"{path.name} is a folder", where=str(path), do="Give the recording in it")
    try:
        sound, rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
    except (soundfile.LibsndfileError, TypeError):  # the second: a .raw, which says nothing of itself
        raise ShowError(f"{path.name} is no sound", where=str(path), do="Give a WAV, FLAC, Ogg or MP3 file") from None
    if len(sound) == 0:
        raise ShowError(f"{path.name} is empty", where=str(path), do="Record it again: it has no sound at all in it")
    if rate_hz < LOWEST_RATE_HZ:
        raise ShowError(
            f"{path.name} is at {rate_hz} Hz, too low to hear cymbals", where=str(path), do="Record drums at 44100 Hz or more"
        )
    if not np.isfinite(sound).all():
        raise ShowError(f"{path.name} has samples that are no numbers", where=str(path), do="Export it again")
    mono = sound.mean(axis=1)
    return np.ascontiguousarray(mono if rate_hz == samplerate_hz else soxr.resample(mono, rate_hz, samplerate_hz), np.float32)
