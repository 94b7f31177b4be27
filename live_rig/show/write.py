"""Files and folders that appear whole or not at all, also when the disk is full.

Both are written beside their place under a name that starts with a point, and renamed when they are whole.
"""

import errno
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from live_rig.errors import DeviceError, ShowError

FULL = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}
FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}


@contextmanager
def whole_folder(place: Path) -> Iterator[Path]:
    """A folder to fill, which becomes `place` in the end. Where anything is raised, nothing stays of it.

    Raises DeviceError where the disk does not let it.
    """
    with _disk_in_words(place):
        place.parent.mkdir(parents=True, exist_ok=True)
        making = Path(tempfile.mkdtemp(prefix=".making-", dir=place.parent))
        try:
            making.chmod(0o777 & ~_umask())
            yield making
            making.rename(place)
        except BaseException:
            shutil.rmtree(making, ignore_errors=True)
            raise


@contextmanager
def replaced_file(place: Path, text: str) -> Iterator[None]:
    """`text` is on the disk from the start, and becomes the file `place` in the end; where anything is raised, never."""
    place = place.resolve()
    with _disk_in_words(place):
        handle, name = tempfile.mkstemp(prefix=".making-", dir=place.parent)
        making = Path(name)
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            making.chmod(place.stat().st_mode if place.exists() else 0o666 & ~_umask())
            yield
            making.replace(place)
        except BaseException:
            making.unlink(missing_ok=True)
            raise


@contextmanager
def whole_file(place: Path) -> Iterator[Path]:
    """A file to fill, which becomes `place` in the end; where anything is raised, never. Raises DeviceError."""
    with _disk_in_words(place):
        making = place.with_name(f".making-{place.name}")
        try:
            place.parent.mkdir(exist_ok=True)
            yield making
            making.replace(place)
        finally:
            making.unlink(missing_ok=True)


def write_file(place: Path, text: str) -> None:
    """Make `text` the file `place`, or leave it as it was. Raises DeviceError."""
    with replaced_file(place, text):
        pass


def copy_file(source: Path, place: Path) -> None:
    """Copy what is in `source`, down to the disk. Raises OSError."""
    shutil.copyfile(source, place)
    with place.open("rb+") as file:
        os.fsync(file.fileno())


def refuse_to_write_over(read: Iterable[Path], written: Iterable[Path]) -> None:
    """ShowError where a file that is to be written would take the place of one that is read."""
    sources = list(read)
    for place in written:
        for source in sources:
            with suppress(OSError):  # one of them is not there
                if place.samefile(source):
                    what = f"{place.name} would be written over, and it is what is played"
                    raise ShowError(what, where=str(place.parent), do="Choose another place")


@contextmanager
def _disk_in_words(place: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise _in_words(error, place) from None


def _in_words(error: OSError, place: Path) -> DeviceError:
    if error.errno in FULL:
        return DeviceError("the disk is full", where=str(place), do="Make room and do it again; nothing was changed")
    if error.errno in FORBIDDEN:
        return DeviceError(
            "it may not be written", where=str(place), do="Choose a folder of your own, or ask who owns this one"
        )
    return DeviceError(f"it cannot be written: {error.strerror}", where=str(place), do="Choose another place")


def _umask() -> int:
    """What new files are not allowed to everybody; it can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
