"""The control door: one WebSocket on the loopback address, opened by a token.

    async with serve(engine.state, engine.do, engine.desk, port=8330, token=new_token()) as address:
        ...                                     # the door is open as long as this block runs

The server knows three things of the engine: `state()` and `desk()`, called 30 times a second whatever the number of clients,
and `do(command, value)`, which returns words or raises RigError. Each client has a task of its own and room for one state:
a slow one misses states, and delays nobody. Nothing a client sends ends the server.
"""

import asyncio
import contextlib
import errno
import hmac
import inspect
import logging
import os
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

from websockets.asyncio.server import Server, ServerConnection
from websockets.asyncio.server import serve as listen
from websockets.exceptions import ConnectionClosed

from live_rig.control.door_file import HOST, default_door_file, leads_to_somebody, remove_door_file, write_door_file
from live_rig.control.protocol import (
    STATES_PER_S,
    Command,
    Desk,
    Done,
    DoorAddress,
    Hello,
    MessageError,
    Refused,
    StageState,
    Welcome,
    read_from_client,
)
from live_rig.errors import DoorError, RigError

HELLO_WITHIN_S = 5.0
CLOSE_WITHIN_S = 1.0  # a window that hangs must not hold up the end of the engine
KEPT_EVERY_S = 1.0  # so often it is seen to that the file leads to a door
LONGEST_MESSAGE_BYTES = 16_384
NOT_FOUND = "%s Until then it plays, and no window or other program finds it."
UNSENT_BYTES = 8_192  # beyond this a client is slow, and waits for its next state
POLICY_VIOLATION = 1008

State = Callable[[], StageState]
LookAtDesk = Callable[[], Desk]  # the same object for as long as nothing has changed
Do = Callable[[str, str], str | Awaitable[str]]  # must not block: it runs in the door's event loop; what takes long is awaited

log = logging.getLogger(__name__)


def new_token() -> str:
    """A token nobody can guess."""
    return secrets.token_urlsafe(32)


@contextlib.asynccontextmanager
async def serve(
    state: State, do: Do, desk: LookAtDesk, *, port: int, token: str, door_file: Path | None = None
) -> AsyncIterator[DoorAddress]:
    """Open the door at `port` (0 = any free one), and say where it is in `door_file` (None = this user's own), as soon as that
    can be written.

    Raises DoorError when the port cannot be had.
    """
    door = _Door(state, do, desk, token)
    server = await _listen(door.admit, port)
    async with server:
        address = DoorAddress(url=f"ws://{HOST}:{server.sockets[0].getsockname()[1]}", token=token, pid=os.getpid())
        try:
            write_door_file(door_file or default_door_file(), address)
            is_written = True
        except RigError as error:
            log.warning(NOT_FOUND, error)
            is_written = False
            with contextlib.suppress(RigError, OSError):
                remove_door_file(door_file or default_door_file(), address.url)  # of one that had this port, and has ended
        beside = asyncio.create_task(door.tell()), asyncio.create_task(_keep(door_file, address, is_written=is_written))
        try:
            yield address
        finally:
            for task in beside:
                task.cancel()
            with contextlib.suppress(RigError, OSError):
                remove_door_file(door_file or default_door_file(), address.url)


async def _keep(door_file: Path | None, address: DoorAddress, *, is_written: bool) -> None:
    """Write the file as soon as that can be done. When an engine that was begun after this one has ended, or was killed, this
    one is to be found again.
    """
    while True:
        await asyncio.sleep(KEPT_EVERY_S)
        with contextlib.suppress(RigError):
            path = door_file or default_door_file()
            if not is_written or not leads_to_somebody(path):
                write_door_file(path, address)
                is_written = True


async def _listen(admit: Callable[[ServerConnection], Awaitable[None]], port: int) -> Server:
    where = f"the control door, {HOST}:{port}"
    try:
        return await listen(
            admit,
            HOST,
            port,
            max_size=LONGEST_MESSAGE_BYTES,
            write_limit=UNSENT_BYTES,
            compression=None,
            server_header=None,
            close_timeout=CLOSE_WITHIN_S,
        )
    except OverflowError:
        raise DoorError(f"There is no port {port}", where=where, do="Give one from 1024 to 65535 with --port") from None
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            do = "Close the other Live Rig (or what else is there), or give this one another port with --port"
            raise DoorError(f"Port {port} is in use", where=where, do=do) from None
        do = "Give another port, from 1024 to 65535, with --port"
        raise DoorError(f"Port {port} cannot be opened: {error.strerror}", where=where, do=do) from None


