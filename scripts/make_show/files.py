"""The show's text files: show.toml, song.toml, beats.csv."""

from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

Form = tuple[tuple[str, int, bool, bool], ...]  # section, bars, vamp, finale
Cues = dict[str, tuple[tuple[int, str, str], ...]]  # by section: bar in it, what to say, to whom


class Tune(Protocol):
    """What the module of a tune says of it."""

    TITLE: str
    BPM: float
    PRESET: str
    FORM: Form
    CUES: Cues


SHOW = """\
# The show that comes with Live Rig: two tunes of our own.
title = "Festival"
songs = ["salt-road", "lantern"]

# What pedals, pads and keys do. "cc:64" is a MIDI controller (a sustain pedal sends 64), "note:37" a MIDI note, "key:T" a key.
[pedals]
"cc:64" = "take"
"cc:66" = "band-in"
"cc:67" = "next"
"cc:69" = "hold"
"cc:80" = "finale"
"key:PgUp" = "take"
"key:PgDown" = "next"
"""


def song_toml(tune: Tune, stems: Iterable[tuple[str, str, float]]) -> str:
    """A song: stems as (name, file, gain_db), sections from the form, cues at their bars."""
    lines = [f'title = "{tune.TITLE}"', f"tempo_bpm = {tune.BPM}", 'meter = "4/4"', f'preset = "{tune.PRESET}"']
    lines += ['beats = "beats.csv"', 'ending = "wait"']
    for name, file, gain_db in stems:
        lines += ["", "[[stems]]", f'name = "{name}"', f'file = "{file}"', f"gain_db = {gain_db}"]
    first_bar, said = 1, []
    for name, bars, is_vamp, is_finale in tune.FORM:
        lines += ["", "[[sections]]", f'name = "{name}"', f"first_bar = {first_bar}", f"length_bars = {bars}"]
        lines += ["vamp = true"] * is_vamp + ["finale = true"] * is_finale
        said += [(first_bar + bar - 1, say, to) for bar, say, to in tune.CUES.get(name, ())]
        first_bar += bars
    for bar, say, to in said:
        lines += ["", "[[cues]]", f"bar = {bar}", f'say = "{say}"', f'to = "{to}"']
    return "\n".join(lines) + "\n"


def write_beats(path: Path, times_s: Iterable[float], beats_per_bar: int = 4) -> None:
    """The beat map: a row a beat, from the first downbeat."""
    rows = [f"{time_s:.6f},{beat % beats_per_bar + 1}" for beat, time_s in enumerate(times_s)]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(["time_s,beat_in_bar", *rows]) + "\n", encoding="utf-8")
