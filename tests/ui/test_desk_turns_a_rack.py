"""From the key to the sound: a real window, a real door, a real rack in a process of its own, and the drums through it."""

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtCore import Qt
from pytestqt.qtbot import QtBot

from cython_core.drums import Drums
from live_rig.rack.colour import Colour
from live_rig.rack.supervisor import Rack
from tests.control.open_door import OpenDoor
from ui.link import Link
from ui.stage.window import StageWindow

Key = Qt.Key
BLOCK = 64
LOUD = """title = "Loud"
says = "for a test"
[[effects]]
type = "Gain"
gain_db = 0.0
[macros.push]
says = "louder"
at = 0.0
[[macros.push.moves]]
knob = "master.Gain.gain_db"
from = 0.0
to = 12.0
[snapshots.chorus]
"master.Gain.gain_db" = 6.0
"""
SOFT = 'title = "Soft"\nsays = "for a test"\n\n[[effects]]\ntype = "Gain"\ngain_db = -12.0\n'


class Kit:
    """The drums, fed a constant level, heard through the rack."""

    def __init__(self, colour: Colour) -> None:
        self.colour, self._frame = colour, 0

    def level_db(self) -> float:
        """How much louder the last block left than it came in."""
        drums, block = self.colour.rack.drums, np.full((1, BLOCK), 0.1, np.float32)
        for _ in range(4):
            out = drums.step(block, self._frame)
            self._frame += BLOCK
            while not (self.colour.rack.has_answered() or self.colour.rack.status() != "on"):
                threading.Event().wait(0)
        return round(float(20 * np.log10(np.abs(out[:, -1]).max() / 0.1 + 1e-9)), 1)

    def is_heard_at(self, level_db: float, qtbot: QtBot) -> None:
        """Sooner or later."""
        qtbot.waitUntil(lambda: self.level_db() == level_db, timeout=20_000)


@pytest.fixture
def kit(tmp_path: Path) -> Iterator[Kit]:
    folder = tmp_path / "presets"
    folder.mkdir()
    for name, text in (("loud", LOUD), ("soft", SOFT)):
        (folder / f"{name}.toml").write_text(text)
    rack = Rack(Drums(48_000, 1, BLOCK), 48_000)
    colour = Colour(rack, {file.stem: file for file in sorted(folder.glob("*.toml"))}, tmp_path)
    colour.keep_ready(["loud", "soft"])
    colour.do("preset", "loud")
    yield Kit(colour)
    rack.close()


@pytest.fixture
def desk(kit: Kit, tmp_path: Path, qtbot: QtBot) -> Iterator[StageWindow]:
    """A window whose desk is open on the rack, once the loud preset is heard."""
    with OpenDoor(tmp_path / "door.json", colour=kit.colour) as door:
        link = Link(door.address.url, door.door_file)
        window = StageWindow(link)
        qtbot.addWidget(window)
        window.resize(1024, 600)
        window.show()
        link.open()
        qtbot.keyClick(window, Key.Key_D)
        qtbot.waitUntil(lambda: "Loud" in [button.says for button in window.desk.buttons.words], timeout=20_000)
        yield window
        link.close()


def test_what_keys_turn_is_heard(kit: Kit, desk: StageWindow, qtbot: QtBot) -> None:
    kit.is_heard_at(0.0, qtbot)
    while desk.desk.cells.words.cells[desk.desk.cells.words.chosen].name != "push: louder":
        qtbot.keyClick(desk, Key.Key_Tab)
    for _ in range(25):  # half the way of a macro that goes up by 12 dB
        qtbot.keyClick(desk, Key.Key_Right)
    kit.is_heard_at(6.0, qtbot)
    qtbot.keyClick(desk, Key.Key_A)  # as it is written
    kit.is_heard_at(0.0, qtbot)
    qtbot.keyClick(desk, Key.Key_A)
    kit.is_heard_at(6.0, qtbot)
    qtbot.keyClick(desk, Key.Key_U)  # all those presses are one turn
    kit.is_heard_at(0.0, qtbot)
    qtbot.keyClick(desk, Key.Key_Y)
    kit.is_heard_at(6.0, qtbot)
    qtbot.keyClick(desk, Key.Key_Period)
    kit.is_heard_at(-12.0, qtbot)


def test_a_snapshot_is_heard_and_what_was_made_is_saved_and_can_be_called(
    kit: Kit, desk: StageWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    while desk.desk.cells.words.cells[desk.desk.cells.words.chosen].name != "chorus":
        qtbot.keyClick(desk, Key.Key_Tab)
    qtbot.keyClick(desk, Key.Key_Return)
    kit.is_heard_at(6.0, qtbot)
    qtbot.keyClick(desk, Key.Key_W)
    qtbot.keyClick(desk, Key.Key_Return)
    qtbot.waitUntil(lambda: (tmp_path / "presets" / "loud-2.toml").exists())
    qtbot.waitUntil(lambda: desk.alert.words.line == "saved as loud-2" and not desk.alert.words.is_wrong)
    kit.colour.do("preset", "soft")
    kit.is_heard_at(-12.0, qtbot)
    qtbot.waitUntil(lambda: "Soft" in [button.says for button in desk.desk.buttons.words])
    qtbot.keyClick(desk, Key.Key_Comma)  # the one before it in the list: loud; the new one stands behind
    kit.is_heard_at(0.0, qtbot)
    kit.colour.do("preset", "loud-2")
    kit.is_heard_at(6.0, qtbot)