class _Door:
    """What all clients share: the newest state and desk, already written as JSON."""

    def __init__(self, state: State, do: Do, desk: LookAtDesk, token: str) -> None:
        self._state, self._do, self._desk, self._token = state, do, desk, token
        self._newest = self._newest_desk = ""
        self._desk_written: Desk | None = None
        self._changed = asyncio.Condition()
        self._is_mute = False

    async def tell(self) -> None:
        """Ask the engine for its state 30 times a second, for ever."""
        loop = asyncio.get_running_loop()
        due_s = loop.time()
        while True:
            self._look()
            async with self._changed:
                self._changed.notify_all()
            due_s = max(due_s + 1 / STATES_PER_S, loop.time())
            await asyncio.sleep(due_s - loop.time())

    def _look(self) -> None:
        try:
            self._newest = self._state().to_wire()
            if (desk := self._desk()) is not self._desk_written:
                self._desk_written, self._newest_desk = desk, desk.to_wire()
            self._is_mute = False
        except Exception:  # a fault in the picture must not end the door: commands still go through
            if not self._is_mute:
                log.exception("The engine could not say its state; the windows keep the last one")
            self._is_mute = True

    async def admit(self, client: ServerConnection) -> None:
        """One client, from its hello to its end."""
        with contextlib.suppress(ConnectionClosed):
            try:
                hello = await self._hello(client)
            except MessageError as error:
                await client.send(Refused(says=str(error)).to_wire())
                await client.close(POLICY_VIOLATION, str(error).encode()[:120].decode(errors="ignore"))
                return
            await client.send(Welcome().to_wire())
            showing = asyncio.create_task(self._show(client, wants_desk=hello.wants_desk))
            try:
                async for text in client:
                    await client.send((await self._answer(text)).to_wire())
            finally:
                showing.cancel()

    async def _hello(self, client: ServerConnection) -> Hello:
        """What a client says first. MessageError, in words, where it says anything else, or does not know the token."""
        try:
            text = await asyncio.wait_for(client.recv(), HELLO_WITHIN_S)
        except TimeoutError:
            raise MessageError(f"No hello within {HELLO_WITHIN_S:.0f} s") from None
        hello = read_from_client(text) if isinstance(text, str) else None
        if not isinstance(hello, Hello):
            raise MessageError("Say hello, with the token, before anything else")
        if not hmac.compare_digest(hello.token.encode("utf-8", "replace"), self._token.encode()):
            raise MessageError("Wrong token: take it from the door.json of the engine that runs")
        return hello

    async def _show(self, client: ServerConnection, *, wants_desk: bool) -> None:
        """Send every state there is time for, always the newest; and the desk, where it is wanted."""
        sent = sent_desk = ""
        with contextlib.suppress(ConnectionClosed):
            while True:
                if wants_desk and self._newest_desk is not sent_desk:
                    sent_desk = self._newest_desk
                    await client.send(sent_desk)
                if self._newest is not sent:
                    sent = self._newest
                    await client.send(sent)
                else:
                    async with self._changed:
                        await self._changed.wait()

    async def _answer(self, text: str | bytes) -> Done | Refused:
        if not isinstance(text, str):
            return Refused(says="Not a message: bytes, where text was expected")
        try:
            message = read_from_client(text)
        except MessageError as error:
            return Refused(says=str(error))
        if not isinstance(message, Command):
            return Refused(says="Hello was said already")
        return await self._carry_out(message)

    async def _carry_out(self, message: Command) -> Done:
        try:
            says = self._do(message.command, message.value)
            if inspect.isawaitable(says):
                says = await says
            return Done(id=message.id, ok=True, says=says)
        except RigError as error:
            return Done(id=message.id, ok=False, says=str(error))
        except Exception:
            log.exception("The command %s failed", message.command)
            return Done(id=message.id, ok=False, says=f"{message.command} failed inside the engine; its log says more")
