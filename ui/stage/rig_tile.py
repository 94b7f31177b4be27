"""The rig itself: the sound of the kit, the device, the click, and whether the machine keeps up."""

from dataclasses import dataclass

from PyQt6.QtCore import QRectF
from PyQt6.QtGui import QPainter

from live_rig.control.protocol import StageState
from ui import theme
from ui.tile import Tile

EFFECTS = {
    "on": "",
    "dry": "effects off for now, the kit is dry",
    "restarting": "effects coming back, the kit is dry",
    "none": "no effects",
}
IN_TROUBLE = ("dry", "restarting")


@dataclass(frozen=True, slots=True)
class RigWords:
    """What the kit sounds like and what it plays through; `is_well` is False when one of them needs a look."""

    sound: str = "no effects"
    device: str = ""
    is_well: bool = True


def rig_words(state: StageState) -> RigWords:
    """A preset that is wanted and not heard is said, and so is one that waits; so are drop-outs, and how many."""
    fate = EFFECTS[state.effects]
    sound = (
        f"{state.preset}: {fate}"
        if state.preset and fate and state.effects in IN_TROUBLE
        else fate or state.preset or "effects on"
    )
    sound = f"{sound}, {state.coming}" if state.coming else sound
    lost = "1 drop-out" if state.blocks_late == 1 else f"{state.blocks_late} drop-outs" if state.blocks_late else ""
    parts = (lost, click(state), state.device)
    return RigWords(sound, "  ·  ".join(part for part in parts if part), state.effects not in IN_TROUBLE)


def click(state: StageState) -> str:
    """Whether there is a click, and whether the drummer hears it: while he leads, it would only echo him."""
    return "" if not state.click_on else "click on, not for you" if state.click_hushed else "click on"


class RigTile(Tile[RigWords]):
    """One quiet line; its first part turns red when the effects are not what they should be."""

    def draw(self, painter: QPainter, room: QRectF) -> None:
        height = room.height() * 0.4
        row = QRectF(room.left(), room.center().y() - height / 2, room.width(), height)
        words, is_loud = self.words, not self.words.is_well
        sound, device = theme.width_per_px(words.sound, is_loud), theme.width_per_px(words.device, False)
        split = (room.width() - height) * sound / (sound + device)  # where there is little room, both are written as large
        ink = theme.WRONG if is_loud else theme.SOFT
        theme.write(painter, row.adjusted(0, 0, split - row.width(), 0), words.sound, ink, is_bold=is_loud)
        right = row.adjusted(split + height, 0, 0, 0)
        theme.write(painter, right, words.device, theme.SOFT, align=theme.RIGHT, is_bold=False)
