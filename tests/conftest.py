"""What holds for every test: none fails because the machine is busy, and none changes which show the user opened last."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from live_rig.engine import Engine

os.environ.setdefault("LIVE_RIG_JACK", "jack")  # the tests' own server, whatever plays on this desktop
settings.register_profile("whatever the machine does", deadline=None)
settings.load_profile("whatever the machine does")


def pytest_xdist_auto_num_workers() -> int:
    """One process more than there are cores: a fifth of the time goes by in waiting for sound servers, windows and engines."""
    return (psutil.cpu_count(logical=False) or 1) + 1


@pytest.fixture(autouse=True, scope="session")
def _a_home_of_our_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What the rig remembers, apart from what the user's own rig does. Processes that tests start get it, too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture(scope="session")
def stem_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the tests' engines have decoded stays for the next one."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def decoded_festival(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundled show's stems at 48 kHz as a cache keeps them, for the caches of processes that play it."""
    from live_rig.band.stems import open_stems
    from live_rig.paths import examples_dir
    from live_rig.show.store import read_show

    cache = tmp_path_factory.mktemp("decoded")
    for song in read_show(examples_dir() / "festival").songs:
        open_stems(song, 48_000, cache)
    return cache


@pytest.fixture
def engine(stem_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator["Engine"]:
    """The bundled show, ready to play, all of its songs decoded."""
    from live_rig.engine import Engine, Setup  # most tests need none
    from live_rig.paths import examples_dir
    from live_rig.show.store import read_show

    monkeypatch.setattr("live_rig.repertoire.cache_dir", lambda: stem_cache)
    made = Engine(read_show(examples_dir() / "festival"), Setup(device="virtual"))
    made.order.repertoire.decode(made.order.songs)
    yield made
    made.close()
