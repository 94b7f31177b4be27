"""What was called, and what comes: the next cue with the bars to it, big when it is near."""

import math
from dataclasses import dataclass

from PyQt6.QtCore import QRectF, Qt
from PyQt6.QtGui import QPainter

from live_rig.control.protocol import StageState
from ui import theme
from ui.tile import Tile

NEAR_BARS = 4


@dataclass(frozen=True, slots=True)
class CueWords:
    """The next cue, its distance, whether it is near, and the cue that holds now."""

    cue: str = ""
    bars: str = ""
    unit: str = ""
    is_near: bool = False
    now: str = ""


def cue_words(state: StageState) -> CueWords:
    """Bars are counted as a musician counts them down: 4, 3, 2, 1, and then it is there."""
    if not state.next_cue:
        return CueWords(now=state.now)
    if state.bars_to_next_cue is None:
        return CueWords(state.next_cue, now=state.now)
    left = max(0, math.ceil(state.bars_to_next_cue - 0.001))
    is_near = state.is_playing and left <= NEAR_BARS
    return CueWords(
        state.next_cue, str(left) if left else "now", ("bar" if left == 1 else "bars") if left else "", is_near, state.now
    )


class CueTile(Tile[CueWords]):
    """A quiet line while the cue is far; light on dark turned round when it is near."""

    def draw(self, painter: QPainter, room: QRectF) -> None:
        words = self.words
        radius = theme.radius(self)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.TEXT if words.is_near else theme.PANEL)
        painter.drawRoundedRect(room, radius, radius)
        pad = min(room.height(), room.width()) * 0.1
        inner = room.adjusted(pad, pad, -pad, -pad)
        if words.is_near:
            self._draw_near(painter, inner)
        else:
            self._draw_far(painter, inner)

    def _draw_near(self, painter: QPainter, room: QRectF) -> None:
        count_width = min(room.width() * 0.28, room.height() * 0.62)
        count = QRectF(room.left(), room.top(), count_width, room.height())
        number = count.adjusted(0, 0, 0, -room.height() * 0.24) if self.words.unit else count
        theme.write(painter, number, self.words.bars, theme.GROUND, like="4" if self.words.unit else "", least=0.1)
        foot = QRectF(count.left(), count.bottom() - room.height() * 0.13, count.width(), room.height() * 0.13)
        theme.write(painter, foot, self.words.unit, theme.GROUND, least=0.5)
        cue = room.adjusted(count_width + min(room.width() * 0.07, room.height() * 0.2), 0, 0, 0)
        theme.write_lines(painter, cue, self.words.cue, theme.GROUND, most_px=cue.height() * 0.6)

    def _draw_far(self, painter: QPainter, room: QRectF) -> None:
        words = self.words
        coming = f"in {words.bars} {words.unit}: {words.cue}" if words.unit else words.cue
        height = room.height()
        if words.now:
            now = QRectF(room.left(), room.top(), room.width(), height * 0.54)
            theme.write_lines(painter, now, words.now, theme.TEXT, most_lines=2, most_px=height * 0.46)
            row = QRectF(room.left(), room.top() + height * 0.72, room.width(), height * 0.28)
            theme.write_lines(painter, row, coming, theme.SOFT, most_lines=2, most_px=height * 0.24, is_bold=False)
        else:
            ink = theme.SOFT if coming else theme.FAINT
            theme.write_lines(painter, room, coming or "no cue ahead", ink, most_lines=2, most_px=height * 0.32, is_bold=False)
