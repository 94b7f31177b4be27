"""Beats called before they sound: which one comes next, and when, said once and never taken back."""

import numpy as np
import numpy.typing as npt

from cython_core.follower import Follower, Pulse

CALL: np.dtype[np.void]
"""One beat: `beat_frame` (when it falls), `told_frame` (frames heard when it was said), `bpm`, `beat_in_bar` (1 = downbeat),
`confidence` (0..1)."""

class BeatCalls:
    """A follower, and the beats it calls at least `lead_s` before they fall. A plain loop over ticks, for files and tests.

    With several leads (at most four), one follower is asked for all of them. More raise ValueError.
    """

    def __init__(self, follower: Follower, lead_s: float, *more_leads_s: float) -> None: ...
    def hear(self, onsets: npt.NDArray[np.void], until_frame: int) -> npt.NDArray[np.void]:
        """Hear on to `until_frame` with these onsets, (n,) of ONSET in the order of `told_frame`.

        Returns the beats called: (n,) of CALL.
        """
    def hear_for_each(self, onsets: npt.NDArray[np.void], until_frame: int) -> list[npt.NDArray[np.void]]:
        """The same for each lead, in the order in which they were given."""
    def now(self) -> Pulse:
        """The pulse at the last frame heard."""
