"""Taps that nobody meant: two of them closer than any tempo is."""

from cython_core.authority import SHORTEST_TAP_S
from live_rig.errors import ShowError


class Taps:
    """The conductor's taps, as they come; the one that comes too soon is refused, and those before it hold."""

    def __init__(self) -> None:
        self._last_s = float("-inf")

    def refuse_hasty(self, now_s: float) -> None:
        """now_s: of this tap, in seconds on a clock that only goes forward. ShowError where it is no beat of its own."""
        since_s = now_s - self._last_s
        if since_s < SHORTEST_TAP_S:
            raise ShowError(
                f"That tap came {since_s * 1000:.0f} ms after the last, which would be {60 / max(since_s, 0.001):.0f} bpm",
                where="tap",
                do="Tap on: it was left out, and the taps before it hold",
            )
        self._last_s = now_s
