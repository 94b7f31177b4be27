"""What the band does, and what it will do at the next bar line."""

from dataclasses import dataclass

from PyQt6.QtCore import QRectF, Qt
from PyQt6.QtGui import QPainter

from live_rig.control.protocol import StageState
from ui import theme
from ui.tile import Tile


@dataclass(frozen=True, slots=True)
class BandWords:
    """What it does now, what is asked for, whether it sounds, and whether it does something other than go on."""

    doing: str = "ready"
    queued: str = ""
    is_sounding: bool = False
    is_special: bool = False


def band_words(state: StageState) -> BandWords:
    """One thing at a time: what a drummer has to know first comes first."""
    queued = f"then {state.queued}" if state.queued else ""
    if state.is_holding:
        return BandWords("holding", queued, True, True)
    if state.is_playing:
        return BandWords("vamping" if state.is_vamping else "playing", queued, True, state.is_vamping)
    if state.is_counting:
        return BandWords("counting in", queued)
    if state.is_listening:
        found = state.bpm > 0 and state.beat_in_bar > 0
        return BandWords("listening to you" if found else "listening", queued or ("band in: B" if found else ""))
    return BandWords("ready", queued)


class BandTile(Tile[BandWords]):
    """One word, in a frame when it is special, and behind it what waits for the bar line."""

    def draw(self, painter: QPainter, room: QRectF) -> None:
        words = self.words
        height = room.height() * 0.5
        row = QRectF(room.left(), room.center().y() - height / 2, room.width(), height)
        doing = f"band {words.doing}" if words.is_sounding and not words.is_special else words.doing
        pad = height * 0.5 if words.is_special else 0.0
        left = row.adjusted(pad, 0, -room.width() * (0.52 if words.queued else 0.0), 0)
        size_px = theme.fitting_px(doing, left.width(), left.height())
        if words.is_special:
            frame = QRectF(room.left(), room.top(), theme.width_per_px(doing, True) * size_px + 2 * pad, room.height())
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.TEXT)
            painter.drawRoundedRect(frame, theme.radius(self), theme.radius(self))
        theme.write(painter, left, doing, theme.GROUND if words.is_special else theme.TEXT)
        quiet = row.adjusted(room.width() * 0.5, 0, 0, 0)
        theme.write(painter, quiet, words.queued, theme.TEXT, align=theme.RIGHT)
