"""A beat map as other programs read it: a Standard MIDI File with one tempo a beat, Audacity labels, CSV."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

import mido
import numpy as np

from live_rig.show.beats_csv import Beat, bars_of, beats_text
from live_rig.show.meter import beat_quarters, beats_per_bar

TICKS_PER_QUARTER = 960
FASTEST_US, SLOWEST_US = 1, 2**24 - 1  # of a quarter, what a MIDI file can say
DOTTED = 12  # a beat of three eighths: 1.5 quarters, times 8
SHORT_LEAD = 0.3  # of a beat: what comes before the first beat and is shorter is written as a sixteenth


def labels_text(beats: Sequence[Beat], marks: Sequence[tuple[float, str]]) -> str:
    """One label a beat, numbered as it is counted, and one for each mark."""
    rows = [(beat.time_s, str(beat.beat_in_bar)) for beat in beats] + list(marks)
    return "".join(f"{time_s:.6f}\t{time_s:.6f}\t{words}\n" for time_s, words in sorted(rows))


def midi_file(beats: Sequence[Beat], marks: Sequence[tuple[float, str]], meters: Mapping[int, str]) -> mido.MidiFile:
    """A tempo for every beat, so that each falls on its place to the microsecond, and every bar in its meter. What comes before
    the first beat is a bar of its own, and so is a pickup. meters: of every bar, by the line of its first beat."""
    file, track = mido.MidiFile(ticks_per_beat=TICKS_PER_QUARTER, charset="utf-8"), mido.MidiTrack()
    file.tracks.append(track)
    ticks, times_s, events = [0], [0.0], []
    for meter, quarters, lengths_s in [*lead_in(beats, meters), *measured(beats, meters)]:
        numerator, denominator = (int(part) for part in meter.split("/"))
        events.append((ticks[-1], mido.MetaMessage("time_signature", numerator=numerator, denominator=denominator)))
        for length_s in lengths_s:
            ticks.append(ticks[-1] + round(quarters * TICKS_PER_QUARTER))
            times_s.append(times_s[-1] + length_s)
    told_us = 0.0
    for (here, next_), end_s in zip(pairwise(ticks), times_s[1:], strict=True):
        quarters = (next_ - here) / TICKS_PER_QUARTER
        tempo = min(max(round((end_s * 1e6 - told_us) / quarters), FASTEST_US), SLOWEST_US)
        told_us += tempo * quarters  # what was rounded off goes to the next
        events.append((here, mido.MetaMessage("set_tempo", tempo=tempo)))
    for time_s, words in marks:
        events.append((ticks[int(np.argmin(np.abs(np.array(times_s) - time_s)))], mido.MetaMessage("marker", text=words)))
    tick = 0
    said = ""
    for at, message in sorted(events, key=lambda event: event[0]):
        if message.type == "time_signature":
            if (now := f"{message.numerator}/{message.denominator}") == said:
                continue
            said = now
        track.append(message.copy(time=at - tick))
        tick = at
    return file


Bar = tuple[str, float, Sequence[float]]  # its meter, the quarters of a beat in it, and how long each beat is, in s


def lead_in(beats: Sequence[Beat], meters: Mapping[int, str]) -> Iterator[Bar]:
    """What comes before the first beat, in beats about as long as the first; less than a beat is a sixteenth."""
    first_s, beat_s = beats[0].time_s, beats[1].time_s - beats[0].time_s
    if first_s > 0 and first_s < SHORT_LEAD * beat_s:
        yield "1/16", 0.25, [first_s]
    elif first_s > 0:
        meter = meters[beats[0].line]
        whole = beats_per_bar(meter)
        count = max(1, round(first_s / beat_s))
        if beat_quarters(meter) * int(meter.split("/")[1]) == DOTTED:  # 3/8 would be counted in three
            count += -count % whole
        for begun in range(0, count, whole):
            in_bar = min(whole, count - begun)
            yield *counting(in_bar, meter), [first_s / count] * in_bar


def measured(beats: Sequence[Beat], meters: Mapping[int, str]) -> Iterator[Bar]:
    """Bar by bar. The last beat is as long as the one before."""
    times_s = [beat.time_s for beat in beats]
    lengths_s = [*np.diff(times_s).tolist(), times_s[-1] - times_s[-2]]
    begun = 0
    for bar in bars_of(beats):
        meter, quarters = counting(len(bar), meters[bar[0].line])
        if bar[-1] is beats[-1]:  # cut short by the end of the map
            meter = meters[bar[0].line]
        yield meter, quarters, lengths_s[begun : begun + len(bar)]
        begun += len(bar)


def counting(count: int, meter: str) -> tuple[str, float]:
    """The meter of a bar of `count` beats of `meter`, and how many quarters a beat is."""
    numerator, denominator = (int(part) for part in meter.split("/"))
    return f"{count * numerator // beats_per_bar(meter)}/{denominator}", beat_quarters(meter)


def write_all(
    folder: Path, name: str, beats: Sequence[Beat], marks: Sequence[tuple[float, str]], meters: Mapping[int, str]
) -> list[Path]:
    """`name`.csv, `name`.txt and `name`.mid in `folder`. OSError where they cannot be written."""
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / f"{name}{suffix}" for suffix in (".csv", ".txt", ".mid")]
    files[0].write_text(beats_text(beats), encoding="utf-8")
    files[1].write_text(labels_text(beats, marks), encoding="utf-8")
    midi_file(beats, marks, meters).save(files[2])
    return files
