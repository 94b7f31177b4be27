"""The rig's own sounds, at the session's rate: the click, the guide's chime, and what the guide says of a command."""

import numpy as np

from live_rig.audio.voice import Mono, Voice


def blip(samplerate_hz: float, frequency_hz: float, length_s: float, peak: float) -> Mono:
    """A decaying sine with an attack of half a millisecond: shape (frames,)."""
    t = np.arange(round(length_s * samplerate_hz)) / samplerate_hz
    envelope = np.minimum(t / 0.0005, 1.0) * np.exp(-t / (length_s / 5))
    return np.asarray(peak * np.sin(2 * np.pi * frequency_hz * t) * envelope, np.float32)


COMMAND_WORDS = ("vamp", "last time", "hold", "cut off", "last hit")


def rig_sounds(samplerate_hz: float, voice: Voice | None = None) -> list[Mono]:
    """The click's one, the click's beat, the guide's chime (two rising notes), the words, in the order the rig wants them.

    Words that `voice` has no sound for are the chime.
    """
    low, high = (blip(samplerate_hz, f, 0.18, 0.5) for f in (880.0, 1318.5))
    gap = np.zeros(len(low) // 2, np.float32)
    chime = np.concatenate([low[: len(gap)], high])
    said = [voice.says(word, samplerate_hz) if voice else None for word in COMMAND_WORDS]
    words = [chime if sound is None else sound for sound in said]
    return [blip(samplerate_hz, 2000.0, 0.03, 0.7), blip(samplerate_hz, 1500.0, 0.03, 0.5), chime, *words]
