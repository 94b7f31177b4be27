"""A script played live: each row becomes its command at its frame, a moment ahead of time."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from live_rig.conducting.cues import events_of
from live_rig.conducting.script import Scripted

if TYPE_CHECKING:
    from live_rig.engine import Engine

AHEAD_S = 0.05  # more than a look of the event loop takes; commands from a hand wait behind a row for no longer


class ScriptPlayer:
    """Plays rows in order. Row times count from the instrument's first frame."""

    def __init__(self, engine: "Engine", script: Sequence[Scripted]) -> None:
        self._engine, self._rows = engine, list(script)

    def play_until(self, now_s: float) -> None:
        """Send every row that is due within the next AHEAD_S."""
        while self._rows and self._rows[0].time_s <= now_s + AHEAD_S:
            row = self._rows.pop(0)
            song = self._engine.song
            if song is not None:
                frame = round(row.time_s * self._engine.samplerate_hz)
                self._engine.instrument.send(events_of(row.command, row.value, song), frame)
