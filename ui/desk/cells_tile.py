"""The cells of a page, in columns: a finger turns what it slides along, and presses what it taps."""

from dataclasses import dataclass

from PyQt6.QtCore import QPointF, QRectF, Qt, pyqtSignal
from PyQt6.QtGui import QMouseEvent, QPainter, QWheelEvent
from PyQt6.QtWidgets import QWidget

from ui import theme
from ui.desk.cells import Cell, Command, Toggle
from ui.tile import Tile

FINGER_PX = 44  # nothing to be touched is smaller
MOST_ROWS, MOST_ROWS_TALL, MOST_COLUMNS = 7, 12, 3
ROW_GAP = 0.08  # of a row
COLUMN = 6.0  # the least width of a column, in heights of a row
SLIDES_FROM_PX = 6.0  # a finger that moves less has tapped
NOTCH = 120  # of a wheel, in Qt's measure


@dataclass(frozen=True, slots=True)
class CellsWords:
    """The cells, down the first column first, and which one the keys turn; -1: none."""

    cells: tuple[Cell, ...] = ()
    chosen: int = -1


@dataclass(slots=True)
class Slide:
    """A finger that is down: on which cell, what that turns, where it came down, where the knob stood, and whether it has
    moved."""

    number: int
    knob: Command
    from_px: float
    from_value: float
    has_moved: bool = False


def grid(width: float, height: float) -> tuple[int, int]:
    """(columns, rows) that a page has room for, each cell large enough for a finger."""
    most = MOST_ROWS if width > height else MOST_ROWS_TALL
    rows = max(1, min(most, int(height * (1 - ROW_GAP) / FINGER_PX)))
    return max(1, min(MOST_COLUMNS, int(width / (COLUMN * height / rows)))), rows


