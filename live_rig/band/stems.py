"""From the stems of a song, as they lie in the show, to `Stems` that the band can play.

Each file is decoded once: to float32 at the stems' rate, two channels, as a plain .npy of shape (frames, 2) in a cache
outside the show; and once more in every key that a song is transposed to. Its name is made of the file's content, the rate and
the key, so an exchanged file is decoded anew and a moved one is not. It is written under another name and renamed when it is
whole. What is in the cache can be deleted at any time.

A song is played with the files that it was read from, or not at all: never a new mix on an old beat map. Where one of them
has been written anew since, or has gone, what the cache has of it is played.
"""

import errno
import hashlib
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Any, BinaryIO

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from cython_core.stem_rate import stem_rate_hz
from cython_core.stems import Stems
from cython_core.transposer import Transposer
from live_rig.errors import DeviceError, ShowError
from live_rig.show.audio_file import COPY_AGAIN, NotPlayable, measure
from live_rig.show.edition import Stamp, stamp_of
from live_rig.show.file_names import file_of
from live_rig.show.song import Song
from live_rig.show.stem import Stem

Interleaved = NDArray[np.float32]  # shape (frames, 2), full scale 1.0
Mapped = np.memmap[Any, np.dtype[np.float32]]  # the same, as it lies in a file

FORMAT = 1  # of the cache: another number, another name
BLOCK_FRAMES = 1 << 16
SIDES = 2
BYTES_PER_FRAME = SIDES * 4
PART = ".part"
ABANDONED_S = 3600.0  # an unfinished file this old was left by a rig that was killed
MOST_MARKED = 256  # places that are kept in memory; what a jump to any other needs is fetched when it is asked for
TOO_MANY_OPEN = (errno.EMFILE, errno.ENFILE)
MISSING_END_S = 0.5  # decoders of MP3 and Ogg may give a little less than the header says

_DIGESTS: dict[tuple[Path, Stamp], str] = {}  # of the content of every stem of this evening, as it was

_MAKING: dict[Path, Lock] = {}


class LeftOff(Exception):
    """Nobody wants the stems any more."""


def open_stems(
    song: Song,
    samplerate_hz: int,
    cache_dir: Path,
    say: Callable[[str], None] = lambda _: None,
    is_wanted: Callable[[], bool] = lambda: True,
) -> Stems:
    """The song's stems for a session at `samplerate_hz`, mapped read-only, its sections marked.

    Above 48 kHz they are at a half or a quarter of it (see `Band`). `say` hears of every file that has to be decoded, which
    takes its time; `is_wanted` is asked again and again meanwhile.
    Raises ShowError for a file that is missing, unreadable, empty, cut short or no sound; DeviceError for a disk that is full
    or cannot be written; LeftOff where they are not wanted any more.
    """
    folder = cache_dir / "stems"
    stem_hz = stem_rate_hz(samplerate_hz)
    _make(folder)
    arrays = [_mapped(song, stem, stem_hz, folder, say, is_wanted) for stem in song.stems]
    try:
        stems = Stems(
            [array.T for array in arrays],
            stem_hz,
            starts=[round(stem.offset_s * stem_hz) for stem in song.stems],
            files=[(str(array.filename), array.offset) for array in arrays],
        )
    except OSError as error:
        raise _disk_error(error, folder) from None
    stems.mark([round(time_s * stem_hz) for time_s in places_s(song)[:MOST_MARKED]])
    return stems


def are_prepared(song: Song, samplerate_hz: int, cache_dir: Path) -> bool:
    """Whether `open_stems` takes but a moment: no file has to be read through or decoded, or one is not there at all."""
    folder, stem_hz = cache_dir / "stems", stem_rate_hz(samplerate_hz)
    for stem in song.stems:
        path = file_of(song.folder, stem.file)
        stamp = dict(song.edition).get(stem.file) or stamp_of(path)
        if stamp is None:
            return True
        digest = _DIGESTS.get((path, stamp))
        if digest is None or not _place(folder, digest, stem_hz, _semitones(song, stem)).exists():
            return False
    return True


def places_s(song: Song) -> list[float]:
    """Where a jump may lead, in seconds of the recording: the top, and the first beat of every section."""
    beat_map = song.beat_map
    bar_starts_s = beat_map.time_s[(beat_map.beat_in_bar == 1) & (beat_map.beat >= 0)]
    firsts = [section.first_bar - 1 for section in song.sections]
    return [0.0, *(float(bar_starts_s[bar]) for bar in firsts if bar < len(bar_starts_s))]


