"""A client of the control door, for the command line: one call, one answer, in order.

with connect(running_engine()) as door:
    print(door.do("band-in"), door.state().bpm)
"""

import contextlib
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import TypeVar

from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidURI
from websockets.sync.client import ClientConnection
from websockets.sync.client import connect as dial

from live_rig.control.door_file import default_door_file, read_door_file
from live_rig.control.protocol import (
    Done,
    DoorAddress,
    Hello,
    Message,
    MessageError,
    Refused,
    StageState,
    Welcome,
    command,
    read_from_server,
)
from live_rig.errors import DoorError, RefusedError

ANSWER_WITHIN_S = 5.0
LONGEST_QUOTE = 60  # letters

Heard = TypeVar("Heard", bound=Message)


class Door:
    """An open door. Not for use by two threads at once."""

    def __init__(self, socket: ClientConnection, url: str) -> None:
        self._socket, self._url = socket, url
        self._ids = count(1)

    def greet(self, token: str) -> None:
        """Say hello, and wait to be let in. Raises DoorError."""
        self._say(Hello(token=token, client="command line"))
        self._hear(Welcome)

    def do(self, word: str, value: str = "") -> str:
        """Give one command; the engine's words when it is done. Raises RefusedError with its words when it is not."""
        try:
            asked = command(next(self._ids), word, value)
        except MessageError as error:
            raise DoorError(str(error), where=_cut(f"{word} {value}"), do="Change it and try again") from None
        self._say(asked)
        while (done := self._hear(Done)).id != asked.id:
            continue  # an answer that came too late for its call
        if not done.ok:
            raise RefusedError(done.says)
        return done.says

    def state(self) -> StageState:
        """The state as it is now; what was sent while nobody asked is passed over. Raises DoorError."""
        try:
            caught_up = self._socket.ping()  # the answer comes behind all that waits on the way
            while not caught_up.is_set():
                self._hear(StageState)
            with contextlib.suppress(TimeoutError):
                while True:
                    self._socket.recv(timeout=0)
        except ConnectionClosed as closed:
            raise self._gone(closed) from None
        return self._hear(StageState)

    def _say(self, message: Message) -> None:
        try:
            self._socket.send(message.to_wire())
        except ConnectionClosed as closed:
            raise self._gone(closed) from None

    def _hear(self, kind: type[Heard]) -> Heard:
        """The next message of this kind; states that come in between are passed over."""
        until_s = time.monotonic() + ANSWER_WITHIN_S
        while True:
            try:
                said = read_from_server(str(self._socket.recv(max(0.0, until_s - time.monotonic()))))
            except TimeoutError:
                do = "See whether it is busy or stuck; its terminal says more"
                raise DoorError(f"The engine did not answer within {ANSWER_WITHIN_S:.0f} s", where=self._url, do=do) from None
            except ConnectionClosed as closed:
                raise self._gone(closed) from None
            except MessageError as error:
                do = "Use the window and the engine of one and the same version"
                raise DoorError(f"The engine said what cannot be read: {error}", where=self._url, do=do) from None
            if isinstance(said, Refused):
                raise RefusedError(said.says)
            if isinstance(said, kind):
                return said

    def _gone(self, closed: ConnectionClosed) -> DoorError:
        why = f": {closed.rcvd.reason}" if closed.rcvd and closed.rcvd.reason else ""
        return DoorError(f"The engine has closed its door{why}", where=self._url, do="Start it again: live-rig engine")


def _cut(text: str) -> str:
    """As much of it as one line holds."""
    plain = "".join(letter if letter.isprintable() else "�" for letter in text.strip())
    return plain if len(plain) <= LONGEST_QUOTE else f"{plain[: LONGEST_QUOTE - 1]}…"


@contextlib.contextmanager
def connect(address: DoorAddress) -> Iterator[Door]:
    """Open the door at `address` and show the token. Raises DoorError."""
    try:
        socket = dial(address.url, open_timeout=ANSWER_WITHIN_S, compression=None, max_size=None, proxy=None)
    except (OSError, TimeoutError, InvalidURI, InvalidHandshake):
        do = "Start one: live-rig engine"
        raise DoorError("No engine answers", where=address.url, do=do) from None
    with socket:
        door = Door(socket, address.url)
        door.greet(address.token)
        yield door


def running_engine(door_file: Path | None = None) -> DoorAddress:
    """The address of this user's running engine, from `door_file` (None = where engines write it). Raises DoorError."""
    path = door_file or default_door_file()
    address = read_door_file(path)
    if address is None:
        raise DoorError("No engine is running", where=str(path), do="Start one: live-rig engine")
    return address
