"""The song's form: every section as wide as it is long, where the band is, and where it will go. Touch one to go there."""

from dataclasses import dataclass

from PyQt6.QtCore import QRectF, Qt
from PyQt6.QtGui import QColor, QPainter

from live_rig.control.protocol import StageState
from ui import theme
from ui.tile import Tile

NARROWEST = 0.65  # of the mean width: a last hit of one bar is to be seen, and hit
SMALLEST, LARGEST = 0.24, 0.5  # size of the names, of the strip's height
GOES_ROUND = "↻ "


@dataclass(frozen=True, slots=True)
class FormWords:
    """Each section's (name, from, to), 0 to 1 of the width; which sounds and which is asked for, -1: none; and the place."""

    parts: tuple[tuple[str, float, float], ...] = ()
    now: int = -1
    asked: int = -1
    place: float = -1.0


def form_words(state: StageState) -> FormWords:
    """The place moves bar by bar; a section asked for is outlined until the band is there."""
    if not state.form:
        return FormWords()
    mean = sum(part.length_bars for part in state.form) / len(state.form)
    widths = [max(part.length_bars, NARROWEST * mean) for part in state.form]
    parts, left = [], 0.0
    for part, width in zip(state.form, widths, strict=True):
        right = left + width / sum(widths)
        parts.append(((GOES_ROUND if part.is_vamp else "") + part.name, left, right))
        left = right
    names = [part.name for part in state.form]
    asked = state.queued.removeprefix("to ") if state.queued.startswith("to ") else ""
    now = names.index(state.section) if state.section in names else -1
    place = -1.0
    if now >= 0:
        _, start, end = parts[now]
        length = max(1, state.bars_in_section)
        place = start + (end - start) * min(1.0, ((max(1, state.bar_in_section) - 1) % length + 1) / length)
    return FormWords(tuple(parts), now, names.index(asked) if asked in names else -1, round(place, 4))


def section_touched(words: FormWords, state: StageState, across: float) -> str:
    """The name of the section at this part of the width, 0 to 1."""
    for part, (_, left, right) in zip(state.form, words.parts, strict=False):
        if left <= across < right:
            return part.name
    return ""


class FormTile(Tile[FormWords]):
    """A strip of blocks; the one that sounds is light, and fills as it goes by."""

    def draw(self, painter: QPainter, room: QRectF) -> None:
        gap = max(2.0, room.width() * 0.003)
        cells = [
            QRectF(room.left() + left * room.width(), room.top(), (right - left) * room.width() - gap, room.height())
            for _, left, right in self.words.parts
        ]
        names = [name for name, *_ in self.words.parts]
        fitting = [cell.width() * 0.9 / theme.width_per_px(name, True) for cell, name in zip(cells, names, strict=True)]
        size_px = max(SMALLEST * room.height(), min([LARGEST * room.height(), *fitting]))  # one for all
        for number, (cell, name) in enumerate(zip(cells, names, strict=True)):
            self._draw_part(painter, cell, name, number, size_px)

    def _draw_part(self, painter: QPainter, cell: QRectF, name: str, number: int, size_px: float) -> None:
        is_now, is_asked = number == self.words.now, number == self.words.asked
        radius = theme.radius(self) * 0.6
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.LINE if is_now else theme.PANEL)
        painter.drawRoundedRect(cell, radius, radius)
        if is_now and self.words.place >= 0:
            passed = QRectF(cell)
            passed.setRight(min(cell.right(), self.width() * self.words.place))
            painter.fillRect(
                QRectF(passed.left(), cell.bottom() - cell.height() * 0.14, passed.width(), cell.height() * 0.14), theme.TEXT
            )
        if is_asked:
            painter.setPen(theme.TEXT)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(cell.adjusted(1, 1, -1, -1), radius, radius)
        ink: QColor = theme.TEXT if is_now or is_asked else theme.SOFT
        half = size_px * theme.CAPITAL / 2
        room = QRectF(cell.left() + 2, cell.center().y() - half, cell.width() - 4, 2 * half)
        theme.write(painter, room, name, ink, align=theme.CENTRE, is_bold=is_now, least=0.8)
