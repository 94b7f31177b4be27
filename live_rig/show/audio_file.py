"""Stems as files: how long one is, whether it is whole, and when it sounds. The last alone has all of it decoded.

A broken copy often opens without a word: the decoder plays what is there. So each format is asked in its own way whether
it is whole: WAV, AIFF and most MP3 say in their header how many bytes there are, Ogg marks its last page, FLAC cannot be read
up to the length that it states.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
import soundfile

TAIL_S = 0.5
WINDOW_S = 0.05
QUIET_DB = 40
UNKNOWN_BYTES = 0xFFFFFFFF  # what a program writes that could not go back to fill in the length
OGG_LONGEST_PAGE = 65_307
MP3_LONGEST_FRAME = 2881
OGG_LAST_PAGE_FLAG = 0x04
COPY_AGAIN = "Export it again, or copy it again from where it is whole"


class NotPlayable(Exception):
    """Why a file cannot be a stem: what is wrong, and what to do."""

    def __init__(self, what: str, do: str) -> None:
        super().__init__(f"{what}. {do}.")
        self.what, self.do = what, do


@dataclass(frozen=True, slots=True)
class AudioFile:
    """What a file says of itself, checked."""

    frames: int
    samplerate_hz: int
    channels: int

    @property
    def length_s(self) -> float:
        """How long it plays, at its own samplerate."""
        return self.frames / self.samplerate_hz


def measure(path: Path) -> AudioFile:
    """The length of a whole and playable file of one or two channels. Raises NotPlayable."""
    if path.is_dir():
        raise NotPlayable("it is a folder", "Give each recording in it by itself")
    try:
        with path.open("rb") as file:
            _refuse_empty(file)
            _refuse_truncated(file)
        with soundfile.SoundFile(path) as sound:
            audio = AudioFile(sound.frames, sound.samplerate, sound.channels)
            _refuse_unfit(audio)
            _refuse_short_of_header(sound)
    except FileNotFoundError:
        raise NotPlayable("it is not there", "Check the name and the folder") from None
    except OSError as error:
        raise NotPlayable(f"it cannot be read: {error.strerror}", "Check that you may read the file") from None
    except (soundfile.SoundFileError, TypeError):  # the second: a .raw, which says nothing of itself
        raise NotPlayable("it is not a sound file that can be read", "Export it as WAV, FLAC, Ogg or MP3") from None
    return audio


def sounding_s(path: Path) -> tuple[float, float]:
    """When the sound in a playable file begins and ends, in seconds: what is no more than QUIET_DB under its loudest.

    Where there is none it ends before it begins. Raises NotPlayable.
    """
    try:
        with soundfile.SoundFile(path) as sound:
            frames = round(WINDOW_S * sound.samplerate)
            peaks = np.array([np.abs(block).max() for block in sound.blocks(frames, dtype="float32")])
            rate = sound.samplerate
    except soundfile.SoundFileError:
        raise NotPlayable("it breaks off in the middle", COPY_AGAIN) from None
    sounding = np.flatnonzero((peaks > 0) & (peaks >= peaks.max() * 10 ** (-QUIET_DB / 20)))
    if not len(sounding):
        return np.inf, -np.inf
    return float(sounding[0] * frames / rate), float((sounding[-1] + 1) * frames / rate)


def _refuse_empty(file: BinaryIO) -> None:
    if not file.read(1):
        raise NotPlayable("it is empty: 0 bytes", COPY_AGAIN)
    file.seek(0)


def _refuse_unfit(audio: AudioFile) -> None:
    if audio.frames <= 0:
        raise NotPlayable("it is empty: it has a header, and no sound", COPY_AGAIN)
    if audio.channels > 2:
        raise NotPlayable(f"it has {audio.channels} channels", "Export it in mono or stereo")


def _refuse_truncated(file: BinaryIO) -> None:
    """Raise where the bytes are fewer than the file itself says."""
    kind = file.read(12)
    file.seek(0, 2)
    present = file.tell()
    file.seek(12)
    if kind[:4] == b"RIFF" and kind[8:] == b"WAVE":
        _refuse_short_wav(file, present)
    elif kind[:4] == b"FORM":
        _refuse_fewer(int.from_bytes(kind[4:8], "big"), present - 8)
    elif kind[:4] == b"OggS":
        _refuse_open_ended_ogg(file, present)
    elif kind[:3] == b"ID3" or kind[:1] == b"\xff":
        _refuse_short_mp3(file, kind, present)


def _refuse_fewer(stated: int, present: int) -> None:
    if present < stated:
        raise NotPlayable(f"it is cut short: its header says {stated} bytes of sound, and {present} are there", COPY_AGAIN)


def _refuse_short_wav(file: BinaryIO, present: int) -> None:
    while len(head := file.read(8)) == 8:
        size, here = int.from_bytes(head[4:], "little"), present - file.tell()
        if head[:4] == b"data" and size != UNKNOWN_BYTES:
            _refuse_fewer(size, here)
        file.seek(size + size % 2, 1)


def _refuse_open_ended_ogg(file: BinaryIO, present: int) -> None:
    file.seek(max(0, present - OGG_LONGEST_PAGE))
    tail = file.read()
    page = tail.rfind(b"OggS")
    if page < 0 or len(tail) < page + 6 or not tail[page + 5] & OGG_LAST_PAGE_FLAG:
        raise NotPlayable("it is cut short: its last page is not there", COPY_AGAIN)


def _refuse_short_mp3(file: BinaryIO, head: bytes, present: int) -> None:
    """An MP3 says how long it is only where its encoder wrote a Xing or Info tag into the first frame."""
    start = 0
    if head[:3] == b"ID3":
        start = 10 + sum((byte & 0x7F) << shift for byte, shift in zip(head[6:10], (21, 14, 7, 0), strict=False))
    file.seek(start)
    frame = file.read(MP3_LONGEST_FRAME)
    tag = max(frame.find(b"Xing"), frame.find(b"Info"))
    if tag < 0 or len(frame) < tag + 16:
        return
    has_frames, has_bytes = frame[tag + 7] & 1, frame[tag + 7] & 2
    at = tag + 8 + 4 * has_frames
    if has_bytes:
        _refuse_fewer(int.from_bytes(frame[at : at + 4], "big"), present - start)


def _refuse_short_of_header(sound: soundfile.SoundFile) -> None:
    """Raise where the last half second that the header promises is not there."""
    frames = min(sound.frames, int(TAIL_S * sound.samplerate))
    try:
        sound.seek(sound.frames - frames)
        heard = len(sound.read(frames, dtype="float32"))
    except soundfile.SoundFileError:
        heard = 0
    if not heard:
        raise NotPlayable("it is cut short: its end is not there", COPY_AGAIN)
