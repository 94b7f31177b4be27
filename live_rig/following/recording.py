"""A recording of drums, heard from its beginning in the order it was played: onsets as they would be told live."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from cython_core.onsets import Onsets
from live_rig.errors import ShowError
from live_rig.importers.midi_file import read_strokes

MIDI_SUFFIXES = (".mid", ".midi", ".smf")
MIDI_SAMPLERATE_HZ = 48_000
LISTEN_FRAMES = 8192 * 32  # of sound read at a time: whole ticks
RATES_HZ = (44_100, 192_000)

Heard = tuple[NDArray[np.void], int]
"""Onsets told, (n,) of ONSET, and the frame up to which the recording has been heard."""

Recording = tuple[int, Iterator[Heard]]
"""Samplerate, and what is heard piece by piece."""


def open_recording(path: Path) -> Recording:
    """A recording, ready to be heard. Audio is mixed to one channel. ShowError for what cannot be heard."""
    if path.suffix.lower() in MIDI_SUFFIXES:
        strokes, length_s = read_strokes(path, MIDI_SAMPLERATE_HZ)
        strokes["told_frame"] = np.ceil(strokes["frame"])
        return MIDI_SAMPLERATE_HZ, iter([(strokes, round(length_s * MIDI_SAMPLERATE_HZ))])
    if not path.is_file():
        raise ShowError("There is no such file", where=str(path), do="Check the name")
    try:
        sound = soundfile.SoundFile(path)
    except soundfile.LibsndfileError as error:
        raise ShowError(
            f"This is no recording that can be read: {error.error_string}",
            where=str(path),
            do="Use WAV, FLAC, Ogg or MP3, or a MIDI file",
        ) from None
    if not RATES_HZ[0] <= sound.samplerate <= RATES_HZ[1]:
        what = f"The recording has {sound.samplerate} samples a second"
        raise ShowError(what, where=str(path), do="Convert it to 44100 or 48000")
    if sound.frames == 0:
        raise ShowError("The recording is empty", where=str(path), do="Record it again")
    return sound.samplerate, _listen(path, sound)


def _listen(path: Path, sound: soundfile.SoundFile) -> Iterator[Heard]:
    detector, heard = Onsets(sound.samplerate), 0
    with sound:
        while heard < sound.frames:
            try:
                piece = sound.read(LISTEN_FRAMES, dtype="float32", always_2d=True)
            except soundfile.LibsndfileError as error:
                raise ShowError(
                    f"The recording breaks off at {heard / sound.samplerate:.1f} s: {error.error_string}",
                    where=str(path),
                    do="Copy or export it again",
                ) from None
            if not piece.size:
                return
            if not np.isfinite(piece).all():
                raise ShowError(
                    f"The recording holds samples that are no numbers, near {heard / sound.samplerate:.0f} s",
                    where=str(path),
                    do="Export it again",
                )
            heard += len(piece)
            yield detector.feed(piece.mean(axis=1)), heard
