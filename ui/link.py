"""The socket to the engine, as signals: the only part of a window that knows there is a socket.

The link opens the door, keeps it open, and when the engine goes it tries again until the engine is back. Where the door
is it reads from the door's file each time, so that an engine that was started again on another port is found. Where there is
no such file, it goes by what it was told when it was opened.
"""

import os
from itertools import count
from pathlib import Path

from pydantic import ValidationError
from PyQt6.QtCore import QObject, QTimer, QUrl, pyqtSignal
from PyQt6.QtWebSockets import QWebSocket

from live_rig.control.protocol import (
    NOT_UNDERSTOOD,
    Desk,
    Done,
    DoorAddress,
    Hello,
    MessageError,
    Refused,
    StageState,
    Welcome,
    command,
    read_from_server,
)

TRY_AGAIN_MS = 500
SILENT_FOR_MS = 1500  # an open socket that says nothing for so long belongs to an engine that is stuck

WAITING = "Waiting for the engine"
GONE = "The engine is gone. Trying to reach it"
OTHER_VERSION = "This window and the engine are of different versions. Start both again"
STUCK = "The engine does not answer. Sound and window may differ"


class Link(QObject):
    """Signals carry what the engine says; `send` carries what the drummer asks for."""

    state_changed = pyqtSignal(StageState)
    desk_changed = pyqtSignal(Desk)
    answered = pyqtSignal(Done)
    broken = pyqtSignal(str)  # why, in words; empty when all is well again

    def __init__(self, url: str, token_file: Path, token: str = "", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._told, self._token_file = DoorAddress(url=url, token=token, pid=0), token_file
        self._ids = count(1)
        self._is_in = False
        self._why = ""
        self._refusal = ""
        self._socket = QWebSocket(parent=self)
        self._socket.connected.connect(self._greet)
        self._socket.textMessageReceived.connect(self._hear)
        self._socket.disconnected.connect(self._lost)
        self._socket.errorOccurred.connect(self._lost)
        self._again = QTimer(self)
        self._again.setSingleShot(True)
        self._again.setInterval(TRY_AGAIN_MS)
        self._again.timeout.connect(self.open)
        self._silence = QTimer(self)
        self._silence.setSingleShot(True)
        self._silence.setInterval(SILENT_FOR_MS)
        self._silence.timeout.connect(self._stuck)

    def open(self) -> None:
        """Knock at the door; again by itself for as long as nobody opens."""
        if not self._why and not self._is_in:
            self._say_why(WAITING)
        self._refusal = ""
        self._socket.open(QUrl(self._address().url))

    def close(self) -> None:
        """Leave for good."""
        self._again.stop()
        self._silence.stop()
        self._socket.blockSignals(True)  # this loss is meant
        self._socket.abort()

    def send(self, word: str, value: str = "") -> bool:
        """Ask for something; False when nobody is there to hear it. What the door would not take is answered here."""
        if self._is_in:
            number = next(self._ids)
            try:
                self._socket.sendTextMessage(command(number, word, value).to_wire())
            except MessageError as error:
                self.answered.emit(Done(id=number, ok=False, says=str(error)))
        return self._is_in

    def _address(self) -> DoorAddress:
        try:
            return DoorAddress.model_validate_json(self._token_file.read_bytes())
        except (OSError, ValidationError):
            return self._told

    def _greet(self) -> None:
        hello = Hello(token=self._address().token, client=f"stage window {os.getpid()}", wants_desk=True)
        self._socket.sendTextMessage(hello.to_wire())
        self._silence.start()

    def _hear(self, text: str) -> None:
        self._silence.start()
        try:
            said = read_from_server(text)
        except MessageError:
            self._say_why(OTHER_VERSION)
            return
        if isinstance(said, StageState):
            self._say_why("")
            self.state_changed.emit(said)
        elif isinstance(said, Desk):
            self.desk_changed.emit(said)
        elif isinstance(said, Done):
            self.answered.emit(said)
        elif isinstance(said, Welcome):
            self._is_in = True
        elif isinstance(said, Refused):
            self._refusal = OTHER_VERSION if said.says.startswith(NOT_UNDERSTOOD) else said.says

    def _lost(self) -> None:
        """The socket closed, or could not be opened. Both signals may come for one loss."""
        self._say_why(self._refusal or (GONE if self._is_in or self._why == GONE else WAITING))
        self._is_in = False
        self._silence.stop()
        self._again.start()

    def _stuck(self) -> None:
        self._say_why(STUCK)

    def _say_why(self, why: str) -> None:
        if why != self._why:
            self._why = why
            self.broken.emit(why)
