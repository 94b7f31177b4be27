"""What is played, written while it is played: whole files, or none and a word, also where the disk takes no more."""

import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import soundfile

from live_rig.alerts import Alerts
from live_rig.rehearsal.bus_files import BusFiles
from live_rig.wiring import APART, APART_OUTPUTS

SECOND = np.full((48_000, APART_OUTPUTS), 0.25, np.float32)
WHOLE = {f"{name}.wav" for name in APART}


@pytest.fixture
def engine() -> Any:
    """One that has played a second whenever it is asked."""
    return SimpleNamespace(samplerate_hz=48_000.0, device=SimpleNamespace(collect=lambda: SECOND), alerts=Alerts())


@pytest.fixture
def full_disk() -> Iterator[None]:
    """No file may be longer than half a megabyte."""
    resource = pytest.importorskip("resource", reason="limits as POSIX has them")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_the_files_appear_when_they_are_whole(engine: Any, tmp_path: Path) -> None:
    files = BusFiles(engine, tmp_path / "out")
    files.collect()
    assert not {file.name for file in (tmp_path / "out").iterdir()} & WHOLE
    files.close()
    assert {file.name for file in (tmp_path / "out").iterdir()} == WHOLE
    assert soundfile.info(tmp_path / "out" / "mix.wav").frames == 2 * len(SECOND)
    assert files.fault is None


@pytest.mark.skipif(sys.platform != "linux", reason="a limit that is an error, and no signal")
@pytest.mark.usefixtures("full_disk")
def test_on_a_full_disk_the_music_goes_on_and_nothing_half_written_stays(engine: Any, tmp_path: Path) -> None:
    (tmp_path / "mix.wav").write_text("the night before")
    files = BusFiles(engine, tmp_path)
    for _ in range(5):
        files.collect()
    files.close()
    assert [file.name for file in tmp_path.iterdir()] == ["mix.wav"]
    assert (tmp_path / "mix.wav").read_text() == "the night before"
    (said,) = engine.alerts.now()
    assert said.startswith(f"What is played is not written any more ({tmp_path}: ")
    assert said == str(files.fault)
