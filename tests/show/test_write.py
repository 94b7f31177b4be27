"""What is written is there whole, or the disk is as it was."""

import errno
import os
from pathlib import Path

import pytest

from live_rig.errors import DeviceError
from live_rig.show.write import replaced_file, whole_folder, write_file


def everything(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def half_fill(folder: Path) -> None:
    """What a musician does who has changed his mind."""
    (folder / "song.toml").write_text("a")
    raise KeyboardInterrupt


def test_a_folder_appears_when_it_is_whole(tmp_path: Path) -> None:
    with whole_folder(tmp_path / "songs" / "caravan") as making:
        (making / "song.toml").write_text("a")
        assert not (tmp_path / "songs" / "caravan").exists()
    assert everything(tmp_path) == ["songs", "songs/caravan", "songs/caravan/song.toml"]


def test_of_a_folder_that_fails_nothing_stays(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), whole_folder(tmp_path / "caravan") as making:
        half_fill(making)
    assert everything(tmp_path) == []


def test_a_file_is_replaced_in_the_end_or_stays_as_it_was(tmp_path: Path) -> None:
    place = tmp_path / "show.toml"
    write_file(place, "one")
    with replaced_file(place, "two"):
        assert place.read_text() == "one"
    assert place.read_text() == "two"
    with pytest.raises(RuntimeError), replaced_file(place, "three"):
        raise RuntimeError
    assert (place.read_text(), everything(tmp_path)) == ("two", ["show.toml"])


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    write_file(tmp_path / "real.toml", "one")
    (tmp_path / "show.toml").symlink_to("real.toml")
    write_file(tmp_path / "show.toml", "two")
    assert (tmp_path / "show.toml").is_symlink()
    assert (tmp_path / "real.toml").read_text() == "two"


@pytest.mark.parametrize(("code", "said"), [(errno.ENOSPC, "the disk is full"), (errno.EROFS, "it may not be written")])
def test_what_the_disk_says_is_said_in_words(tmp_path: Path, code: int, said: str) -> None:
    with pytest.raises(DeviceError, match=said), whole_folder(tmp_path / "caravan"):
        raise OSError(code, os.strerror(code))
    assert everything(tmp_path) == []
