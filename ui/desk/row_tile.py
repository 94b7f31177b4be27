"""A row of buttons: the desk's own, and the names of its pages."""

from dataclasses import dataclass

from PyQt6.QtCore import QRectF, Qt, pyqtSignal
from PyQt6.QtGui import QMouseEvent, QPainter
from PyQt6.QtWidgets import QWidget

from ui import theme
from ui.tile import Tile

GAP = 0.1  # between buttons, of their height
INNER = 0.86  # of a button's width is for its words
SMALLEST, LARGEST = 0.18, 0.32  # height of the words, of the row's


@dataclass(frozen=True, slots=True)
class Button:
    """What it says, what a press means, its width beside the others, whether it is on, and whether it does anything now."""

    says: str
    means: str
    width: float = 1.0
    is_lit: bool = False
    is_possible: bool = True


class RowTile(Tile[tuple[Button, ...]]):
    """Buttons side by side."""

    pressed = pyqtSignal(str)  # what the button means

    def __init__(self, parent: QWidget) -> None:
        super().__init__((), parent)

    def draw(self, painter: QPainter, room: QRectF) -> None:
        radius, cells = theme.radius(self) * 0.6, self.cells(room)
        fitting = [
            cell.width() * INNER / theme.width_per_px(button.says, True) * theme.CAPITAL
            for button, cell in zip(self.words, cells, strict=True)
        ]
        height = max(SMALLEST * room.height(), min([LARGEST * room.height(), *fitting]))  # one for all
        for button, cell in zip(self.words, cells, strict=True):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.TEXT if button.is_lit else theme.PANEL)
            painter.drawRoundedRect(cell, radius, radius)
            ink = theme.GROUND if button.is_lit else theme.TEXT if button.is_possible else theme.FAINT
            aside = cell.width() * (1 - INNER) / 2
            row = QRectF(cell.left() + aside, cell.center().y() - height / 2, cell.width() - 2 * aside, height)
            theme.write(painter, row, button.says, ink, align=theme.CENTRE, is_bold=button.is_lit, least=1.0)

    def cells(self, room: QRectF) -> list[QRectF]:
        """Where each button stands."""
        gap = room.height() * GAP
        whole = sum(button.width for button in self.words) or 1.0
        left, cells = room.left(), []
        for button in self.words:
            width = (room.width() + gap) * button.width / whole
            cells.append(QRectF(left, room.top(), width - gap, room.height()))
            left += width
        return cells

    def mousePressEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802
        if event is None or event.button() != Qt.MouseButton.LeftButton:
            return
        for button, cell in zip(self.words, self.cells(QRectF(self.rect())), strict=True):
            if button.is_possible and cell.contains(event.position()):
                self.pressed.emit(button.means)
