"""The made performance as files: audio.flac, perf.mid, beats.csv, script.csv, parts.csv."""

import random
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from make_show import drummer_time, midi, render
from make_show.drummer_notes import roll, strokes
from make_show.drummer_time import Beats, first_beat_of, time_at
from make_show.drummer_touch import late_s, place, velocity
from make_show.notation import Note
from make_show.players import Part, Player

SEED = 1959
KIT = 32  # the jazz kit
RING_S = 4.0  # after the last hit
PEAK_DB = -3.0
BITS = 13  # the rest is below the room; makes the file a third smaller
NEAR_BEATS = 0.2  # a stroke this near is on the beat


@dataclass(frozen=True, slots=True)
class Hit:
    """A stroke, played."""

    time_s: float
    drum: int
    velocity: int


def perform(seed: int = SEED) -> tuple[Beats, list[Hit]]:
    """The beats and every stroke, in the order of time."""
    beats = drummer_time.beats(seed)
    rng = random.Random(f"{seed} touch")
    hits = [
        Hit(time_at(beats.played_s, place(stroke)) + late_s(stroke, rng), stroke.drum, velocity(stroke, rng))
        for stroke in strokes(seed)
    ]
    hold_s, last_s = beats.played_s[beats.hold], beats.played_s[beats.hold + 1]
    hits += [
        Hit(time_s, stroke.drum, stroke.velocity) for time_s, stroke in roll(hold_s, last_s, random.Random(f"{seed} roll"))
    ]
    return beats, sorted(hits, key=lambda hit: (hit.time_s, hit.drum))


def drummer_beats_s(beats: Beats, hits: list[Hit]) -> NDArray[np.float64]:
    """(beats,) where the drummer puts each beat: it, plus the mean over five beats of (the loudest stroke near a beat less it).

    The hold's first beat and the last hit stand alone, and are what he played there.
    """
    time_s = np.array([hit.time_s for hit in hits])
    loud = np.array([hit.velocity for hit in hits])
    meant = beats.meant_s
    length_s = np.minimum(np.diff(meant, append=meant[-1] + 0.5), 0.5)
    off = np.full(len(meant), np.nan)
    for beat, (at, length) in enumerate(zip(meant, length_s, strict=True)):
        near = np.flatnonzero(np.abs(time_s - at) < NEAR_BEATS * length)
        if near.size:
            off[beat] = time_s[near[np.argmax(loud[near])]] - at
    around = [np.nanmean(off[max(0, beat - 2) : min(beat + 3, beats.hold)]) for beat in range(beats.hold)]
    alone = [np.median([hit.time_s for hit in hits if abs(hit.time_s - at) < 0.05]) - at for at in meant[beats.hold :]]
    return np.asarray(meant + np.array([*around, *alone]))


def script(beats: Beats) -> list[tuple[float, str, str]]:
    """(time_s, command, value) of what drummer and conductor ask of the rig."""

    def at(beat: float) -> float:
        return time_at(beats.meant_s, beat)

    entry, down, hold = first_beat_of("band in"), first_beat_of("conductor"), first_beat_of("hold")
    commands = [(at(entry - 2.6), "band-in", ""), (at(down - 3), "next", ""), (at(down - 1.5), "conduct", "")]
    commands += [(float(beats.meant_s[beat]), "tap", "") for beat in range(down - 1, hold)]
    commands += [(at(hold - 1.5), "hold", ""), (beats.finale_s, "finale", "")]
    return sorted(commands)


def parts(beats: Beats) -> list[tuple[str, int, int]]:
    """(name, from_beat, to_beat) of the arc: rows of beats.csv, the last one not included."""
    ends = [first_beat_of(name) for name, *_ in drummer_time.ARC[1:]] + [beats.hold]
    named = [(name, first_beat_of(name), end) for (name, *_), end in zip(drummer_time.ARC, ends, strict=True)]
    return [*named, ("hold", beats.hold, beats.hold + 1), ("last hit", beats.hold + 1, beats.hold + 2)]


def write(folder: Path) -> None:
    """All five files."""
    folder.mkdir(parents=True, exist_ok=True)
    beats, hits = perform()
    write_text(folder, beats, hits)
    end_s = float(beats.played_s[-1]) + RING_S
    part = Part(Player("drums", KIT, 0.0, 110, is_percussion=True))
    notes = [(hit.time_s, hit.time_s + 0.06, Note(0, 0, hit.drum, hit.velocity)) for hit in hits]
    midi.write(folder / "perf.mid", [midi.seat(part, midi.DRUM_CHANNEL) + midi.notes(notes, midi.DRUM_CHANNEL)], end_s)
    heard = render.sound(folder / "perf.mid", end_s, room=0.3, level=0.12).mean(axis=1)
    heard *= 10 ** (PEAK_DB / 20) / np.abs(heard).max()
    fade = np.clip((end_s - np.arange(len(heard)) / render.SAMPLERATE) / 1.0, 0, 1)
    steps = 2 ** (BITS - 1)
    whole = np.round(heard * fade * steps).astype(np.int32) << (16 - BITS)
    soundfile.write(
        folder / "audio.flac", whole.astype(np.int16), render.SAMPLERATE, format="FLAC", subtype="PCM_16", compression_level=1.0
    )


def write_text(folder: Path, beats: Beats, hits: list[Hit]) -> None:
    """The files that are no sound."""
    rows = zip(beats.meant_s, drummer_beats_s(beats, hits), strict=True)
    in_bar = [beat % 4 + 1 for beat in range(beats.hold + 1)] + [1]
    lines = [f"{meant:.4f},{count},{played:.4f}" for count, (meant, played) in zip(in_bar, rows, strict=True)]
    tables = {
        "beats.csv": ["time_s,beat_in_bar,drummer_s", *lines],
        "script.csv": [
            "time_s,command,value",
            *(f"{time_s:.4f},{command},{value}" for time_s, command, value in script(beats)),
        ],
        "parts.csv": ["name,from_beat,to_beat", *(f"{name},{start},{end}" for name, start, end in parts(beats))],
    }
    for name, lines in tables.items():
        (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
