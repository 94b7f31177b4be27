"""The window as it is started: a process of its own, which may die in any way while the engine plays on."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from pytestqt.qtbot import QtBot

from live_rig.control.client import connect
from tests.control.open_door import OpenDoor

CHECKOUT = Path(__file__).parents[2]
WORDS = [sys.executable, "-m", "ui.stage"]


@pytest.fixture
def process(door: OpenDoor, qtbot: QtBot) -> Iterator[subprocess.Popen[bytes]]:
    """A window at the door."""
    process = subprocess.Popen(
        [*WORDS, "--url", door.address.url, "--token-file", str(door.door_file)],
        cwd=CHECKOUT,
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
    )
    seen = psutil.Process(process.pid)
    qtbot.waitUntil(
        lambda: any(each.raddr and each.raddr.port == door.port for each in seen.net_connections("tcp")), timeout=20_000
    )
    yield process
    process.kill()
    process.wait()


def test_a_window_that_is_killed_leaves_the_engine_playing(door: OpenDoor, process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    with connect(door.address) as client:
        assert client.do("take") == "take"
        assert client.state() == door.state
    assert door.commands == [("take", "")]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no polite kill")
def test_a_polite_kill_closes_it(door: OpenDoor, process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    assert process.wait(10) == 0
    assert door.commands == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no polite kill")
def test_a_polite_kill_is_heard_while_it_still_knocks_at_the_door(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        words = [*WORDS, "--url", f"ws://127.0.0.1:{door.getsockname()[1]}", "--token-file", str(tmp_path / "door.json")]
        with subprocess.Popen(words, cwd=CHECKOUT, env=os.environ | {"QT_QPA_PLATFORM": "offscreen"}) as process:
            door.settimeout(20)
            with door.accept()[0]:
                process.terminate()
                assert process.wait(10) == 0


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux may be without a display")
def test_without_a_display_it_says_so(tmp_path: Path) -> None:
    bare = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")}
    ended = subprocess.run(
        [*WORDS, "--token-file", str(tmp_path / "door.json")], cwd=CHECKOUT, env=bare, capture_output=True, text=True
    )
    assert ended.returncode == 2
    assert ended.stderr == "There is no display for the stage window. Start a desktop, or set DISPLAY; the engine plays on.\n"
