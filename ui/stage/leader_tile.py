"""Who has the tempo: the biggest word, in that leader's colour."""

from dataclasses import dataclass

from PyQt6.QtCore import QRectF, Qt
from PyQt6.QtGui import QPainter

from live_rig.control.protocol import StageState
from ui import theme
from ui.stage.tile import Tile


@dataclass(frozen=True, slots=True)
class LeaderWords:
    """The leader's name as it stands there, whose colour it has, and how it came to that."""

    leader: str = ""
    name: str = "NOBODY"
    how: str = ""


def leader_words(state: StageState, *, is_engine_there: bool = True) -> LeaderWords:
    """Until somebody leads it says so; how the tempo changed hands is told as the engine tells it."""
    if not is_engine_there:
        return LeaderWords(name="NO ENGINE")
    name = state.leader.upper() or "NOBODY"
    if state.leader == "shared":
        name = f"SHARED {state.drummer_share:.0%}"
    return LeaderWords(state.leader, name, state.last_handover)


class LeaderTile(Tile[LeaderWords]):
    """A block of the leader's colour, so that it is seen without being read."""

    def draw(self, painter: QPainter, room: QRectF) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.LEADER[self.words.leader])
        radius = theme.radius(self)
        painter.drawRoundedRect(room, radius, radius)
        ink = theme.GROUND if self.words.leader else theme.SOFT
        pad = room.height() * 0.16
        inner = room.adjusted(pad, pad, -pad, -pad)
        how_height = inner.height() * 0.17 if self.words.how else 0.0
        name = inner.adjusted(0, 0, 0, -how_height * 2.2)
        theme.write(painter, name, self.words.name, ink, like="CONDUCTOR", least=0.2)
        how = QRectF(inner.left(), inner.bottom() - how_height, inner.width(), how_height)
        theme.write(painter, how, self.words.how, ink, least=0.9)
