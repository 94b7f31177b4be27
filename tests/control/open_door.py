"""A real door on a real port, served from a thread, with a small engine behind it that remembers what it was asked.

With a `colour` it is that whose desk is told, and that carries out its commands.
"""

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from live_rig.control.protocol import Desk, DoorAddress, StageState
from live_rig.control.server import serve
from live_rig.errors import ShowError
from live_rig.rack.colour import Colour

TOKEN = "the-token-of-the-test"


class OpenDoor:
    """`with OpenDoor(tmp_path / "door.json") as door:` the door is open, at `door.address`, inside the block."""

    def __init__(
        self,
        door_file: Path,
        state: StageState | None = None,
        *,
        port: int = 0,
        token: str = TOKEN,
        colour: Colour | None = None,
    ) -> None:
        self.door_file, self.state, self.desk = door_file, state or StageState(bpm=120.0), Desk()
        self.commands: list[tuple[str, str]] = []
        self.address = DoorAddress(url="", token="", pid=0)
        self._port, self._token, self._colour = port, token, colour
        self._is_open = threading.Event()
        self._error: BaseException | None = None
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._thread = threading.Thread(target=self._run)

    @property
    def port(self) -> int:
        return int(self.address.url.rpartition(":")[2])

    def do(self, command: str, value: str) -> str:
        self.commands.append((command, value))
        if self._colour is not None:
            return self._colour.do(command, value)
        if command == "song" and value == "nowhere":
            raise ShowError('The set has no song "nowhere"', where="show.toml", do="Say one of: caravan")
        if command == "break":
            raise ZeroDivisionError
        return f"{command} {value}".strip()

    def say(self) -> StageState:
        if self.state.song_id == "broken":
            raise ZeroDivisionError
        return self.state

    def say_desk(self) -> Desk:
        return self._colour.desk() if self._colour is not None else self.desk

    def __enter__(self) -> Self:
        self._thread.start()
        self._is_open.wait()
        if self._error is not None:
            self._thread.join()
            raise self._error
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join()

    def _run(self) -> None:
        self._loop.run_until_complete(self._serve(self.say, self.do))
        self._loop.close()

    async def _serve(self, say: Callable[[], StageState], do: Callable[[str, str], str]) -> None:
        try:
            async with serve(
                say, do, self.say_desk, port=self._port, token=self._token, door_file=self.door_file
            ) as self.address:
                self._is_open.set()
                await self._stop.wait()
        except Exception as error:
            self._error = error
            self._is_open.set()