def _mapped(
    song: Song, stem: Stem, stem_hz: int, folder: Path, say: Callable[[str], None], is_wanted: Callable[[], bool]
) -> Mapped:
    if not is_wanted():  # reading it through, which even a stem that need not be decoded may want, takes its time
        raise LeftOff
    path = file_of(song.folder, stem.file)
    semitones = _semitones(song, stem)
    try:
        stamp = dict(song.edition).get(stem.file) or stamp_of(path)
        if stamp is None:
            raise FileNotFoundError
        digest = _digest(path, stamp)
        cached = _place(folder, digest, stem_hz)
        with _one_at_a_time(cached):
            ready = _cached(cached)
            if ready is None:
                _refuse_changed(path, stamp)
                audio = measure(path)
                say(f'Preparing "{stem.name}" of "{song.title}"')
                _write(cached, _while(is_wanted, _decoded(path, stamp, stem_hz)), round(audio.length_s * stem_hz), stem_hz)
                ready = _cached(cached)
        if semitones and ready is not None:
            cached = _place(folder, digest, stem_hz, semitones)
            with _one_at_a_time(cached):
                recorded, ready = ready, _cached(cached)
                if ready is None:
                    say(f'Transposing "{stem.name}" of "{song.title}" by {semitones:+d}')
                    _write(cached, _while(is_wanted, _transposed(recorded, stem_hz, semitones)), len(recorded), stem_hz)
                    ready = _cached(cached)
    except NotPlayable as fault:
        what = f'The stem "{stem.name}" cannot be played: {fault.what}'
        raise ShowError(what, where=f"{song.title}, {path}", do=fault.do) from None
    except FileNotFoundError:
        do = "Copy the file there, or take the stem out of song.toml"
        raise ShowError(f'The stem "{stem.name}" is not there', where=f"{song.title}, {path}", do=do) from None
    except OSError as error:
        what, do = f'The stem "{stem.name}" cannot be read: {error.strerror}', "Check its disk, and that you may read the file"
        if error.errno in TOO_MANY_OPEN:
            raise _disk_error(error, folder) from None
        raise ShowError(what, where=f"{song.title}, {path}", do=do) from None
    if ready is None:
        do = "Check that nothing else clears this folder while you play"
        raise DeviceError(f'"{stem.name}" was prepared and is gone again', where=str(cached), do=do)
    return ready


def _one_at_a_time(cached: Path) -> Lock:
    """Held by the thread that makes a file of the cache: whoever wants the same has it as soon as it is made."""
    return _MAKING.setdefault(cached, Lock())


def _semitones(song: Song, stem: Stem) -> int:
    return 0 if stem.is_percussion else song.transpose


def _place(folder: Path, digest: str, stem_hz: int, semitones: int = 0) -> Path:
    """In the cache, of a stem in its key."""
    return folder / f"{digest}-{stem_hz}{f'{semitones:+d}' if semitones else ''}-{FORMAT}.npy"


def _digest(path: Path, stamp: Stamp) -> str:
    """Of a file's content as it was at this stamp; read but once, so that it is known when the file has gone."""
    if (path, stamp) not in _DIGESTS:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()[:32]
        _refuse_changed(path, stamp)
        _DIGESTS[path, stamp] = digest
    return _DIGESTS[path, stamp]


def _refuse_changed(path: Path, stamp: Stamp) -> None:
    """Raise where a file is no longer as it was."""
    now = stamp_of(path)
    if now is None:
        raise FileNotFoundError
    if now != stamp:
        raise NotPlayable("it is being written anew", "Load the song again when it is whole")


