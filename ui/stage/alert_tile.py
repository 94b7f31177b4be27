"""What is wrong, if anything is: one line, the newest first, and nothing to click away."""

from dataclasses import dataclass

from PyQt6.QtCore import QRectF, Qt
from PyQt6.QtGui import QPainter

from live_rig.control.protocol import StageState
from ui import theme
from ui.stage.tile import Tile


@dataclass(frozen=True, slots=True)
class AlertWords:
    """The line, and whether it is something wrong or only an answer."""

    line: str = ""
    is_wrong: bool = False


def alert_words(state: StageState, engine_gone: str, answer: str) -> AlertWords:
    """An engine that is gone comes before all it said last; then what it says is wrong; then why a key did nothing."""
    if engine_gone:
        return AlertWords(engine_gone, True)
    if state.alerts:
        more = len(state.alerts) - 1
        return AlertWords(state.alerts[0] + (f"  (and {more} more)" if more else ""), True)
    return AlertWords(answer, False)


class AlertTile(Tile[AlertWords]):
    """A line on a red ground, an answer without it, or nothing at all."""

    def draw(self, painter: QPainter, room: QRectF) -> None:
        if not self.words.line:
            return
        height = room.height() * 0.42
        pad = height if self.words.is_wrong else 0.0
        row = QRectF(room.left() + pad, room.center().y() - height / 2, room.width() - 2 * pad, height)
        if self.words.is_wrong:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.WRONG_GROUND)
            painter.drawRoundedRect(room, theme.radius(self), theme.radius(self))
        theme.write(painter, row, self.words.line, theme.WRONG if self.words.is_wrong else theme.SOFT)
