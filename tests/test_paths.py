"""What ships is found, and the show of last night is remembered."""

from pathlib import Path

import pytest

from live_rig import paths


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own for everything that the rig keeps."""
    monkeypatch.setattr(paths, "user_state_path", lambda *_, **__: tmp_path)
    return tmp_path


def make_show(folder: Path) -> Path:
    folder.mkdir()
    (folder / "show.toml").write_text('title = "A Friday"\n')
    return folder


def test_at_first_there_is_no_last_show(home: Path) -> None:
    assert paths.last_show() is None
    assert list(home.iterdir()) == []


def test_the_last_show_is_remembered_wherever_one_was(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_show(home / "friday")
    monkeypatch.chdir(home)
    paths.remember_show(Path("friday"))
    monkeypatch.chdir("/")
    assert paths.last_show() == home / "friday"


def test_a_show_that_was_moved_away_is_forgotten(home: Path) -> None:
    paths.remember_show(make_show(home / "friday"))
    (home / "friday").rename(home / "saturday")
    assert paths.last_show() is None


def test_where_nothing_can_be_kept_one_can_play_all_the_same(home: Path) -> None:
    (home / "last-show").mkdir()
    paths.remember_show(make_show(home / "friday"))
    assert paths.last_show() is None
