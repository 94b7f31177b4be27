"""The sounds of the show's pads, decoded into memory, as the core plays them."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from cython_core.pads import Begins, Pads
from cython_core.pan import side_gains
from live_rig.decibels import linear
from live_rig.errors import ShowError
from live_rig.show.file_names import file_of
from live_rig.show.pad import Pad

BEGINS = {"at once": Begins.AT_ONCE, "beat": Begins.ON_BEAT, "bar": Begins.ON_BAR}


def open_pads(pads: Sequence[Pad], folder: Path, samplerate_hz: float, max_block: int) -> Pads:
    """All of them, at the session's rate. ShowError for a file that will not play."""
    groups = sorted({pad.choke for pad in pads if pad.choke})
    return Pads(
        samplerate_hz,
        max_block,
        [
            {
                "note": -1 if pad.note is None else pad.note,
                "choke": groups.index(pad.choke) + 1 if pad.choke else 0,
                "gains": tuple(linear(pad.gain_db) * side for side in side_gains(pad.pan)),
                "dynamics_db": pad.dynamics_db,
                "line": -1 if pad.input is None else pad.input - 1,
                "is_stroke": pad.drum and not pad.loop_beats,
                "layers": [(sound(file_of(folder, layer.file), samplerate_hz), layer.up_to) for layer in pad.sounds],
                "slices": pad.slices,
                "beats": pad.loop_beats or 0.0,
                "begins": int(BEGINS[pad.begins]),
            }
            for pad in pads
        ],
    )


def sound(path: Path, samplerate_hz: float) -> npt.NDArray[np.float32]:
    """A file at that rate: float32 (frames, 2), without NaN and infinity."""
    try:
        heard, rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
    except (OSError, soundfile.SoundFileError) as error:
        raise ShowError(f"The pad's sound cannot be read: {error}", where=str(path), do="Export it again as WAV") from error
    stereo = np.nan_to_num(np.repeat(heard, 2, axis=1) if heard.shape[1] == 1 else heard[:, :2], posinf=0.0, neginf=0.0)
    if rate_hz != samplerate_hz:
        stereo = soxr.resample(stereo, rate_hz, samplerate_hz, quality="VHQ")
    return np.ascontiguousarray(stereo, np.float32)
