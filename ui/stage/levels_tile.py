"""Levels: what comes in, the drums and the band going out."""

from dataclasses import dataclass

from PyQt6.QtCore import QRectF
from PyQt6.QtGui import QPainter

from live_rig.control.protocol import StageState
from ui import theme
from ui.tile import Tile

FLOOR_DB = -48.0
HOT_DB = -1.0
STEPS = 96  # a meter has this many, so that noise far below a picture's width repaints nothing


@dataclass(frozen=True, slots=True)
class LevelsWords:
    """Each meter's name, how full it is (0 to 1), and whether it is about to clip."""

    meters: tuple[tuple[str, float, bool], ...] = (("in", 0.0, False), ("drums", 0.0, False), ("band", 0.0, False))


def levels_words(state: StageState) -> LevelsWords:
    """Linear in dB from -48 to full scale."""
    levels = (("in", state.input_db), ("drums", state.drums_db), ("band", state.band_db))
    return LevelsWords(tuple((name, fullness(level_db), level_db > HOT_DB) for name, level_db in levels))


def fullness(level_db: float) -> float:
    """0 to 1, in steps."""
    return round(max(0.0, min(1.0, 1 - level_db / FLOOR_DB)) * STEPS) / STEPS


class LevelsTile(Tile[LevelsWords]):
    """Three bars side by side."""

    def draw(self, painter: QPainter, room: QRectF) -> None:
        count = len(self.words.meters)
        gap = room.height() * 0.5
        width = (room.width() - gap * (count - 1)) / count
        text = min(room.height() * 0.4, width * 0.18)
        for number, (name, full, is_hot) in enumerate(self.words.meters):
            cell = QRectF(room.left() + number * (width + gap), room.top(), width, room.height())
            label = QRectF(
                cell.left(), cell.center().y() - text / 2, theme.width_per_px(name, False) * text / theme.CAPITAL + 1, text
            )
            theme.write(painter, label, name, theme.WRONG if is_hot else theme.SOFT, is_bold=False)
            thick = max(4.0, room.height() * 0.2)
            left = label.right() + text * 0.6
            bar = QRectF(left, cell.center().y() - thick / 2, cell.right() - left, thick)
            painter.fillRect(bar, theme.PANEL)
            bar.setWidth(bar.width() * full)
            painter.fillRect(bar, theme.WRONG if is_hot else theme.SOFT)
