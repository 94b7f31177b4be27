"""A small show on disk."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

SAMPLERATE_HZ = 8000
SHOW = """\
title = "A Friday"
songs = ["caravan"]

[pedals]
"cc:64" = "take"
"""
SONG = """\
title = "Caravan"
tempo_bpm = 120
meter = "4/4"

[[stems]]
name = "bass"
file = "bass.wav"

[[stems]]
name = "horns"
file = "horns.wav"

[[sections]]
name = "head"
first_bar = 1
length_bars = 4

[[sections]]
name = "solo"
first_bar = 5
length_bars = 2
vamp = true

[[sections]]
name = "last hit"
first_bar = 7
length_bars = 2
finale = true

[[cues]]
bar = 4
say = "watch me"
"""
BARS, BEAT_S, LEAD_IN_S = 8, 0.5, 0.25


def beats_text(bars: int = BARS, beats_per_bar: int = 4) -> str:
    """A steady beat map."""
    rows = [f"{LEAD_IN_S + n * BEAT_S:.3f},{n % beats_per_bar + 1}" for n in range(bars * beats_per_bar)]
    return "\n".join(["time_s,beat_in_bar", *rows]) + "\n"


def write_sound(path: Path, length_s: float = 17.0, channels: int = 1, samplerate_hz: int = SAMPLERATE_HZ) -> None:
    """A quiet noise."""
    noise = np.random.default_rng(1).uniform(-0.1, 0.1, (int(length_s * samplerate_hz), channels))
    soundfile.write(path, noise, samplerate_hz)


def make_show(folder: Path) -> Path:
    """A show with one song, Caravan: eight bars, two stems, three sections, one cue."""
    song = folder / "songs" / "caravan"
    song.mkdir(parents=True)
    (folder / "show.toml").write_text(SHOW)
    (song / "song.toml").write_text(SONG)
    (song / "beats.csv").write_text(beats_text())
    for name in ("bass.wav", "horns.wav"):
        write_sound(song / name)
    return folder


@pytest.fixture
def show(tmp_path: Path) -> Path:
    """The folder of a show, for each test its own."""
    return make_show(tmp_path / "friday")
