"""How windows look on a dark stage: few colours, each with one meaning, and type that fills the room it is given."""

from functools import lru_cache
from itertools import combinations, pairwise

from PyQt6.QtCore import QRectF, Qt
from PyQt6.QtGui import QColor, QFont, QFontMetricsF, QPainter
from PyQt6.QtWidgets import QWidget

GROUND = QColor("#08090b")
PANEL = QColor("#14161a")
LINE = QColor("#2b2f36")
FAINT = QColor("#6f7782")
SOFT = QColor("#b4bbc5")
TEXT = QColor("#f6f7f9")
ONE = QColor("#35d07f")  # the first beat of the bar, and nothing else
WRONG = QColor("#ff6a5c")  # something needs a look
WRONG_GROUND = QColor("#2c1211")
LEADER = {
    "drummer": QColor("#ffb224"),
    "band": QColor("#55b4ff"),
    "conductor": QColor("#cf9bff"),
    "shared": QColor("#ff8fa8"),
    "": QColor("#3a3f47"),
}

FAMILIES = ["Inter", "SF Pro Display", "Helvetica Neue", "Segoe UI", "Roboto", "Nimbus Sans", "Liberation Sans", "Noto Sans"]
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
CENTRE = Qt.AlignmentFlag.AlignCenter
HINTED_PX = 1.5  # letters stand on whole pixels: no closer to the margin than this, or small ones lose their edge
NO_WIDTH = 0.01  # font sizes: some signs have none at all
LEADING = 1.12  # from line to line, in font sizes
CAPITAL = 0.72  # height of a capital or a digit, in font sizes


@lru_cache(maxsize=1024)
def font(size_px: int, is_bold: bool) -> QFont:
    """The stage's type at a size."""
    made = QFont()
    made.setFamilies(FAMILIES)
    made.setStyleHint(QFont.StyleHint.SansSerif)
    made.setPixelSize(max(1, size_px))
    made.setWeight(QFont.Weight.Bold if is_bold else QFont.Weight.Medium)
    return made


@lru_cache(maxsize=4096)
def width_per_px(text: str, is_bold: bool) -> float:
    """How wide a text is, in font sizes."""
    return max(NO_WIDTH, QFontMetricsF(font(100, is_bold)).horizontalAdvance(text) / 100)


@lru_cache(maxsize=256)
def bearing_per_px(letter: str, is_bold: bool) -> float:
    """The empty edge at the left of a letter, in font sizes: large type stands on a margin only without it."""
    try:
        return QFontMetricsF(font(100, is_bold)).leftBearing(letter) / 100
    except ValueError:  # Qt measures a letter of sixteen bits: a face in a song's title is more
        return 0.0


def fitting_px(text: str, width: float, height: float, *, is_bold: bool = True) -> int:
    """The largest size at which `text` fits: its capitals in `height`, all of it in `width`."""
    return max(1, int(min(height / CAPITAL, width / width_per_px(text, is_bold))))


def radius(tile: QWidget) -> float:
    """Of every corner in the tile's window, in pixels."""
    window = tile.window() or tile
    return max(3.0, min(window.width(), window.height()) * 0.01)


def write(
    painter: QPainter,
    room: QRectF,
    text: str,
    colour: QColor,
    *,
    align: Qt.AlignmentFlag = LEFT,
    is_bold: bool = True,
    like: str = "",
    least: float = 0.6,
) -> None:
    """Write one line as high as `room`, smaller if it is too long, down to `least`; the rest is cut off with an ellipsis.

    `like` is a text that decides the size in place of this one, so that digits do not grow and shrink as they change.
    """
    if not text or room.width() <= 0 or room.height() <= 0:
        return
    size_px = fitting_px(like or text, room.width(), room.height(), is_bold=is_bold)
    size_px = max(size_px, int(least * room.height() / CAPITAL))
    if width_per_px(text, is_bold) * size_px > room.width() + 1:
        text = QFontMetricsF(font(size_px, is_bold)).elidedText(text, Qt.TextElideMode.ElideRight, room.width()) or "…"
    painter.setFont(font(size_px, is_bold))
    painter.setPen(colour)
    # Type hangs on its capitals, not on its line box: the middle of a capital is the middle of the room.
    capital_px = size_px * CAPITAL
    top = {Qt.AlignmentFlag.AlignTop: room.top(), Qt.AlignmentFlag.AlignBottom: room.bottom() - capital_px}.get(
        align & Qt.AlignmentFlag.AlignVertical_Mask, room.center().y() - capital_px / 2
    )
    width = width_per_px(text, is_bold) * size_px
    left = {
        Qt.AlignmentFlag.AlignRight: room.right() - width,
        Qt.AlignmentFlag.AlignHCenter: room.center().x() - width / 2,
    }.get(
        align & Qt.AlignmentFlag.AlignHorizontal_Mask,
        room.left() - max(0.0, bearing_per_px(text[0], is_bold) * size_px - HINTED_PX),
    )
    painter.drawText(QRectF(left, top + capital_px, 0, 0).topLeft(), text)


@lru_cache(maxsize=256)
def broken(
    text: str, width: float, height: float, most_lines: int, most_px: float, *, is_bold: bool = True
) -> tuple[int, tuple[str, ...]]:
    """(size, lines): as many lines as let `text` be written largest in this room, the fewest and evenest of them."""
    words = text.split()
    best: tuple[tuple[float, int, float], tuple[str, ...]] = ((0.0, 0, 0.0), (text,))
    for count in range(1, min(most_lines, len(words)) + 1):
        for cuts in combinations(range(1, len(words)), count - 1):
            lines = tuple(" ".join(words[start:end]) for start, end in pairwise((0, *cuts, len(words))))
            widest = max(width_per_px(line, is_bold) for line in lines)
            size_px = min(height / (CAPITAL + (count - 1) * LEADING), width / widest, most_px)
            best = max(best, ((size_px, -count, -widest), lines))
    return int(best[0][0]), best[1]


def write_lines(
    painter: QPainter,
    room: QRectF,
    text: str,
    colour: QColor,
    *,
    most_lines: int = 3,
    most_px: float = 1e9,
    is_bold: bool = True,
) -> None:
    """Write `text` as large as `room` lets it be, in up to `most_lines` lines, in the middle of its height."""
    if not text.strip() or room.width() <= 0 or room.height() <= 0:
        return
    size_px, lines = broken(text, room.width(), room.height(), most_lines, most_px, is_bold=is_bold)
    top = room.center().y() - size_px * (CAPITAL + (len(lines) - 1) * LEADING) / 2
    for number, line in enumerate(lines):
        row = QRectF(room.left(), top + number * LEADING * size_px, room.width() + 1, size_px * CAPITAL)
        write(painter, row, line, colour, is_bold=is_bold)
