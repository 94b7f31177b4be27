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
    """A dot and a line, or nothing at all."""

    def draw(self, painter: QPainter, room: QRectF) -> None:
        if not self.words.line:
            return
        height = room.height() * 0.42
        row = QRectF(room.left(), room.center().y() - height / 2, room.width(), height)
        colour = theme.WRONG if self.words.is_wrong else theme.SOFT
        if self.words.is_wrong:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            painter.drawEllipse(QRectF(row.left(), row.top(), height, height))
            row.adjust(height * 1.7, 0, 0, 0)
        theme.write(painter, row, self.words.line, colour, least=0.5)
