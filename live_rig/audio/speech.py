"""Words spoken into files by a speech synthesizer that needs no network: espeak-ng."""

import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import numpy.typing as npt
import soundfile

from live_rig.errors import DeviceError, ShowError

WORDS_PER_MINUTE = 190
PITCH = 45  # of 99
PEAK = 0.7  # as loud as the click's one
QUIET = 0.02  # of the peak: what comes before and after is silence
SAMPLERATE_HZ = 22_050  # espeak-ng's own


def synthesizer() -> str:
    """The program. DeviceError where there is none."""
    if found := shutil.which("espeak-ng"):
        return found
    raise DeviceError(
        "There is no speech synthesizer",
        where="espeak-ng",
        do="Install it (Debian: sudo apt install espeak-ng), then say it again",
    )


def speak(text: str, language: str) -> npt.NDArray[np.float32]:
    """`text` in `language` ("en", "de", "pt-br"): (frames,) at SAMPLERATE_HZ, from the first sound to the last.

    DeviceError without a synthesizer, ShowError for a language that it does not have or words without a sound.
    """
    with TemporaryDirectory() as folder:
        wave = Path(folder) / "said.wav"
        words = [synthesizer(), "-v", language, "-s", str(WORDS_PER_MINUTE), "-p", str(PITCH), "-w", str(wave), "--", text]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        if done.returncode or not wave.exists():
            raise ShowError(
                f'There is no voice for "{language}"',
                where="espeak-ng",
                do="Say one that espeak-ng --voices lists, such as en or de",
            )
        sound, _ = soundfile.read(wave, dtype="float32")
    loud = np.flatnonzero(np.abs(sound) > QUIET * np.abs(sound).max(initial=0.0))
    if not len(loud):
        raise ShowError(f'"{text}" cannot be spoken', where="cue", do="Write it in words")
    sound = sound[loud[0] : loud[-1] + 1]
    return np.asarray(sound * (PEAK / np.abs(sound).max()), np.float32)


def write_spoken(text: str, language: str, path: Path) -> None:
    """Speak `text` into an Ogg file. As `speak`; DeviceError where the disk does not let it."""
    sound = speak(text, language)
    try:
        soundfile.write(path, sound, SAMPLERATE_HZ, format="OGG", subtype="VORBIS")
    except soundfile.LibsndfileError as error:
        raise DeviceError(
            "It cannot be written", where=f"{path}: {error}", do="Make room, or choose a folder of your own"
        ) from None
