"""A real door and a real window that has found it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from tests.control.open_door import OpenDoor
from ui.link import Link
from ui.stage.window import StageWindow


@pytest.fixture
def door(tmp_path: Path) -> Iterator[OpenDoor]:
    with OpenDoor(tmp_path / "door.json") as door:
        yield door


@pytest.fixture
def window(door: OpenDoor, qtbot: QtBot) -> Iterator[StageWindow]:
    """Shown, and told its first state."""
    link = Link(door.address.url, door.door_file)
    window = StageWindow(link)
    qtbot.addWidget(window)
    window.show()
    with qtbot.waitSignal(link.state_changed):
        link.open()
    yield window
    link.close()
