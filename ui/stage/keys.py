"""Every key of the stage window and what it asks for: the overlay shows this table, the window obeys it.

A show may give more keys a command, or these another: its own come first.
"""

from dataclasses import dataclass

from PyQt6.QtCore import Qt

from live_rig.control.protocol import StageState

Key = Qt.Key


@dataclass(frozen=True, slots=True)
class Press:
    """One key: how it is called, what it does in words, and its command."""

    name: str
    says: str
    command: str
    value: str = ""


PRESSES = {
    Key.Key_Space: Press("Space", "start, stop", "start"),
    Key.Key_T: Press("T", "I take the tempo", "take"),
    Key.Key_G: Press("G", "give it to the band", "give"),
    Key.Key_C: Press("C", "conduct", "conduct"),
    Key.Key_Return: Press("Return", "tap the tempo", "tap"),
    Key.Key_B: Press("B", "band in", "band-in"),
    Key.Key_V: Press("V", "vamp", "vamp"),
    Key.Key_N: Press("N", "next, leave vamp", "next"),
    Key.Key_H: Press("H", "hold", "hold"),
    Key.Key_X: Press("X", "cut off", "cut-off"),
    Key.Key_R: Press("R", "in again on my one", "re-enter"),
    Key.Key_1: Press("1", "my one is here", "one"),
    Key.Key_2: Press("2", "I am twice as fast", "twice"),
    Key.Key_5: Press("5", "I am half as fast", "half"),
    Key.Key_S: Press("S", "slow down", "rit"),
    Key.Key_F: Press("F", "finale, last hit", "finale"),
    Key.Key_E: Press("E", "plugin's window", "editor"),
    Key.Key_P: Press("P", "panic: silence", "panic"),
    Key.Key_K: Press("K", "click on, off", "click"),
    Key.Key_Plus: Press("+", "a semitone up", "key", "up"),
    Key.Key_Minus: Press("-", "a semitone down", "key", "down"),
    Key.Key_Left: Press("←", "section before", "previous"),
    Key.Key_Right: Press("→", "section after", "next"),
    Key.Key_Up: Press("↑", "song before", "previous-song"),
    Key.Key_Down: Press("↓", "song after", "next-song"),
}
SAME = {Key.Key_Enter: Key.Key_Return, Key.Key_Equal: Key.Key_Plus}
ARROWS = {"Left": "←", "Right": "→", "Up": "↑", "Down": "↓"}
TOUCH = (
    ("touch", "leader: take, give"),
    ("", "tempo: tap"),
    ("", "beats: my one"),
    ("", "band: in, vamp, on"),
    ("", "form: go there"),
    ("", "levels: the desk"),
)
WINDOW_KEYS = (("D", "desk: sound, stems"), ("F11", "full screen"), ("Esc", "leave full screen"), ("? F1", "these keys"))


def key_rows(keys: dict[str, str]) -> tuple[tuple[str, str], ...]:
    """(key, what it does) for all keys, with the show's own in the place of those they replace, or after them."""
    own = {ARROWS.get(name, name): text.replace("-", " ") for name, text in keys.items()}
    ours = tuple((press.name, own.pop(press.name, press.says)) for press in PRESSES.values())
    return ours + tuple(own.items()) + WINDOW_KEYS + TOUCH


def command_of_show(name: str, state: StageState) -> tuple[str, str] | None:
    """(command, value) that the show itself gives to the key of this name, such as PgDown; None where it gives none.

    Which signs want Shift depends on the keyboard: a show names them without, as it does letters.
    """
    sign = name.removeprefix("Shift+")
    command, _, value = (state.keys.get(name) or state.keys.get(sign if len(sign) == 1 else name, "")).partition(" ")
    return (command, value.strip()) if command else None


def command_for(key: int, state: StageState) -> tuple[str, str] | None:
    """(command, value) that a key asks for now; None for a key that asks the engine for nothing."""
    press = PRESSES.get(SAME.get(Key(key), Key(key)))
    if press is None:
        return None
    if press.command == "start" and (state.is_playing or state.is_holding or state.is_counting):
        return "stop", ""
    if press.command == "click":
        return "click", "off" if state.click_on else "on"
    return press.command, press.value
