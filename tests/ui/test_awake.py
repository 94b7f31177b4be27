"""The screen of a stage stays lit: a window asks the desktop for it, on a bus of the test's own."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

pytestmark = pytest.mark.skipif(shutil.which("dbus-daemon") is None, reason="no dbus-daemon here")
if sys.platform == "linux":
    from PyQt6.QtCore import QObject, pyqtClassInfo, pyqtSlot
    from PyQt6.QtDBus import QDBusConnection

    from ui.stage.awake import PLACE, SERVICE

    @pyqtClassInfo("D-Bus Interface", SERVICE)
    class Desktop(QObject):
        """Whoever keeps screens lit."""

        asked_by = ""

        @pyqtSlot(str, str, result="uint")
        def Inhibit(self, program: str, _why: str) -> int:  # noqa: N802
            self.asked_by = program
            return 1


CHECKOUT = Path(__file__).parents[2]


@pytest.fixture
def bus() -> Iterator[str]:
    """Its address."""
    daemon = subprocess.Popen(["dbus-daemon", "--session", "--nofork", "--print-address"], stdout=subprocess.PIPE, text=True)
    assert daemon.stdout is not None
    yield daemon.stdout.readline().strip()
    daemon.kill()
    daemon.communicate()


def test_a_stage_window_asks_for_a_screen_that_stays_lit(bus: str, tmp_path: Path, qtbot: QtBot) -> None:
    here, desktop = QDBusConnection.connectToBus(bus, "the test's"), Desktop()
    assert here.registerService(SERVICE)
    assert here.registerObject(PLACE, desktop, QDBusConnection.RegisterOption.ExportAllSlots)
    words = [sys.executable, "-m", "ui.stage", "--token-file", str(tmp_path / "door.json")]
    window = subprocess.Popen(words, cwd=CHECKOUT, env=os.environ | {"DBUS_SESSION_BUS_ADDRESS": bus})
    try:
        qtbot.waitUntil(lambda: desktop.asked_by == "live-rig", timeout=20_000)
    finally:
        window.kill()
        window.wait()
        QDBusConnection.disconnectFromBus("the test's")
