"""A tile: shows words that are final, and repaints only when they changed."""

from typing import Generic, TypeVar

from PyQt6.QtCore import QRectF, Qt, pyqtSignal
from PyQt6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PyQt6.QtWidgets import QWidget

from ui import theme

Words = TypeVar("Words")


class Tile(QWidget, Generic[Words]):
    """One part of the window. A tile says what to paint in `draw`; it decides nothing."""

    touched = pyqtSignal(float)  # where, 0 to 1 of the width

    def __init__(self, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.words = words
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def show_words(self, words: Words) -> None:
        """Show these from now on."""
        if words != self.words:
            self.words = words
            self.update()

    def draw(self, painter: QPainter, room: QRectF) -> None:
        """Paint `self.words` into `room`."""
        raise NotImplementedError

    def mousePressEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802
        if event is not None and event.button() == Qt.MouseButton.LeftButton:
            self.touched.emit(event.position().x() / max(1, self.width()))

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        dirty = event.rect() if event else self.rect()
        painter.setClipRect(dirty)  # so that `draw` can tell what it need not paint
        painter.fillRect(dirty, theme.GROUND)
        try:
            self.draw(painter, QRectF(self.rect()))
        finally:
            painter.end()  # a painter that is left open ends the process
