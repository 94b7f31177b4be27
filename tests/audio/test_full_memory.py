"""Where shared memory is full, JACK's library takes the process down with it: that is refused in words before."""

import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from live_rig.audio.portaudio import refuse_full_memory
from live_rig.errors import DeviceError


@pytest.fixture
def free_kb(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    there = SimpleNamespace(f_bavail=request.param // 4, f_frsize=4096)
    monkeypatch.setattr("live_rig.audio.portaudio.os.statvfs", lambda _: there)


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
