"""Parts to stems: notes to MIDI, MIDI to sound, and the balance of the sections against one another."""

import random
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from make_show import midi, render
from make_show.players import Part, humanised

LEAD_IN_S = 0.5  # bar 1 begins here in every stem
STEM_PEAK_DB = -4.0
MIX_PEAK_DB = -1.5


@dataclass(frozen=True, slots=True)
class Balance:
    """How loud a stem sits in the mix, as RMS against the others, and how far it may be squeezed."""

    rms_db: float
    headroom_db: float = 13.0  # from RMS to peak; what is above is limited


def tracks(parts: list[Part], time_s: Callable[[float], float], seed: str) -> list[list[midi.Timed]]:
    """One MIDI track a player. The seed is a text, so that a part's touch does not depend on who else plays."""
    channels = iter([channel for channel in range(16) if channel != midi.DRUM_CHANNEL])
    written = []
    for part in parts:
        channel = midi.DRUM_CHANNEL if part.player.is_percussion else next(channels)
        played = humanised(part, time_s, random.Random(f"{seed} {part.player.name}"))
        track = midi.seat(part, channel) + midi.notes(played, channel, part.player.cents / 100)
        track += midi.swell([(max(0.01, time_s(beat)), value) for beat, value in sorted(part.swells)], channel)
        written.append(track)
    return written


def record(
    stems: dict[str, list[Part]], beats_s: NDArray[np.float64], tail_s: float, balance: dict[str, Balance], room: float
) -> dict[str, tuple[render.Stereo, float]]:
    """(sound, gain_db) of every stem: recorded to a peak of STEM_PEAK_DB, with the gain that puts it into the mix.

    `beats_s` are the times of all beats, the end of the last bar among them; after it the sound rings for `tail_s`.
    """
    length_s = float(beats_s[-1]) + tail_s

    def time_s(beat: float) -> float:
        return float(np.interp(beat, np.arange(len(beats_s)), beats_s))

    sounds = {}
    for name, parts in stems.items():
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / f"{name}.mid"
            midi.write(file, tracks(parts, time_s, name), length_s)
            sound = render.sound(file, length_s, room=0.35, level=room)
            sound[-render.SAMPLERATE // 2 :] *= np.linspace(1, 0, render.SAMPLERATE // 2, dtype=np.float32)[:, None]
        wanted = balance[name]
        sound *= 10 ** ((wanted.rms_db - render.rms_db(sound)) / 20)
        sounds[name] = render.ceiling(sound, wanted.rms_db + wanted.headroom_db)
    mix_peak_db = render.peak_db(np.sum(list(sounds.values()), axis=0))
    recorded = {}
    for name, sound in sounds.items():
        up_db = STEM_PEAK_DB - render.peak_db(sound)
        recorded[name] = (sound * np.float32(10 ** (up_db / 20)), round(MIX_PEAK_DB - mix_peak_db - up_db, 1))
    return recorded
