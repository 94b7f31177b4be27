"""A beat map as other programs read it: a Standard MIDI File with one tempo a beat, Audacity labels, CSV."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import mido
import numpy as np

from live_rig.show.beats_csv import Beat, beats_text

TICKS_PER_BEAT = 960
FASTEST_US, SLOWEST_US = 1, 2**24 - 1  # of a quarter, what a MIDI file can say


def csv_text(beats: Sequence[Beat]) -> str:
    """`time_s,beat_in_bar`, as the rig reads it."""
    return beats_text(beats)


def labels_text(beats: Sequence[Beat], marks: Sequence[tuple[float, str]]) -> str:
    """One label a beat, numbered as it is counted, and one for each mark."""
    rows = [(beat.time_s, str(beat.beat_in_bar)) for beat in beats] + list(marks)
    return "".join(f"{time_s:.6f}\t{time_s:.6f}\t{words}\n" for time_s, words in sorted(rows))


def midi_file(beats: Sequence[Beat], marks: Sequence[tuple[float, str]], beats_per_bar: int) -> mido.MidiFile:
    """A tempo for every beat, so that quarter k falls on beat k to the microsecond; what comes before the first beat is one
    quarter more, or several where it is long."""
    file, track = mido.MidiFile(ticks_per_beat=TICKS_PER_BEAT), mido.MidiTrack()
    file.tracks.append(track)
    first_s = beats[0].time_s
    before = 0 if first_s <= 0 else beats_per_bar
    track.append(mido.MetaMessage("time_signature", numerator=beats_per_bar, denominator=4))
    times_s = [first_s * count / before for count in range(before)] + [beat.time_s for beat in beats]
    events: list[tuple[float, mido.MetaMessage]] = []
    told_us, exact_us = 0, 0.0
    for number, (here_s, next_s) in enumerate(pairwise(times_s)):
        exact_us += (next_s - here_s) * 1e6
        tempo = min(max(round(exact_us - told_us), FASTEST_US), SLOWEST_US)  # what was rounded off goes to the next
        told_us += tempo
        events.append((number, mido.MetaMessage("set_tempo", tempo=tempo)))
    for time_s, words in marks:
        nearest = int(np.argmin(np.abs(np.array(times_s) - time_s)))
        events.append((nearest, mido.MetaMessage("marker", text=words.encode("latin-1", "replace").decode("latin-1"))))
    tick = 0
    for quarter, message in sorted(events, key=lambda event: event[0]):
        at = round(quarter * TICKS_PER_BEAT)
        track.append(message.copy(time=at - tick))
        tick = at
    return file


def write_all(
    folder: Path, name: str, beats: Sequence[Beat], marks: Sequence[tuple[float, str]], beats_per_bar: int
) -> list[Path]:
    """`name`.csv, `name`.txt and `name`.mid in `folder`. OSError where they cannot be written."""
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / f"{name}{suffix}" for suffix in (".csv", ".txt", ".mid")]
    files[0].write_text(csv_text(beats), encoding="utf-8")
    files[1].write_text(labels_text(beats, marks), encoding="utf-8")
    midi_file(beats, marks, beats_per_bar).save(files[2])
    return files
