"""The beat in the bar: one cell for each, the first in its own colour, and a line that moves through them."""

import math
from dataclasses import dataclass

from PyQt6.QtCore import QRectF, Qt
from PyQt6.QtGui import QPainter

from ui import theme
from ui.stage.beat_clock import BeatClock
from ui.tile import Tile


@dataclass(frozen=True, slots=True)
class BeatWords:
    """How many beats the bar has, and which one it is, from 1; 0 = not known."""

    beats_per_bar: int = 4
    beat: int = 0


def beat_words(clock: BeatClock, now_s: float) -> BeatWords:
    """Which cell is lit."""
    place = clock.at(now_s)
    return BeatWords(clock.beats_per_bar, 0 if math.isnan(place) else int(place) + 1)


class BeatTile(Tile[BeatWords]):
    """`show_place` is called 60 times a second and repaints only the line, or the two cells that change."""

    def __init__(self) -> None:
        super().__init__(BeatWords())
        self._place = math.nan

    def show_place(self, words: BeatWords, place_beats: float) -> None:
        """Light a cell, and put the line where the music is."""
        before, self._place = self._place, place_beats
        if words.beats_per_bar != self.words.beats_per_bar:
            self.words = words
            self.update()
        elif words != self.words:
            changed = {self.words.beat, words.beat} - {0}
            self.words = words
            for beat in changed:
                self.update(self._cell(beat).toAlignedRect())
        if not (before == place_beats or (math.isnan(before) and math.isnan(place_beats))):
            self.update(self._line_from(before, place_beats).toAlignedRect())

    def draw(self, painter: QPainter, room: QRectF) -> None:
        clip = painter.clipBoundingRect() if painter.hasClipping() else room
        painter.setPen(Qt.PenStyle.NoPen)
        for beat in range(1, self.words.beats_per_bar + 1):
            cell = self._cell(beat)
            if cell.intersects(clip):
                self._draw_cell(painter, cell, beat)
        track = self._track()
        painter.fillRect(track, theme.PANEL)
        if not math.isnan(self._place):
            colour = theme.ONE if self.words.beat == 1 else theme.TEXT
            painter.fillRect(QRectF(track.left(), track.top(), self._x(self._place) - track.left(), track.height()), colour)

    def _draw_cell(self, painter: QPainter, cell: QRectF, beat: int) -> None:
        is_lit = beat == self.words.beat
        lit = theme.ONE if beat == 1 else theme.TEXT
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(lit if is_lit else theme.PANEL)
        radius = theme.radius(self)
        painter.drawRoundedRect(cell, radius, radius)
        ink = theme.GROUND if is_lit else theme.ONE if beat == 1 else theme.FAINT
        pad = cell.height() * 0.2
        theme.write(painter, cell.adjusted(2, pad, -2, -pad), str(beat), ink, align=theme.CENTRE)

    def _track(self) -> QRectF:
        height = max(3.0, self.height() * 0.07)
        return QRectF(0, self.height() - height, self.width(), height)

    def _cell(self, beat: int) -> QRectF:
        gap = max(3.0, self.width() * 0.008)
        width = (self.width() + gap) / self.words.beats_per_bar
        return QRectF((beat - 1) * width, 0, width - gap, self._track().top() - gap)

    def _x(self, place_beats: float) -> float:
        return self.width() * place_beats / self.words.beats_per_bar

    def _line_from(self, before: float, after: float) -> QRectF:
        """Where the line differs between two places; all of it when the bar starts again."""
        track = self._track()
        if math.isnan(before) or math.isnan(after) or after < before or int(before) != int(after):
            return track
        left, right = self._x(before), self._x(after)
        return QRectF(left - 1, track.top(), right - left + 2, track.height())
