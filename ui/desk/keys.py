"""The keys of the desk while it is open. All other keys do what they do on the stage."""

from PyQt6.QtCore import Qt

Key = Qt.Key
Shift, Control, Keypad = (
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.KeypadModifier,
)

DOES = {
    Key.Key_Up: "up",
    Key.Key_Down: "down",
    Key.Key_Left: "less",
    Key.Key_Right: "more",
    Key.Key_Tab: "page after",
    Key.Key_Backtab: "page before",
    Key.Key_Comma: "preset before",
    Key.Key_Period: "preset after",
    Key.Key_Return: "press",
    Key.Key_Enter: "press",
    Key.Key_M: "mute",
    Key.Key_O: "solo",
    Key.Key_U: "undo",
    Key.Key_Y: "redo",
    Key.Key_A: "compare",
    Key.Key_W: "save",
    Key.Key_Backspace: "put back",
    Key.Key_D: "close",
    Key.Key_Escape: "close",
}
WITH_CONTROL = {Key.Key_Z: "undo", Key.Key_Y: "redo", Key.Key_S: "save"}
ROWS = (
    ("↑ ↓", "choose"),
    ("← →", "turn; Shift: finely"),
    ("Tab", "next page"),
    (", .", "preset before, after"),
    ("Return", "press it"),
    ("M O", "mute, solo"),
    ("U Y", "undo, redo"),
    ("A", "A/B: as written"),
    ("W", "save as a preset"),
    ("Backspace", "as it is written"),
    ("D Esc", "close the desk"),
)


def does(key: int, modifiers: Qt.KeyboardModifier) -> str:
    """What a key does on the desk; empty for one that is not the desk's."""
    held = modifiers & ~Keypad
    if held == Control:
        return WITH_CONTROL.get(Key(key), "")
    return DOES.get(Key(key), "") if held & ~Shift == Qt.KeyboardModifier.NoModifier else ""