class CellsTile(Tile[CellsWords]):
    """Repaints the cells that changed."""

    chosen = pyqtSignal(int)
    turned = pyqtSignal(int, float)  # a cell's number and its new value
    stepped = pyqtSignal(int, float)  # and how many steps
    pressed = pyqtSignal(tuple)  # the command of what was pressed
    put_back = pyqtSignal(int)  # to what is written

    def __init__(self, parent: QWidget) -> None:
        super().__init__(CellsWords(), parent)
        self._slide: Slide | None = None

    @property
    def capacity(self) -> int:
        """Cells that a page may have."""
        columns, rows = grid(self.width(), self.height())
        return columns * rows

    def show_words(self, words: CellsWords) -> None:
        before, self.words = self.words, words
        if len(before.cells) != len(words.cells):
            self.update()
            return
        for number, (old, new) in enumerate(zip(before.cells, words.cells, strict=True)):
            if old != new or (number in (before.chosen, words.chosen) and before.chosen != words.chosen):
                self.update(self._room_of(number).toAlignedRect())

    def draw(self, painter: QPainter, room: QRectF) -> None:
        clip = painter.clipBoundingRect() if painter.hasClipping() else room
        for number, cell in enumerate(self.words.cells):
            if self._room_of(number).intersects(clip):
                self._draw_cell(painter, self._room_of(number), cell, is_chosen=number == self.words.chosen)

    def _draw_cell(self, painter: QPainter, room: QRectF, cell: Cell, *, is_chosen: bool) -> None:
        radius = theme.radius(self) * 0.6
        painter.setPen(theme.SOFT if is_chosen else Qt.PenStyle.NoPen)
        painter.setBrush(theme.TEXT if cell.is_lit else theme.LINE if is_chosen else theme.PANEL)
        painter.drawRoundedRect(room.adjusted(1, 1, -1, -1), radius, radius)
        ink = theme.GROUND if cell.is_lit else theme.TEXT
        pad, text = room.height() * 0.2, room.height() * 0.26
        for toggle, place in zip(cell.toggles, self._toggle_rooms(room, cell), strict=True):
            self._draw_toggle(painter, place, toggle)
        right = room.right() - pad - self._toggles_width(room, cell)
        row = QRectF(room.left() + pad, room.center().y() - text / 2, right - room.left() - pad, text)
        if cell.dial is None:
            theme.write(painter, row, cell.name, ink, is_bold=cell.is_lit)
            return
        row.translate(0, -room.height() * 0.06)
        says = cell.dial.scale.words(cell.dial.value)
        taken = min(row.width() * 0.5, theme.width_per_px(says, True) * text / theme.CAPITAL + 1)
        theme.write(painter, row.adjusted(row.width() - taken, 0, 0, 0), says, ink, align=theme.RIGHT)
        theme.write(painter, row.adjusted(0, 0, -taken - pad, 0), cell.name, theme.SOFT, is_bold=False)
        if cell.dial.scale.is_known:
            self._draw_slider(
                painter, QRectF(row.left(), room.bottom() - pad, row.width(), max(3.0, room.height() * 0.07)), cell
            )

    def _draw_slider(self, painter: QPainter, track: QRectF, cell: Cell) -> None:
        """From where nothing is done to where it stands; a mark where it is written."""
        assert cell.dial is not None
        scale = cell.dial.scale
        painter.fillRect(track, theme.GROUND)
        rest = scale.place(min(max(0.0, scale.low), scale.high)) if scale.unit in ("db", "pan") and not scale.shuts else 0.0
        ends = sorted((rest, scale.place(cell.dial.value)))
        left, right = (track.left() + track.width() * end for end in ends)
        painter.fillRect(QRectF(left, track.top(), max(track.height() * 0.6, right - left), track.height()), theme.TEXT)
        if cell.dial.written is not None and cell.dial.written != cell.dial.value:
            at = track.left() + track.width() * scale.place(cell.dial.written)
            painter.fillRect(
                QRectF(at - track.height() * 0.3, track.top() - track.height(), track.height() * 0.6, track.height() * 3),
                theme.SOFT,
            )

    def _draw_toggle(self, painter: QPainter, room: QRectF, toggle: Toggle) -> None:
        inner = room.adjusted(3, room.height() * 0.14, -3, -room.height() * 0.14)
        painter.setPen(theme.FAINT)
        painter.setBrush(theme.TEXT if toggle.is_on else theme.GROUND)
        painter.drawRoundedRect(inner, theme.radius(self) * 0.5, theme.radius(self) * 0.5)
        text = room.height() * 0.22
        row = QRectF(inner.left() + 3, inner.center().y() - text / 2, inner.width() - 6, text)
        theme.write(painter, row, toggle.says, theme.GROUND if toggle.is_on else theme.SOFT, align=theme.CENTRE)

    def _room_of(self, number: int) -> QRectF:
        columns, rows = grid(self.width(), self.height())
        gap = self.height() / rows * ROW_GAP
        width, height = (self.width() + gap) / columns, (self.height() + gap) / rows
        return QRectF(number // rows * width, number % rows * height, width - gap, height - gap)

    def _toggles_width(self, room: QRectF, cell: Cell) -> float:
        return len(cell.toggles) * max(FINGER_PX, room.height() * 1.05)

    def _toggle_rooms(self, room: QRectF, cell: Cell) -> list[QRectF]:
        width = self._toggles_width(room, cell) / max(1, len(cell.toggles))
        left = room.right() - width * len(cell.toggles)
        return [QRectF(left + number * width, room.top(), width, room.height()) for number in range(len(cell.toggles))]

    def _at(self, where: QPointF) -> int:
        """The number of the cell there, or -1."""
        return next((number for number in range(len(self.words.cells)) if self._room_of(number).contains(where)), -1)

    def mousePressEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802
        if event is None or event.button() != Qt.MouseButton.LeftButton or (number := self._at(event.position())) < 0:
            return
        cell = self.words.cells[number]
        self.chosen.emit(number)
        for toggle, room in zip(cell.toggles, self._toggle_rooms(self._room_of(number), cell), strict=True):
            if room.contains(event.position()):
                self.pressed.emit(toggle.sends)
                return
        if cell.sends:
            self.pressed.emit(cell.sends)
        elif cell.dial:
            self._slide = Slide(number, cell.dial.knob, event.position().x(), cell.dial.value)

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802
        slide = self._slide
        if event is None or slide is None or slide.number >= len(self.words.cells):
            return
        dial, way_px = self.words.cells[slide.number].dial, event.position().x() - slide.from_px
        if dial is None or dial.knob != slide.knob:  # another preset has come, or another page: the finger is on nothing
            self._slide = None
        elif slide.has_moved or abs(way_px) >= SLIDES_FROM_PX:
            slide.has_moved = True
            self.turned.emit(slide.number, dial.scale.moved(slide.from_value, way_px / self._room_of(slide.number).width()))

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:  # noqa: ARG002, N802
        self._slide = None

    def mouseDoubleClickEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802
        number = self._at(event.position()) if event is not None else -1
        if number >= 0 and self.words.cells[number].dial and not self._is_on_toggle(number, event):
            self.put_back.emit(number)
        else:
            self.mousePressEvent(event)  # two quick presses of a button are two

    def _is_on_toggle(self, number: int, event: QMouseEvent | None) -> bool:
        rooms = self._toggle_rooms(self._room_of(number), self.words.cells[number])
        return event is not None and any(room.contains(event.position()) for room in rooms)

    def wheelEvent(self, event: QWheelEvent | None) -> None:  # noqa: N802
        if event is not None and (number := self._at(event.position())) >= 0:
            self.chosen.emit(number)
            self.stepped.emit(number, event.angleDelta().y() / NOTCH)
