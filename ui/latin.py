"""Keys by their place where a keyboard writes no Latin letters: what is Т on a Russian one, or ε on a Greek, is N and E here.

Commands have Latin letters, printed on those keyboards as well. Where a key writes another letter, it is the one that a US
keyboard has in its place.
"""

import sys

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QKeyEvent

# The native code of the first of each row: X11 and Wayland have evdev's plus 8, macOS its own. Windows tells Latin letters.
ROWS_OF_LINUX = {24: "QWERTYUIOP", 38: "ASDFGHJKL", 52: "ZXCVBNM"}
ROWS_OF_MACOS = {0: "ASDFHGZXCV", 11: "BQWERYT", 31: "OU", 34: "IP", 37: "LJ", 40: "K", 45: "NM"}
LAST_OF_LATIN = 0x24F  # with marks and all: those keyboards have A to Z besides
LAST_CHARACTER = 0x10FFFF  # keys that write nothing come after it


def latin(event: QKeyEvent) -> QKeyEvent:
    """The same press, of the Latin letter that belongs to its place, where it writes another script's."""
    if not LAST_OF_LATIN < event.key() <= LAST_CHARACTER:
        return event
    letter = letter_at(sys.platform, event.nativeScanCode(), event.nativeVirtualKey())
    if not letter:
        return event
    return QKeyEvent(
        event.type(), Qt.Key[f"Key_{letter}"], event.modifiers(), event.text(), event.isAutoRepeat(), event.count()
    )


def letter_at(platform: str, scan_code: int, virtual_key: int) -> str:
    """A to Z; empty for a place that has none of them."""
    if platform == "win32":
        return chr(virtual_key) if ord("A") <= virtual_key <= ord("Z") else ""
    rows, code = (ROWS_OF_MACOS, virtual_key) if platform == "darwin" else (ROWS_OF_LINUX, scan_code)
    return next((row[code - first] for first, row in rows.items() if 0 <= code - first < len(row)), "")
