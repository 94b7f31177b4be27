"""What is wrong, if anything is: the newest first, large, over the song's form, and nothing to click away."""

from dataclasses import dataclass

from PyQt6.QtCore import QRectF, Qt
from PyQt6.QtGui import QPainter

from live_rig.control.protocol import StageState
from ui import theme
from ui.tile import Tile


@dataclass(frozen=True, slots=True)
class AlertWords:
    """The line, and whether it is something wrong or only something to know."""

    line: str = ""
    is_wrong: bool = False


def alert_words(state: StageState, broken: str, answer: str = "", news: str = "") -> AlertWords:
    """Why the engine is not heard comes before all it said last; then the answer to whoever has just asked for something, since
    what is wrong may stay so all evening; then what is wrong; then what is only to be known."""
    if broken:
        return AlertWords(broken, True)
    if answer:
        return AlertWords(answer, False)
    if state.alerts:
        more = len(state.alerts) - 1
        return AlertWords(state.alerts[0] + (f"  (and {more} more)" if more else ""), True)
    return AlertWords(news, False)


class AlertTile(Tile[AlertWords]):
    """One line or two on a red ground; an answer on a plain one."""

    def draw(self, painter: QPainter, room: QRectF) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.WRONG_GROUND if self.words.is_wrong else theme.PANEL)
        painter.drawRoundedRect(room, theme.radius(self), theme.radius(self))
        pad = room.height() * 0.16
        row = room.adjusted(pad, pad, -pad, -pad)
        ink = theme.WRONG if self.words.is_wrong else theme.TEXT
        theme.write_lines(painter, row, self.words.line, ink, most_lines=2, most_px=room.height() * 0.5)
