"""The JACK servers of tests and benches start on a machine on which others have been killed."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from bench.setting.jack_server import JackServer, NoJack, abandoned

pytestmark = pytest.mark.skipif(shutil.which("jackd") is None, reason="jackd is not installed")
CHECKOUT = Path(__file__).parents[2]
BLOCK = 1024
PLACES = 8  # in JACK's registry


@pytest.fixture
def killed() -> Iterator[list[str]]:
    """The names of servers that were killed, so many that the registry has no place left."""
    with ExitStack() as all_end:
        servers: list[JackServer] = []
        try:
            while len(servers) < PLACES:
                servers.append(all_end.enter_context(JackServer(BLOCK)))
        except NoJack:  # others have the rest of the places
            pass
        for server in servers:
            server.die()
        yield [server.name for server in servers]


def test_a_server_starts_where_the_registry_is_full_of_killed_ones(killed: list[str]) -> None:
    assert set(killed) <= set(abandoned())
    with JackServer(BLOCK) as server:
        assert server.name not in abandoned()


ORPHANED = """
import os, signal
from bench.setting.jack_server import JackServer

server = JackServer(1024)
with server:
    print(server.name, server._process.pid, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_server_whose_starter_was_killed_is_taken_for_nobody_elses() -> None:
    done = subprocess.run([sys.executable, "-c", ORPHANED], cwd=CHECKOUT, stdout=subprocess.PIPE, text=True, check=False)
    name, pid = done.stdout.split()
    try:
        assert done.returncode == -signal.SIGKILL
        with JackServer(BLOCK) as server:
            assert server.name != name
    finally:
        os.kill(int(pid), signal.SIGTERM)
