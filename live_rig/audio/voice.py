"""The guide's voice: words spoken into files, long before the show. At show time they are only read.

A word lies in a folder under its own name: "last time" in last-time.ogg. A show may have a folder of its own, `voice`, made by
`live-rig voice`; behind it stand the English words that ship with the rig.
"""

import re
import zlib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from live_rig.show.file_names import file_of, why_unfit

BUNDLED = Path(__file__).parent / "words"
FOLDER = "voice"  # of a show
LONGEST_NAME_BYTES = 200  # of a file, and some more for its ending

Mono = npt.NDArray[np.float32]


def file_name(text: str) -> str:
    """Where the sound of a text lies: "Band in: riff" in band-in-riff.ogg. What would be too long for a name is cut, with a
    number for what was cut; what no file may be called has a dash behind it."""
    name = re.sub(r"\W+", "-", text.casefold()).strip("-")
    if len(whole := name.encode()) > LONGEST_NAME_BYTES:
        name = f"{whole[:LONGEST_NAME_BYTES].decode(errors='ignore')}-{zlib.crc32(whole):08x}"
    return f"{name}{'-' if why_unfit(name) else ''}.ogg"


class Voice:
    """What can be said: the words in these folders, the first that has one."""

    def __init__(self, folders: Sequence[Path] = (BUNDLED,)) -> None:
        self.folders = tuple(folders)

    @classmethod
    def of_show(cls, show: Path) -> "Voice":
        """The show's own words, and the rig's behind them."""
        return cls((show / FOLDER, BUNDLED))

    def says(self, text: str, samplerate_hz: float) -> Mono | None:
        """The sound of a text, (frames,) float32; None where nobody has spoken it, or what lies there is no sound."""
        for folder in self.folders:
            if (path := file_of(folder, file_name(text))).is_file():
                return spoken(path, path.stat().st_mtime_ns, samplerate_hz)
        return None


@lru_cache(maxsize=512)
def spoken(path: Path, _changed: int, samplerate_hz: float) -> Mono | None:
    """A file at the session's rate, mono; None for what is no sound: a cue chimes then, and the show goes on."""
    try:
        sound, rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
    except (OSError, soundfile.LibsndfileError):
        return None
    mono = sound.mean(axis=1)
    mono = mono if rate_hz == samplerate_hz else soxr.resample(mono, rate_hz, samplerate_hz)
    return np.ascontiguousarray(np.nan_to_num(mono), np.float32) if len(mono) else None
