"""MIDI to sound: fluidsynth with the FluidR3 GM sound font, then levels, a soft ceiling, and files.

Debian: `apt-get install fluidsynth fluid-soundfont-gm`. Elsewhere put the path of `FluidR3_GM.sf2` in SOUNDFONT.
"""

import os
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

SAMPLERATE = 48_000  # Hz
SOUNDFONT = Path(os.environ.get("SOUNDFONT", "/usr/share/sounds/sf2/FluidR3_GM.sf2"))
OGG_QUALITY = 0.3  # of libvorbis, 0..1; about 90 kbit/s for a section in stereo

LATE_S = 0.0035  # between a note and its attack in the file (measured on snare, hi-hat, claves and piano: 2.6 to 5 ms)

Stereo = NDArray[np.float32]  # shape (frames, 2)


def sound(midi_file: Path, length_s: float, *, room: float, level: float) -> Stereo:
    """What fluidsynth makes of a MIDI file, dry but for a small room, `length_s` seconds of it. No chorus."""
    settings = {
        "synth.reverb.room-size": room,
        "synth.reverb.level": level,
        "synth.reverb.damp": 0.4,
        "synth.reverb.width": 0.8,
        "synth.polyphony": 512,
        "synth.midi-bank-select": "gs",
        "player.reset-synth": 0,
    }
    with tempfile.TemporaryDirectory() as folder:
        wav = Path(folder) / "out.wav"
        command = [
            "fluidsynth",
            "-q",
            "-i",
            "-n",
            "-C",
            "0",
            "-R",
            "1" if level > 0 else "0",
            "-g",
            "0.5",
            "-r",
            str(SAMPLERATE),
        ]
        command += [word for name, value in settings.items() for word in ("-o", f"{name}={value}")]
        command += ["-T", "wav", "-O", "float", "-F", str(wav), str(SOUNDFONT), str(midi_file)]
        subprocess.run(command, check=True, capture_output=True)
        audio, _ = soundfile.read(wav, dtype="float32", always_2d=True)
    frames = round(length_s * SAMPLERATE)
    whole = np.zeros((frames, 2), np.float32)
    audio = audio[round(LATE_S * SAMPLERATE) :]
    whole[: min(frames, len(audio))] = audio[:frames]
    return whole


def peak_db(audio: NDArray[np.float32]) -> float:
    """The highest sample, dBFS; -120 for silence."""
    return float(20 * np.log10(max(float(np.abs(audio).max(initial=0.0)), 1e-6)))


def rms_db(audio: NDArray[np.float32]) -> float:
    """Root mean square of what sounds (parts below -60 dBFS left out), dBFS."""
    power = np.square(audio.astype(np.float64)).mean(axis=1)
    window = SAMPLERATE // 10
    blocks = power[: len(power) // window * window].reshape(-1, window).mean(axis=1)
    loud = blocks[blocks > 1e-6]
    return float(10 * np.log10(loud.mean())) if loud.size else -120.0


def ceiling(audio: Stereo, limit_db: float) -> Stereo:
    """A look-ahead limiter: peaks come down to `limit_db` with the gain of 4 ms around them, so nothing folds over."""
    limit = 10 ** (limit_db / 20)
    reach = SAMPLERATE // 250
    loudest = np.abs(audio).max(axis=1)
    padded = np.pad(loudest, reach, mode="edge")
    held = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1).max(axis=1)
    gain = np.minimum(1.0, limit / np.maximum(held, 1e-9))
    release = np.hanning(2 * reach + 1)
    smooth = np.convolve(np.pad(gain, reach, mode="edge"), release / release.sum(), mode="valid")
    return (audio * np.minimum(smooth, 1.0)[:, None]).astype(np.float32)


def write_ogg(path: Path, audio: NDArray[np.float32]) -> None:
    """Ogg Vorbis, in pieces: libsndfile's encoder does not take a minute at a time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    channels = 1 if audio.ndim == 1 else audio.shape[1]
    with soundfile.SoundFile(
        path, "w", SAMPLERATE, channels, format="OGG", subtype="VORBIS", compression_level=1 - OGG_QUALITY
    ) as file:
        for start in range(0, len(audio), SAMPLERATE):
            file.write(audio[start : start + SAMPLERATE])
