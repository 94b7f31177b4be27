"""Standard MIDI files: the drum notes in them, as the onsets an electronic kit would have sent."""

from pathlib import Path

import mido
import numpy as np
from numpy.typing import NDArray

from cython_core.onsets import ONSET, note_onset
from live_rig.errors import ShowError


def read_strokes(path: Path, samplerate_hz: float) -> tuple[NDArray[np.void], float]:
    """Drum strokes of a MIDI file, (n,) of ONSET by time, on a clock of `samplerate_hz`; and the length of the file in seconds.

    The file's tempo map is used to tell when a note falls, and for nothing else.
    """
    try:
        file = mido.MidiFile(path)
        found, now_s = [], 0.0
        for message in file:
            now_s += message.time
            if message.type == "note_on":
                found.append(note_onset(message.note, message.velocity, now_s * samplerate_hz))
    except FileNotFoundError:
        raise ShowError("There is no such file", where=str(path), do="Check the name") from None
    except OSError as error:
        raise _unreadable(path, error.strerror or str(error)) from None
    except (EOFError, ValueError, IndexError, KeyError, TypeError) as error:
        raise _unreadable(path, str(error) or "it ends too soon") from None
    strokes = np.concatenate(found) if found else np.empty(0, ONSET)
    if not strokes.size:
        what = "There is no drum note in this MIDI file"
        raise ShowError(what, where=str(path), do="Export the drum track, notes 35 to 59")
    return strokes, now_s


def _unreadable(path: Path, why: str) -> ShowError:
    what = f"This is no MIDI file that can be read: {why}"
    return ShowError(what, where=str(path), do="Export it again as a Standard MIDI File")
