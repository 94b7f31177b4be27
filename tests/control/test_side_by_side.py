"""Clients do not feel one another: not the one that never reads, nor the one that asks for what takes long."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path

from websockets.asyncio.client import ClientConnection, connect

from live_rig.control.protocol import Command, Desk, Done, DoorAddress, Hello, Message, StageState, read_from_server
from live_rig.control.server import serve

TOKEN = "the-token-of-the-test"
HEARD_WITHIN_S = 10


@contextlib.asynccontextmanager
async def visit(address: DoorAddress) -> AsyncIterator[ClientConnection]:
    """Let in; takes one message at a time off the wire, so that what is not read stays with the server."""
    async with connect(address.url, compression=None, proxy=None, max_queue=1, close_timeout=0.1) as socket:
        await socket.send(Hello(token=TOKEN).to_wire())
        yield socket


async def hear(socket: ClientConnection, kind: type[Message]) -> Message:
    while True:
        message = read_from_server(str(await asyncio.wait_for(socket.recv(), HEARD_WITHIN_S)))
        if isinstance(message, kind):
            return message


def test_a_client_that_never_reads_delays_nobody(tmp_path: Path) -> None:
    asked = count(1)
    padding = "x" * 200_000  # a few of these fill every buffer on the way to the one who sleeps

    def long_state() -> StageState:
        return StageState(time_s=float(next(asked)), alerts=(padding,))

    async def story() -> None:
        async with (
            serve(
                long_state, lambda command, _value: command, Desk, port=0, token=TOKEN, door_file=tmp_path / "door.json"
            ) as address,
            visit(address),  # and falls asleep
            visit(address) as reader,
        ):
            heard = [await hear(reader, StageState) for _ in range(60)]
            times = [state.time_s for state in heard if isinstance(state, StageState)]
            assert times == sorted(set(times))
            await reader.send(Command(id=1, command="take").to_wire())
            assert await hear(reader, Done) == Done(id=1, ok=True, says="take")

    asyncio.run(story())


def test_what_takes_long_is_awaited_while_the_states_go_on_and_others_are_served(tmp_path: Path) -> None:
    async def story() -> None:
        is_loaded = asyncio.Event()

        async def do(command: str, _value: str) -> str:
            if command == "song":
                await is_loaded.wait()
            return command

        async with (
            serve(StageState, do, Desk, port=0, token=TOKEN, door_file=tmp_path / "door.json") as address,
            visit(address) as patient,
            visit(address) as other,
        ):
            await patient.send(Command(id=1, command="song", value="caravan").to_wire())
            await other.send(Command(id=2, command="panic").to_wire())
            assert await hear(other, Done) == Done(id=2, ok=True, says="panic")
            for _ in range(3):
                assert await hear(patient, StageState) == StageState()
            is_loaded.set()
            assert await hear(patient, Done) == Done(id=1, ok=True, says="song")

    asyncio.run(story())
