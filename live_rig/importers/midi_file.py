"""Standard MIDI files: the drum notes in them, as the onsets an electronic kit would have sent."""

from pathlib import Path
from typing import NamedTuple

import mido
import numpy as np
from mido.midifiles.meta import KeySignatureError
from numpy.typing import NDArray

from cython_core.drum_notes import note_onset
from cython_core.onsets import ONSET
from live_rig.errors import ShowError

MIDI_SUFFIXES = (".mid", ".midi", ".smf")


class Note(NamedTuple):
    """One key struck. `time_s` from the start of the file, by the file's own tempo map, which is used for nothing else."""

    time_s: float
    note: int  # 0..127
    velocity: int  # 1..127


def read_notes(path: Path) -> tuple[list[Note], float]:
    """Every note that a MIDI file strikes, by time; and the file's length in seconds. ShowError for what cannot be read."""
    try:
        notes, now_s = [], 0.0
        file = mido.MidiFile(path)
        if file.ticks_per_beat <= 0:
            raise _unreadable(path, "its clock is not one of beats")
        for message in file:
            now_s += message.time
            if message.type == "note_on" and message.velocity > 0:
                notes.append(Note(now_s, message.note, message.velocity))
    except FileNotFoundError:
        raise ShowError("There is no such file", where=str(path), do="Check the name") from None
    except OSError as error:
        raise _unreadable(path, error.strerror or str(error)) from None
    except (EOFError, ValueError, IndexError, KeyError, TypeError, KeySignatureError) as error:
        raise _unreadable(path, str(error) or "it ends too soon") from None
    return notes, now_s


def read_strokes(path: Path, samplerate_hz: float) -> tuple[NDArray[np.void], float]:
    """Drum strokes of a MIDI file, (n,) of ONSET by time, on a clock of `samplerate_hz`; and the file's length in seconds."""
    notes, length_s = read_notes(path)
    found = [note_onset(note.note, note.velocity, note.time_s * samplerate_hz) for note in notes]
    strokes = np.concatenate(found) if found else np.empty(0, ONSET)
    if not strokes.size:
        what = "There is no drum note in this MIDI file"
        raise ShowError(what, where=str(path), do="Export the drum track, notes 35 to 59")
    return strokes, length_s


def _unreadable(path: Path, why: str) -> ShowError:
    what = f"This is no MIDI file that can be read: {why}"
    return ShowError(what, where=str(path), do="Export it again as a Standard MIDI File")
