"""A drummer who is heard: notes played on a sampled kit, in a room, into one microphone.

The rig has learnt to hear from none of these kits (`scripts/learn_onsets`, which reads them). What it takes: Debian's
hydrogen-drumkits, hydrogen-data, fluid-soundfont-gm and fluidsynth; and scipy.
"""

import sys
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soxr

from bench.setting.corpus import CHECKOUT
from bench.setting.not_installed import not_installed

sys.path.insert(0, str(CHECKOUT / "scripts" / "learn_onsets"))

try:
    from kits import HYDROGEN, LEAD, RATE, Kit, hydrogen_kit, soundfont_kit
    from perform import PIECES, Note, Player, in_a_room
    from scipy import signal
except ModuleNotFoundError as error:
    raise not_installed(error) from error

FLUID = Path("/usr/share/sounds/sf2/FluidR3_GM.sf2")
KITS = ("The Black Pearl 1.0", "BJA_Pacific", "Fluid 0", "Fluid 16", "Fluid 40")
RINGS_S = 1.2  # longer than any of the rooms
HARD = 0.8  # of a velocity of 127: how the drums that set the level are struck

Wave = npt.NDArray[np.float64]


class Microphone:
    """What one microphone hears of a kit, tuned, damped and mixed as it happens to stand tonight, `seed`; of the length given.

    peak_db: of a hard stroke on the snare, under full scale. noise_db: the room's own, mean power.
    """

    def __init__(
        self, kit: str, seed: int, length_s: float, rate_hz: int, peak_db: float = -12.0, noise_db: float = -66.0
    ) -> None:
        random = np.random.default_rng(seed)
        self._player = Player(kit_of(kit), random)
        self._room = random.integers(1 << 32)
        self._rate_hz = rate_hz
        self._gain = 10 ** (peak_db / 20) / self.peak("snare")
        self.sound = (10 ** (noise_db / 20) * random.standard_normal(round(length_s * rate_hz))).astype(np.float32)

    def peak(self, piece: str) -> float:
        """Of a hard stroke, before the microphone's gain."""
        return float(np.abs(self._player.stroke(Note(0.0, piece, HARD))).max())

    def strike(self, time_s: float, note: int, velocity: int) -> None:
        """A stroke (General MIDI's note; velocity 1 to 127) whose attack is at `time_s` of `sound`."""
        dry = self._player.stroke(Note(0.0, PIECES[note], velocity / 127))
        heard = in_a_room(np.pad(dry, (0, round(RINGS_S * RATE))), np.random.default_rng(self._room))
        heard = self._gain * soxr.resample(heard, RATE, self._rate_hz)
        at = round((time_s - LEAD / RATE) * self._rate_hz)
        heard = heard[max(-at, 0) : max(len(self.sound) - at, 0)]
        self.sound[max(at, 0) : max(at, 0) + len(heard)] += heard

    def hear_crowd(self, under_db: float, seed: int) -> None:
        """A murmur of voices, 200 to 3000 Hz, so far under the peaks of the sticks by mean power, swelling and ebbing."""
        random = np.random.default_rng(seed)
        frames = len(self.sound)
        voices = band_of(random.standard_normal(frames), 200.0, 3000.0, self._rate_hz)
        swell = band_of(random.standard_normal(frames), 0.5, 4.0, self._rate_hz)
        voices *= 1 + 0.35 * swell / np.std(swell)
        level = self._gain * self.peak("rim") * 10 ** (-under_db / 20)
        self.sound += (level / np.std(voices) * voices).astype(np.float32)


def missing() -> Path | None:
    """The first of the files that the kits are made of that is not there."""
    files = [FLUID, *(HYDROGEN / name / "drumkit.xml" for name in KITS if not name.startswith("Fluid "))]
    return next((file for file in files if not file.exists()), None)


@cache
def kit_of(name: str) -> Kit:
    """One of KITS: Hydrogen's by its folder, the sound font's by its number there."""
    font, _, number = name.partition(" ")
    return soundfont_kit(FLUID, int(number)) if font == "Fluid" else hydrogen_kit(HYDROGEN / name)


def band_of(noise: Wave, low_hz: float, high_hz: float, rate_hz: int) -> Wave:
    """Its part between the two."""
    sections = signal.butter(2, [low_hz, high_hz], "bandpass", fs=rate_hz, output="sos")
    return np.asarray(signal.sosfilt(sections, noise))
