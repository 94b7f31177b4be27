"""A recording of drums, heard from its beginning in the order it was played: onsets as they would be told live."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from cython_core.input_lines import DRUMS, Lines
from cython_core.onsets import ONSET
from live_rig.errors import ShowError
from live_rig.importers.midi_file import MIDI_SUFFIXES, read_strokes

MIDI_SAMPLERATE_HZ = 48_000
LISTEN_FRAMES = 8192 * 32  # of sound read at a time: whole ticks
RATES_HZ = (44_100, 192_000)
MOST_LINES = 8
PADS = "pads"

Heard = tuple[NDArray[np.void], int]
"""Onsets told, (n,) of ONSET, and the frame up to which the recording has been heard."""

Recording = tuple[int, Iterator[Heard]]
"""Samplerate, and what is heard piece by piece."""

Line = tuple[str, Path]
"""What stood before the microphone (`Lines`' names, or "pads" for a MIDI file), and its recording."""


def open_recording(path: Path, band: Path | None = None) -> Recording:
    """A recording, ready to be heard. Audio is mixed to one channel. ShowError for what cannot be heard."""
    if path.suffix.lower() in MIDI_SUFFIXES:
        strokes, length_s = _pads(path, MIDI_SAMPLERATE_HZ)
        return MIDI_SAMPLERATE_HZ, iter([(strokes, round(length_s * MIDI_SAMPLERATE_HZ))])
    return open_lines([("mix", path)], band)


def open_lines(lines: Sequence[Line], band: Path | None = None) -> Recording:
    """Recordings of several lines of one performance, which begin together. `band`: what the rig played meanwhile."""
    sounds = [(drum, path, _open(path)) for drum, path in lines if drum != PADS]
    midi = [path for drum, path in lines if drum == PADS]
    if not sounds:
        return open_recording(midi[0])
    if len(sounds) > MOST_LINES:
        raise ShowError(f"{len(sounds)} microphones are too many", where="--line", do=f"Give {MOST_LINES} at most")
    samplerate_hz = sounds[0][2].samplerate
    files = [(path, sound) for _, path, sound in sounds] + ([(band, _open(band))] if band else [])
    for path, sound in files:
        if sound.samplerate != samplerate_hz:
            what = f"This recording has {sound.samplerate} samples a second, and {sounds[0][1].name} has {samplerate_hz}"
            raise ShowError(what, where=str(path), do="Convert one of them")
    ears = Lines(samplerate_hz, [drum for drum, _, _ in sounds])
    pads = np.concatenate([_pads(path, samplerate_hz)[0] for path in midi]) if midi else np.empty(0, ONSET)
    return samplerate_hz, _listen(files, ears, np.sort(pads, order="told_frame"), has_band=band is not None)


def line_of(words: str) -> Line:
    """ "kick=kick.wav" as a line. ShowError for what is none."""
    drum, _, path = words.partition("=")
    if drum not in (*DRUMS, PADS) or not path:
        what = f"{words} says of no microphone what it hears"
        raise ShowError(
            what, where="--line", do=f"Write it like kick=kick.wav, with {', '.join(DRUMS)}, or pads for a MIDI file"
        )
    return drum, Path(path)


def _pads(path: Path, samplerate_hz: float) -> tuple[NDArray[np.void], float]:
    """Strokes of a MIDI file, told when they are struck, and its length in seconds."""
    strokes, length_s = read_strokes(path, samplerate_hz)
    strokes["told_frame"] = np.ceil(strokes["frame"])
    return strokes, length_s


@contextmanager
def _can_be_read(path: Path, otherwise: str, do: str) -> Iterator[None]:
    """ShowError where it cannot."""
    try:
        yield
    except soundfile.LibsndfileError:
        raise ShowError(otherwise, where=str(path), do=do) from None
    except TypeError:
        raise ShowError(f"{otherwise}: a .raw does not say at which rate it is", where=str(path), do=do) from None


def _open(path: Path) -> soundfile.SoundFile:
    """A sound file that can be heard."""
    if path.is_dir():
        raise ShowError("This is a folder", where=str(path), do="Give the recording in it")
    if not path.is_file():
        raise ShowError("There is no such file", where=str(path), do="Check the name")
    with _can_be_read(path, "This is no recording that can be read", "Use WAV, FLAC, Ogg or MP3, or a MIDI file"):
        sound = soundfile.SoundFile(path)
    if not RATES_HZ[0] <= sound.samplerate <= RATES_HZ[1]:
        what = f"The recording has {sound.samplerate} samples a second"
        raise ShowError(what, where=str(path), do="Convert it to 44100 or 48000")
    if sound.frames == 0:
        raise ShowError("The recording is empty", where=str(path), do="Record it again")
    return sound


def _listen(
    files: Sequence[tuple[Path, soundfile.SoundFile]], ears: Lines, pads: NDArray[np.void], *, has_band: bool
) -> Iterator[Heard]:
    """Piece by piece, as long as the longest line lasts; where one has ended it is silent."""
    heard, lines = 0, len(ears.drums)
    length = max(sound.frames for _, sound in files[:lines])
    try:
        while heard < length:
            pieces = np.zeros((len(files), min(LISTEN_FRAMES, length - heard)), np.float32)
            for row, (path, sound) in zip(pieces, files, strict=True):
                piece = _read(path, sound, heard, len(row))
                row[: len(piece)] = piece
            until = heard + pieces.shape[1]
            due = int(np.searchsorted(pads["told_frame"], until, side="right"))
            told = ears.feed(pieces[:lines], notes=pads[:due], band=pieces[lines] if has_band else None)
            pads, heard = pads[due:], until
            yield told, heard
    finally:
        for _, sound in files:
            sound.close()


def _read(path: Path, sound: soundfile.SoundFile, heard: int, frames: int) -> NDArray[np.float32]:
    """The next frames of one file, mixed to one channel; fewer where it ends."""
    with _can_be_read(path, f"The recording breaks off at {heard / sound.samplerate:.1f} s", "Copy or export it again"):
        piece = sound.read(frames, dtype="float32", always_2d=True)
    if not np.isfinite(piece).all():
        what = f"The recording holds samples that are no numbers, near {heard / sound.samplerate:.0f} s"
        raise ShowError(what, where=str(path), do="Export it again")
    return np.asarray(piece.mean(axis=1) if piece.size else piece[:, 0], np.float32)
