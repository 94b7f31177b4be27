"""The keys, laid over the lower part of the window; the show goes on above and behind."""

from PyQt6.QtCore import QRectF, Qt
from PyQt6.QtGui import QPainter, QPaintEvent
from PyQt6.QtWidgets import QWidget

from ui import theme
from ui.stage.keys import PRESSES, WINDOW_KEYS


class Overlay(QWidget):
    """Takes no clicks and no focus."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: ARG002, N802
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), theme.PANEL)
        painter.fillRect(0, 0, self.width(), 2, theme.LINE)
        rows = [(press.name, press.says) for press in PRESSES.values()] + list(WINDOW_KEYS)
        longest = max((says for _, says in rows), key=len)
        columns = 2 if self.width() < self.height() * 1.6 else 4
        per_column = -(-len(rows) // columns)
        pad = min(self.width(), self.height()) * 0.06
        width = (self.width() - pad) / columns
        height = (self.height() - 2 * pad) / per_column
        for number, (name, says) in enumerate(rows):
            left = pad + number // per_column * width
            row = QRectF(left, pad + number % per_column * height, width - pad, height)
            text = min(height * 0.38, width * 0.066)
            middle = row.center().y() - text / 2
            theme.write(painter, QRectF(row.left(), middle, width * 0.24, text), name, theme.TEXT, like="Return")
            words = QRectF(row.left() + width * 0.27, middle, width * 0.7 - pad, text)
            theme.write(painter, words, says, theme.SOFT, like=longest, is_bold=False)
        painter.end()
