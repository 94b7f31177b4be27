"""What ships is found, and the show of last night is remembered."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from live_rig import paths
from live_rig.errors import DeviceError


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


@pytest.mark.skipif(sys.platform == "win32", reason="no file is to be larger than nothing, as POSIX can say it")
def test_a_disk_that_is_full_leaves_the_show_before_remembered(home: Path) -> None:
    import resource

    paths.remember_show(make_show(home / "friday"))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        paths.remember_show(home / "saturday")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert paths.last_show() == home / "friday"
    assert sorted(file.name for file in home.iterdir()) == ["friday", "last-show"]


def test_where_nothing_can_be_kept_one_can_play_all_the_same(home: Path) -> None:
    (home / "last-show").mkdir()
    paths.remember_show(make_show(home / "friday"))
    assert paths.last_show() is None


def test_a_home_where_nothing_can_be_made_is_told_in_words_and_what_is_last_is_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr(paths, "user_cache_path", lambda *_, **__: tmp_path / "file" / "live-rig")
    monkeypatch.setattr(paths, "user_state_path", lambda *_, **__: tmp_path / "file" / "live-rig")
    with pytest.raises(DeviceError, match="A folder cannot be made: Not a directory"):
        paths.cache_dir()
    paths.remember_show(make_show(tmp_path / "friday"))
    assert paths.last_show() is None


def test_a_cache_that_others_may_write_to_is_used_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if sys.platform != "linux":
        pytest.skip("other systems have no such variable")
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache").chmod(0o777)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert paths.cache_dir() == tmp_path / "cache" / "live-rig"


@pytest.mark.skipif(sys.platform == "win32", reason="a home is found otherwise there")
def test_a_user_without_a_home_is_told_so_and_hears_of_plugins_presets_and_devices_all_the_same(tmp_path: Path) -> None:
    preset = tmp_path / "far.toml"
    preset.write_text('title = "Far"\n\n[[effects]]\ntype = "VST3"\npath = "~somebody/Far.vst3"\n')
    asks = (
        "import pwd, sys\n"
        "def nobody(_of): raise KeyError\n"
        "pwd.getpwuid = pwd.getpwnam = nobody\n"  # as in a container
        "from pathlib import Path; from live_rig import paths; from live_rig.errors import DeviceError\n"
        "from live_rig.rack.plugins import plugin_files; from live_rig.rack.preset_reader import read_preset\n"
        "plugin_files()\n"
        "print(read_preset(Path(sys.argv[1])).effects[0].path.name, paths.last_show())\n"
        "for folder in (paths.cache_dir, paths.runtime_dir):\n"
        "    try: folder()\n"
        "    except DeviceError as error: print(error)\n"
    )
    without = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    environ = without | {"PYTHONPATH": str(Path(paths.__file__).parents[1])}
    words = [sys.executable, "-c", asks, str(preset)]
    done = subprocess.run(words, env=environ, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout.splitlines() == [
        "Far.vst3 None",
        *["This user has no home folder (HOME is not set). Set HOME to a folder that you may write in."] * 2,
    ], done.stderr
    assert list(tmp_path.iterdir()) == [preset]
