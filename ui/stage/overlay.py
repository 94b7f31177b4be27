"""The keys, laid over the lower half of the window; the show goes on above and behind, and every key still works."""

from dataclasses import dataclass

from PyQt6.QtCore import QRectF, Qt
from PyQt6.QtGui import QPainter
from PyQt6.QtWidgets import QWidget

from live_rig.control.protocol import StageState
from ui import theme
from ui.desk.keys import DOES
from ui.desk.keys import ROWS as DESK_ROWS
from ui.stage.keys import PRESSES, key_rows
from ui.tile import Tile

DESK_TAKES = {press.name for key, press in PRESSES.items() if key in DOES} | {"D", "Esc"}  # while it is open


@dataclass(frozen=True, slots=True)
class KeysWords:
    """(key, what it does), in the order of reading."""

    rows: tuple[tuple[str, str], ...] = key_rows({})


def keys_words(state: StageState, *, with_desk: bool = False) -> KeysWords:
    """The window's keys and the show's; while the desk is open, its own first."""
    rows = key_rows(state.keys)
    return KeysWords(DESK_ROWS + tuple(row for row in rows if row[0] not in DESK_TAKES) if with_desk else rows)


class Overlay(Tile[KeysWords]):
    """Columns of keys. Takes no clicks and no focus."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(KeysWords(), parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def draw(self, painter: QPainter, room: QRectF) -> None:
        rows = self.words.rows
        painter.fillRect(room, theme.PANEL)
        painter.fillRect(QRectF(room.left(), room.top(), room.width(), 2), theme.LINE)
        columns = 2 if room.width() < room.height() * 1.6 else 4
        per_column = -(-len(rows) // columns)
        pad = min(room.width(), room.height()) * 0.06
        width = (room.width() - pad) / columns
        height = (room.height() - 2 * pad) / per_column
        text = min(height * 0.38, width * 0.066)
        widest = max((name for name, _ in rows), key=lambda name: theme.width_per_px(name, True))
        longest = max((says for _, says in key_rows({})), key=lambda says: theme.width_per_px(says, False))
        for number, (name, says) in enumerate(rows):
            left = pad + number // per_column * width
            top = pad + (number % per_column + 0.5) * height - text / 2
            theme.write(painter, QRectF(left, top, width * 0.24, text), name, theme.TEXT, like=widest)
            words = QRectF(left + width * 0.27, top, width * 0.7 - pad, text)
            theme.write(painter, words, says, theme.SOFT, like=longest, is_bold=False)
