"""A song of many stems where a system lets few files be open at first."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from live_rig.band.stems import open_stems
from live_rig.errors import DeviceError
from live_rig.open_files import let_many_be_open
from live_rig.show.store import read_show
from tests.show.conftest import make_show

resource = pytest.importorskip("resource")


@contextmanager
def at_most(files: int) -> Iterator[None]:
    """Open, until somebody asks for more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_the_rig_asks_for_as_many_as_it_may_have() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with at_most(256):
        let_many_be_open()
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == (min(4096, hard) if hard > 0 else 4096, hard)


def test_who_lets_more_be_open_already_is_left_in_peace() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with at_most(hard):
        let_many_be_open()
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == (hard, hard)


def test_stems_for_which_no_file_is_left_are_refused_with_the_cause_whichever_was_the_last_one(tmp_path: Path) -> None:
    (caravan,) = read_show(make_show(tmp_path / "friday")).songs
    cache = tmp_path / "cache"
    open_stems(caravan, 48_000, cache)
    said = set()
    for files in range(4, 1024):
        with at_most(files):
            try:
                open_stems(caravan, 48_000, cache)
                break
            except DeviceError as refused:
                said.add(refused.what)
    else:
        pytest.fail("they were never opened")
    assert said == {"Too many files are open for these stems too"}
