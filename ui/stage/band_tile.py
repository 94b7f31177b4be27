"""What the band does, and what it will do at the next bar line."""

from dataclasses import dataclass

from PyQt6.QtCore import QRectF
from PyQt6.QtGui import QPainter

from live_rig.control.protocol import StageState
from ui import theme
from ui.stage.tile import Tile


@dataclass(frozen=True, slots=True)
class BandWords:
    """What it does now, what is asked for, and whether the band sounds."""

    doing: str = "ready"
    queued: str = ""
    is_sounding: bool = False


def band_words(state: StageState) -> BandWords:
    """One thing at a time: what a drummer has to know first comes first."""
    queued = f"then {state.queued}" if state.queued else ""
    if state.is_holding:
        return BandWords("holding", queued, True)
    if state.is_playing:
        return BandWords("vamping" if state.is_vamping else "playing", queued, True)
    if state.is_listening:
        found = state.bpm > 0 and state.beat_in_bar > 0
        return BandWords("listening to you" if found else "listening", queued or ("band in: B" if found else ""))
    return BandWords("ready", queued)


class BandTile(Tile[BandWords]):
    """One word, and behind it what waits for the bar line."""

    def draw(self, painter: QPainter, room: QRectF) -> None:
        height = room.height() * 0.5
        row = QRectF(room.left(), room.center().y() - height / 2, room.width(), height)
        doing = f"band  {self.words.doing}" if self.words.is_sounding else self.words.doing
        if self.words.queued:
            theme.write(painter, row.adjusted(0, 0, -room.width() * 0.42, 0), doing, theme.TEXT, least=0.4)
            theme.write(
                painter, row.adjusted(room.width() * 0.6, 0, 0, 0), self.words.queued, theme.SOFT, align=theme.RIGHT, least=0.4
            )
        else:
            theme.write(painter, row, doing, theme.TEXT, least=0.4)
