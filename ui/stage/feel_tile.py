"""Rushing or dragging: how far the drummer is from the band, on a meter and in ms."""

from dataclasses import dataclass

from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QPainter, QPolygonF

from live_rig.control.protocol import StageState
from ui import theme
from ui.tile import Tile

IN_THE_POCKET_MS = 8.0
FULL_SCALE_MS = 60.0
POCKET = "in the pocket"


@dataclass(frozen=True, slots=True)
class FeelWords:
    """What the meter says, and where its mark stands: -1 dragging, 0 together, 1 rushing; None: nothing to compare."""

    feel: str = ""
    ms: str = ""
    lean: float | None = None


def feel_words(state: StageState) -> FeelWords:
    """Asynchrony is the band's beat minus the drummer's: a band that is late has a drummer who rushes."""
    late_ms = state.asynchrony_ms
    if late_ms is None or not state.is_playing or state.is_holding:
        return FeelWords()
    lean = round(max(-1.0, min(1.0, late_ms / FULL_SCALE_MS)), 2)
    if abs(late_ms) < IN_THE_POCKET_MS:
        return FeelWords(POCKET, f"{abs(late_ms):.0f} ms", lean)
    return FeelWords("rushing" if late_ms > 0 else "dragging", f"{abs(late_ms):.0f} ms", lean)


class FeelTile(Tile[FeelWords]):
    """A line with the pocket in its middle and a mark that leans: left is dragging, right is rushing."""

    def draw(self, painter: QPainter, room: QRectF) -> None:
        words = self.words
        above = room.height() * 0.05  # letters with a stem reach beyond the capitals
        text = QRectF(room.left(), room.top() + above, room.width(), room.height() * 0.36)
        for side, align in (("dragging", theme.LEFT), ("rushing", theme.RIGHT)):
            theme.write(painter, text, side, theme.TEXT if words.feel == side else theme.FAINT, align=align)
        theme.write(painter, text, words.feel if words.feel == POCKET else words.ms, theme.TEXT, align=theme.CENTRE)
        bar = QRectF(room.left(), room.top() + room.height() * 0.70, room.width(), room.height() * 0.22)
        middle, half = bar.center().x(), bar.width() / 2
        painter.fillRect(bar, theme.PANEL)
        pocket = half * IN_THE_POCKET_MS / FULL_SCALE_MS
        painter.fillRect(QRectF(middle - pocket, bar.top(), 2 * pocket, bar.height()), theme.LINE)
        if words.lean is not None:
            self._draw_mark(painter, bar, middle, middle + words.lean * half)
        painter.fillRect(QRectF(middle - 1, bar.top() - bar.height() * 0.3, 2, bar.height() * 1.6), theme.SOFT)

    def _draw_mark(self, painter: QPainter, bar: QRectF, middle: float, x: float) -> None:
        painter.fillRect(QRectF(min(middle, x), bar.top(), abs(x - middle), bar.height()), theme.TEXT)
        side = bar.height() * 0.6
        x = min(max(x, bar.left() + side), bar.right() - side)
        tip = QPointF(x, bar.top() - side * 0.1)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.TEXT)
        painter.drawPolygon(QPolygonF([tip, QPointF(x - side * 0.7, tip.y() - side), QPointF(x + side * 0.7, tip.y() - side)]))
