"""The sound servers that tests play on, where this machine can have them."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TypeVar

import pytest

from bench.setting.jack_server import JackServer, NoJack
from bench.setting.pipewire_server import PipeWireServer

Server = TypeVar("Server", JackServer, PipeWireServer)


@contextmanager
def started(server: Server) -> Iterator[Server]:
    """The server, for as long as the context lasts. Without it the test is skipped, and says why."""
    with ExitStack() as stack:
        try:
            stack.enter_context(server)
        except NoJack as why:
            pytest.skip(str(why))
        yield server
