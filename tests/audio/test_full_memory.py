"""Where shared memory is full, JACK's library takes the process down with it: that is refused in words before.

What needs none of it plays all the same.
"""

import errno
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from live_rig.audio.jack_pedals import JackPedals
from live_rig.audio.midi_routing import Routing
from live_rig.audio.shared_memory import refuse_full_memory
from live_rig.errors import DeviceError


@pytest.fixture(autouse=True)
def whose_library(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """JACK's own, unless a test says otherwise."""
    monkeypatch.setattr("live_rig.audio.shared_memory.is_jacks_own", lambda: getattr(request, "param", True))


@pytest.fixture
def free_kb(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    there = SimpleNamespace(f_bavail=request.param // 4, f_frsize=4096)
    monkeypatch.setattr("live_rig.audio.shared_memory.os.statvfs", lambda _: there)


@pytest.mark.parametrize("free_kb", [0, 16, 188], indirect=True)
@pytest.mark.usefixtures("free_kb")
def test_shared_memory_that_is_full_is_refused_with_what_where_and_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(DeviceError, match=rf"shared memory is full \({tmp_path}, \d+ kB free\). Take away"):
        refuse_full_memory(tmp_path)


@pytest.mark.parametrize("free_kb", [192, 65_536], indirect=True)
@pytest.mark.usefixtures("free_kb")
def test_with_room_for_it_nothing_is_said(tmp_path: Path) -> None:
    refuse_full_memory(tmp_path)
    refuse_full_memory(tmp_path / "of another system")


@pytest.mark.parametrize("whose_library", [False], indirect=True)
@pytest.mark.parametrize("free_kb", [0], indirect=True)
@pytest.mark.usefixtures("free_kb")
def test_pipewires_library_needs_none(tmp_path: Path) -> None:
    refuse_full_memory(tmp_path)


@pytest.mark.parametrize("free_kb", [0], indirect=True)
@pytest.mark.usefixtures("free_kb")
def test_what_is_there_whole_needs_no_room(tmp_path: Path) -> None:
    (tmp_path / f"jack_db-{os.getuid()}").mkdir()
    database = tmp_path / f"jack_db-{os.getuid()}" / "__db.001"
    database.write_bytes(bytes(8 * 1024))
    with pytest.raises(DeviceError):
        refuse_full_memory(tmp_path)
    with database.open("wb") as whole:
        whole.write(os.urandom(192 * 1024))
        whole.flush()
        os.fsync(whole.fileno())
    refuse_full_memory(tmp_path)


@pytest.fixture
def a_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A JACK server's socket, and its database whole."""
    (tmp_path / f"jack_db-{os.getuid()}").mkdir()
    with (tmp_path / f"jack_db-{os.getuid()}" / "__db.001").open("wb") as whole:
        whole.write(os.urandom(192 * 1024))
        whole.flush()
        os.fsync(whole.fileno())
    monkeypatch.chdir(tmp_path)  # a socket's name may not be long
    monkeypatch.setenv("JACK_DEFAULT_SERVER", "stage")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listening:
        listening.bind(f"jack_stage_{os.getuid()}_0")
        listening.listen()
        yield


@pytest.mark.parametrize("free_kb", [12], indirect=True)
@pytest.mark.usefixtures("free_kb", "a_server")
def test_a_client_of_the_server_that_runs_needs_a_little() -> None:
    with pytest.raises(DeviceError, match="shared memory is full"):
        refuse_full_memory(Path())


@pytest.mark.parametrize("free_kb", [32], indirect=True)
@pytest.mark.usefixtures("free_kb", "a_server")
def test_and_no_more_than_a_little() -> None:
    refuse_full_memory(Path())


def test_pedals_that_find_no_room_are_refused_in_the_same_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("multiprocessing.context.BaseContext.Semaphore", full)
    with pytest.raises(DeviceError, match="shared memory is full"):
        JackPedals(Routing({}, print, print, print))


def test_the_virtual_device_asks_no_library_for_sound_cards() -> None:
    look = "import sys; from live_rig.engine import find_device; find_device('virtual'); print('sounddevice' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True).stdout == "False\n"
