"""Who has the tempo: the biggest word, in that leader's colour."""

from dataclasses import dataclass

from PyQt6.QtCore import QRectF, Qt
from PyQt6.QtGui import QPainter

from live_rig.control.protocol import StageState
from ui import theme
from ui.tile import Tile

COMING = 0.42  # of the width, for who comes next


@dataclass(frozen=True, slots=True)
class LeaderWords:
    """The leader's name as it stands there, his colour, how it came to that, and who has it from a bar line to come."""

    leader: str = ""
    name: str = "NOBODY"
    how: str = ""
    coming: str = ""


def leader_words(state: StageState, *, is_engine_there: bool = True) -> LeaderWords:
    """Until somebody leads it says so; how the tempo changed hands is told as the engine tells it."""
    if not is_engine_there:
        return LeaderWords(name="NO ENGINE")
    name = state.leader.upper() or "NOBODY"
    if state.leader == "shared":
        name = f"SHARED {state.drummer_share:.0%}"
    return LeaderWords(state.leader, name, state.last_handover, state.takes_over)


class LeaderTile(Tile[LeaderWords]):
    """A block of the leader's colour, so that it is seen without being read; at its right the colour of who comes next."""

    def draw(self, painter: QPainter, room: QRectF) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.LEADER[self.words.leader])
        radius = theme.radius(self)
        painter.drawRoundedRect(room, radius, radius)
        ink = theme.GROUND if self.words.leader else theme.SOFT
        pad = room.height() * 0.16
        inner = room.adjusted(pad, pad, -pad, -pad)
        how_height = inner.height() * 0.22 if self.words.how else 0.0
        inner.setRight(inner.right() - (room.width() * COMING if self.words.coming else 0.0))
        name = inner.adjusted(0, 0, 0, -how_height * 1.8)
        theme.write(painter, name, self.words.name, ink, like="CONDUCTOR", least=0.2)
        how = QRectF(inner.left(), inner.bottom() - how_height, inner.width(), how_height)
        theme.write(painter, how, self.words.how, ink, least=0.55)
        if self.words.coming:
            self._draw_coming(painter, room.adjusted(room.width() * (1 - COMING), 0, 0, 0))

    def _draw_coming(self, painter: QPainter, room: QRectF) -> None:
        pad = room.height() * 0.16
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.GROUND)
        painter.drawRect(room)
        block = room.adjusted(pad * 0.5, 0, 0, 0)
        painter.setBrush(theme.LEADER[self.words.coming])
        painter.drawRoundedRect(block, theme.radius(self), theme.radius(self))
        inner = block.adjusted(pad, pad, -pad, -pad)
        theme.write(painter, inner.adjusted(0, 0, 0, -inner.height() * 0.62), "then", theme.GROUND, least=0.3)
        name = inner.adjusted(0, inner.height() * 0.5, 0, 0)
        theme.write(painter, name, self.words.coming.upper(), theme.GROUND, like="CONDUCTOR", least=0.2)
