"""The tempo, in giant digits."""

from dataclasses import dataclass

from PyQt6.QtCore import QRectF
from PyQt6.QtGui import QPainter

from live_rig.control.protocol import StageState
from ui import theme
from ui.tile import Tile

UNKNOWN = "···"
HELD = "HOLD"
LEGIBLE_PX = 6.0  # capitals that are smaller say nothing


@dataclass(frozen=True, slots=True)
class TempoWords:
    """The tempo as it stands there, what the song was written in, and the limit that holds it there."""

    tempo: str = UNKNOWN
    written: str = ""
    limit: str = ""


def tempo_words(state: StageState) -> TempoWords:
    """A tempo that is not known is three dots, not a zero; a held chord has none."""
    written = f"written {state.chart_bpm:.0f}" if state.chart_bpm else ""
    if state.is_holding:
        return TempoWords(HELD, written)
    return TempoWords(f"{state.bpm:.0f}" if state.bpm > 0 else UNKNOWN, written, state.limit if state.is_playing else "")


class TempoTile(Tile[TempoWords]):
    """Digits as large as three of them fit; the unit stands small at their foot."""

    def draw(self, painter: QPainter, room: QRectF) -> None:
        aside = room.width() * 0.2
        overshoot = room.height() * 0.03  # round digits reach beyond the straight ones
        digits = QRectF(room.left(), room.top() + overshoot, room.width() - aside, room.height() - 2 * overshoot)
        size_px = theme.fitting_px("000", digits.width(), digits.height())
        ink = theme.FAINT if self.words.tempo == UNKNOWN else theme.TEXT
        theme.write(painter, digits, self.words.tempo, ink, like=max("000", self.words.tempo, key=len), least=0.1)
        foot = digits.center().y() + size_px * theme.CAPITAL / 2
        left = digits.left() + theme.width_per_px("000", True) * size_px + aside * 0.12
        unit = min(room.height() * 0.13, aside * 0.26)
        beside = QRectF(left, foot - unit, max(0.0, room.right() - left), unit)
        theme.write(painter, beside, "" if self.words.tempo in (UNKNOWN, HELD) else "BPM", theme.SOFT)
        small = unit * 0.62
        if small * theme.CAPITAL >= LEGIBLE_PX:
            above = beside.translated(0, -unit * 1.6).adjusted(0, unit - small, 0, 0)
            theme.write(painter, above, self.words.written, theme.FAINT, least=0.5)
        if self.words.limit:  # above the unit, where nothing else stands
            rows = QRectF(beside.left(), digits.top(), beside.width(), unit * 2.4)
            theme.write_lines(painter, rows, self.words.limit, theme.WRONG, most_lines=3)
