"""Recording time <-> beat number, for a song whose tempo breathes.

Beat 0 is the first downbeat, and bar 1 starts there; pickups are negative. Between two mapped beats the tempo is constant;
before the first and after the last, the nearest tempo goes on. `beat_at` and `time_at` are inverses, exact at every mapped
beat.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

Rising = NDArray[np.float64]  # shape (n,), n >= 2, strictly rising


@dataclass(frozen=True, slots=True, eq=False)
class BeatMap:
    """The beats of one recording."""

    beat: Rising  # whole numbers, one apart
    time_s: Rising  # seconds into the recording, same shape as `beat`
    beat_in_bar: NDArray[np.int64]  # 1 is the downbeat, same shape as `beat`

    @classmethod
    def of(cls, time_s: ArrayLike, beat_in_bar: ArrayLike) -> Self:
        """The map of beats at `time_s` (s, strictly rising, two at least), counted `beat_in_bar` (one of them a 1)."""
        times = np.array(time_s, dtype=np.float64)
        counts = np.array(beat_in_bar, dtype=np.int64)
        beats = np.arange(len(times), dtype=np.float64) - int(np.argmax(counts == 1))
        for array in (beats, times, counts):
            array.flags.writeable = False
        return cls(beats, times, counts)

    def beat_at(self, time_s: float) -> float:
        """The beat that sounds at `time_s` of the recording."""
        return _along(self.time_s, self.beat, time_s)

    def time_at(self, beat: float) -> float:
        """Seconds into the recording at which `beat` sounds."""
        return _along(self.beat, self.time_s, beat)

    @property
    def last_beat(self) -> int:
        """The number of the last mapped beat."""
        return int(self.beat[-1])

    @property
    def median_bpm(self) -> float:
        """The tempo of the middle one of all beats, when they are put in the order of their length."""
        return float(60.0 / np.median(np.diff(self.time_s)))

    def bars(self) -> int:
        """How many bars have a beat in the map, not counting a pickup."""
        return int((self.beat_in_bar == 1).sum())


def _along(x: Rising, y: Rising, at: float) -> float:
    """y at x = `at`: straight from point to point, and straight on beyond the ends."""
    if at < x[0]:
        return float(y[0] + (at - x[0]) * (y[1] - y[0]) / (x[1] - x[0]))
    if at > x[-1]:
        return float(y[-1] + (at - x[-1]) * (y[-1] - y[-2]) / (x[-1] - x[-2]))
    return float(np.interp(at, x, y))
