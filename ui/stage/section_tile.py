"""The section now, how far it has come, and the section after it."""

from dataclasses import dataclass

from PyQt6.QtCore import QRectF
from PyQt6.QtGui import QPainter

from live_rig.control.protocol import StageState
from ui import theme
from ui.tile import Tile


@dataclass(frozen=True, slots=True)
class SectionWords:
    """The words, and how much of the section is over, 0 to 1. Not `is_now`: it is still to come."""

    section: str = ""
    bars: str = ""
    next_section: str = ""
    over: float = 0.0
    is_now: bool = True


def section_words(state: StageState) -> SectionWords:
    """Before the band plays there is only what will come first."""
    coming = f"next  {state.next_section}" if state.next_section else "last section" if state.section else ""
    if not state.section:
        return SectionWords(state.next_section, "comes first" if state.next_section else "", is_now=False)
    length = max(1, state.bars_in_section)
    if state.is_vamping:
        round_bar = (max(1, state.bar_in_section) - 1) % length + 1
        return SectionWords(state.section, f"vamp, bar {round_bar} of {length}", coming, round_bar / length)
    bars = f"bar {state.bar_in_section} of {length}" if state.bar_in_section > 0 else "before bar 1"
    if state.rounds > 1:
        bars += f", time {state.round} of {state.rounds}"
    return SectionWords(state.section, bars, coming, min(1.0, max(0, state.bar_in_section) / length))


class SectionTile(Tile[SectionWords]):
    """Now large, next smaller, and a line that fills as the section goes by."""

    def draw(self, painter: QPainter, room: QRectF) -> None:
        height = room.height()

        def row(top: float, share: float) -> QRectF:
            return QRectF(room.left(), room.top() + top * height, room.width(), share * height)

        theme.write(painter, row(0.02, 0.30), self.words.section, theme.TEXT if self.words.is_now else theme.SOFT, least=0.45)
        line = row(0.42, 0.035)
        painter.fillRect(line, theme.PANEL)
        painter.fillRect(QRectF(line.left(), line.top(), line.width() * self.words.over, line.height()), theme.SOFT)
        theme.write(painter, row(0.54, 0.14), self.words.bars, theme.TEXT if self.words.is_now else theme.SOFT, is_bold=False)
        theme.write(painter, row(0.79, 0.15), self.words.next_section, theme.SOFT, is_bold=False)