def _cached(cached: Path) -> Mapped | None:
    """What the cache has under this name, or None if it has nothing whole."""
    try:
        array: Mapped = np.load(cached, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        if isinstance(error, OSError) and error.errno in TOO_MANY_OPEN:
            raise
        return None
    return array if array.dtype == np.float32 and array.shape[1:] == (SIDES,) else None


def _write(cached: Path, blocks: Iterator[Interleaved], frames: int, samplerate_hz: int) -> None:
    """Put what `blocks` give into the cache: whole, or not at all."""
    part = cached.with_name(f"{cached.stem}-{os.getpid()}-{PART}")  # two rigs may prepare the same: the last one replaces it
    try:
        _need_room(cached.parent, frames * BYTES_PER_FRAME)
        with part.open("wb") as file:
            _write_frames(file, blocks, frames, samplerate_hz)
            file.flush()
            os.fsync(file.fileno())
        part.replace(cached)
    except soundfile.SoundFileError:
        raise NotPlayable("it is damaged, and cannot be decoded to its end", COPY_AGAIN) from None
    except OSError as error:
        raise _disk_error(error, cached.parent) from None
    finally:
        part.unlink(missing_ok=True)


def _write_frames(file: BinaryIO, blocks: Iterator[Interleaved], frames: int, samplerate_hz: int) -> None:
    """A .npy of exactly `frames` frames: what is given, cut or followed by silence."""
    header = {"descr": np.lib.format.dtype_to_descr(np.dtype(np.float32)), "fortran_order": False, "shape": (frames, SIDES)}
    np.lib.format.write_array_header_1_0(file, header)
    left = frames
    for block in blocks:
        file.write(np.ascontiguousarray(block[:left]).tobytes())
        left -= min(left, len(block))
    if left > MISSING_END_S * samplerate_hz:
        raise NotPlayable(f"it is cut short: {left / samplerate_hz:.1f} s at its end are not there", COPY_AGAIN)
    file.write(bytes(left * BYTES_PER_FRAME))


def _while(is_wanted: Callable[[], bool], blocks: Iterator[Interleaved]) -> Iterator[Interleaved]:
    for block in blocks:
        if not is_wanted():
            raise LeftOff
        yield block


def _decoded(path: Path, stamp: Stamp, samplerate_hz: int) -> Iterator[Interleaved]:
    """The sound of a file at `samplerate_hz`, block by block, on two sides, without NaN and infinity; refused at its end where
    it has been written meanwhile."""
    with soundfile.SoundFile(path) as sound:
        resampler = None
        if sound.samplerate != samplerate_hz:
            resampler = soxr.ResampleStream(sound.samplerate, samplerate_hz, SIDES, dtype="float32", quality="VHQ")
        for heard in sound.blocks(BLOCK_FRAMES, dtype="float32", always_2d=True):
            stereo = np.nan_to_num(np.broadcast_to(heard, (len(heard), SIDES)), nan=0.0, posinf=0.0, neginf=0.0)
            yield stereo if resampler is None else resampler.resample_chunk(stereo)
        if resampler is not None:
            yield resampler.resample_chunk(np.zeros((0, SIDES), np.float32), last=True)
    _refuse_changed(path, stamp)


def _transposed(recorded: Mapped, samplerate_hz: int, semitones: int) -> Iterator[Interleaved]:
    """The same sound in another key, block by block. Read from its file, not from the mapping: on a disk that was pulled that
    is an error, where a mapping would be the end of the program.
    """
    transposer = Transposer(samplerate_hz, semitones, len(recorded))
    with Path(str(recorded.filename)).open("rb") as file:
        file.seek(recorded.offset)
        for start in range(0, len(recorded), transposer.block_frames):
            frames = min(transposer.block_frames, len(recorded) - start)
            read = file.read(frames * BYTES_PER_FRAME)
            if len(read) < frames * BYTES_PER_FRAME:
                raise OSError(errno.EIO, os.strerror(errno.EIO))
            block = np.ascontiguousarray(np.frombuffer(read, np.float32).reshape(frames, SIDES).T)
            yield transposer.transposed(block, start + frames == len(recorded)).T


def _make(folder: Path) -> None:
    """The folder, without what a rig that was killed left in it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for part in folder.glob(f"*{PART}"):
            is_ours = f"-{os.getpid()}-" in part.name  # old it may be by the clock, which was set meanwhile
            with suppress(FileNotFoundError):  # it has just been made whole
                if not is_ours and time.time() - part.stat().st_mtime > ABANDONED_S:
                    part.unlink()
    except OSError as error:
        raise _disk_error(error, folder) from None


def _need_room(folder: Path, size: int) -> None:
    if shutil.disk_usage(folder).free < size:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _disk_error(error: OSError, folder: Path) -> DeviceError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        what, do = "The disk is full, so the stems cannot be prepared", "Make room on it, and try again"
    elif error.errno in TOO_MANY_OPEN:
        what, do = "Too many files are open for these stems too", "Close other programs, or raise the limit: ulimit -n 1024"
    else:
        what, do = f"The stems cannot be prepared: {error.strerror}", "Check that this folder is there and may be written"
    return DeviceError(what, where=str(folder), do=do)
