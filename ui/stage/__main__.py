"""`python -m ui.stage`: the stage window of an engine that runs.

It may be closed, killed and opened again; the engine plays on.
"""

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from PyQt6.QtCore import QTimer
from PyQt6.QtWidgets import QApplication

from live_rig.control.protocol import DEFAULT_PORT, TOKEN
from ui.link import Link
from ui.stage.window import StageWindow

USER_ERROR = 2
NO_DISPLAY = "There is no display for the stage window. Start a desktop, or set DISPLAY; the engine plays on."
LET_PYTHON_RUN_MS = 200  # Qt's loop is not Python: now and then it must be let in, or Ctrl-C is never heard


def has_display() -> bool:
    """Whether Qt finds a screen; where it finds none it would end the process with no word to the user."""
    names = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    return sys.platform != "linux" or any(os.environ.get(name) for name in names)


def size(text: str) -> tuple[int, int]:
    """1280x800 as two numbers. Raises ValueError."""
    width, _, height = text.partition("x")
    return int(width), int(height)


def main(argv: Sequence[str] | None = None) -> int:
    """Open the window; back when it is closed."""
    parser = argparse.ArgumentParser(prog="python -m ui.stage", description="the stage window of a running engine")
    parser.add_argument("--url", default=f"ws://127.0.0.1:{DEFAULT_PORT}", help="the engine's door")
    parser.add_argument("--token-file", type=Path, required=True, metavar="DOOR.JSON", help="where the engine left its token")
    parser.add_argument("--fullscreen", action="store_true")
    parser.add_argument("--size", type=size, default=(1280, 800), metavar="WIDTHxHEIGHT", help="in pixels, at first (1280x800)")
    args = parser.parse_args(argv)
    if not has_display():
        print(NO_DISPLAY, file=sys.stderr)
        return USER_ERROR
    app = QApplication(["live-rig"])
    app.setApplicationDisplayName("Live Rig")
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: QTimer.singleShot(0, app.quit))  # a loop that does not run yet would not be ended
    link = Link(args.url, args.token_file, os.environ.get(TOKEN, ""))
    window = StageWindow(link)
    window.resize(*args.size)
    if args.fullscreen:
        window.showFullScreen()
    else:
        window.show()
    link.open()
    if sys.platform == "linux":  # as the desktops there have it
        from ui.stage.awake import keep_screen_lit

        keep_screen_lit()
    waking = QTimer()
    waking.timeout.connect(lambda: None)
    waking.start(LET_PYTHON_RUN_MS)
    code = app.exec()
    link.close()
    return code


if __name__ == "__main__":
    sys.exit(main())
