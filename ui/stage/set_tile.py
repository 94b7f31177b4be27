"""Which song of the set this is, where in it, and the one that follows."""

from dataclasses import dataclass

from PyQt6.QtCore import QRectF
from PyQt6.QtGui import QPainter

from live_rig.control.protocol import StageState
from ui import theme
from ui.tile import Tile


@dataclass(frozen=True, slots=True)
class SetWords:
    """Song and place, and what follows it."""

    title: str = "no song"
    place: str = ""
    after: str = ""


def set_words(state: StageState) -> SetWords:
    """The song's number tells how far the set has come."""
    if not state.song_title and not state.setlist:
        return SetWords()
    number = state.song_number
    title = state.song_title or (state.setlist[number - 1] if 0 < number <= len(state.setlist) else "no song")
    after = f"then {state.setlist[number]}" if 0 < number < len(state.setlist) else "last of the set"
    key = f"key {state.transposed:+d}" if state.transposed else ""
    place = "  ·  ".join(part for part in (key, f"{number} of {state.song_count}" if state.song_count > 1 else "") if part)
    return SetWords(title, place, after)


class SetTile(Tile[SetWords]):
    """The title at the left, the rest quietly beside it."""

    def draw(self, painter: QPainter, room: QRectF) -> None:
        words = self.words
        height = room.height() * 0.5
        row = QRectF(room.left(), room.center().y() - height / 2, room.width(), height)
        theme.write(painter, row.adjusted(0, 0, -room.width() * 0.3, 0), words.title, theme.TEXT)
        size_px = theme.fitting_px(words.title, room.width() * 0.7, height)
        taken = min(room.width() * 0.7, theme.width_per_px(words.title, True) * size_px) + height
        quiet = row.adjusted(taken, height * 0.16, 0, -height * 0.16)
        line = "  ·  ".join(part for part in (words.place, words.after) if part)
        theme.write(painter, quiet, line, theme.SOFT, align=theme.RIGHT, is_bold=False)
