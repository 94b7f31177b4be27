"""An impulse response as a preset names it: a whole sound file, of numbers, no longer than a convolution can bear.

pedalboard takes what it is given without a word: a text leaves the drums as they are, an empty file makes them softer, a
NaN in it ends all sound. So it is looked at first.
"""

from pathlib import Path

import numpy as np
import soundfile

from live_rig.errors import RackError
from live_rig.show.audio_file import NotPlayable, measure

LONGEST_S = 20.0  # the longest hall; what it costs grows with its length


def fit_impulse(file: Path) -> str:
    """The file's name for pedalboard, which resamples it. Raises RackError where it is nothing to convolve with."""
    if not file.exists():
        raise RackError("The impulse response is not there", where=str(file), do=f"Put {file.name} there, or take it out")
    if not file.is_file() and not file.is_dir():  # to read a pipe may take for ever
        raise RackError("The impulse response is no file", where=str(file), do=f"Put a sound file in the place of {file.name}")
    try:
        length_s = measure(file).length_s
        if length_s > LONGEST_S:
            raise NotPlayable(
                f"it is {length_s:.0f} s long, and {LONGEST_S:.0f} s are the most", "Cut it off where it has rung out"
            )
        samples, _ = soundfile.read(file, dtype="float32")
    except (NotPlayable, soundfile.SoundFileError) as error:
        do = error.do if isinstance(error, NotPlayable) else "Export it again"
        what = error.what if isinstance(error, NotPlayable) else "it cannot be read"
        raise RackError(f"The impulse response cannot be used: {what}", where=str(file), do=do) from error
    if not np.isfinite(samples).all():
        raise RackError("The impulse response has samples that are no numbers", where=str(file), do="Export it again")
    if not samples.any():
        raise RackError("The impulse response is silent", where=str(file), do="Export it again")
    return str(file)
