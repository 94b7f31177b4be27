"""A new show is a folder that explains itself."""

import re
import shlex
from pathlib import Path

import pytest

from live_rig.show.command import parse_command
from live_rig.show.file_names import why_unfit
from live_rig.show.store import read_show
from tests.commands.conftest import LiveRig


def test_a_new_show_has_no_fault_and_says_what_comes_next(live_rig: LiveRig, tmp_path: Path) -> None:
    made = live_rig("new", tmp_path / "friday-night")
    assert made.code == 0
    assert "live-rig add-song" in made.out
    show = read_show(tmp_path / "friday-night")
    assert (show.title, show.songs) == ("friday night", ())
    assert sorted(path.name for path in show.folder.iterdir()) == ["presets", "show.toml", "songs"]


def test_what_comes_next_can_be_copied_where_the_name_has_blanks(live_rig: LiveRig) -> None:
    (line,) = [line for line in live_rig("new", "Friday's gig").out.splitlines() if "add-song" in line]
    assert shlex.split(line)[:3] == ["live-rig", "add-song", "Friday's gig"]


def test_its_pedals_reach_what_a_drummer_needs(live_rig: LiveRig, tmp_path: Path) -> None:
    live_rig("new", tmp_path / "friday")
    words = {parse_command(text).word for text in read_show(tmp_path / "friday").pedals.values()}
    assert words >= {
        "take",
        "give",
        "start",
        "stop",
        "next",
        "previous",
        "band-in",
        "vamp",
        "hold",
        "cut-off",
        "finale",
        "panic",
    }


@pytest.mark.parametrize("name", [".", "", "../here"])
def test_the_folder_in_which_one_is_is_refused_in_words_and_stays(
    live_rig: LiveRig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    refused = live_rig("new", name)
    assert refused.code == 2
    assert f"cannot be made anew ({tmp_path / 'here'}). Say a name, and it is made in here: live-rig new NAME." in refused.said
    assert [*tmp_path.rglob("*")] == [tmp_path / "here"]


@pytest.mark.parametrize("name", ["nul", "friday.", "friday ", "ten:thirty"])
def test_a_show_that_could_not_be_carried_to_every_system_is_refused_in_words(
    live_rig: LiveRig, tmp_path: Path, name: str
) -> None:
    refused = live_rig("new", tmp_path / name)
    assert refused.code == 2
    assert f"it cannot be a folder's name: {why_unfit(name)} ({tmp_path / name}). Choose another name." in refused.said
    assert not (tmp_path / name).exists()


def test_every_setting_that_is_commented_out_may_be_switched_on(live_rig: LiveRig, tmp_path: Path) -> None:
    live_rig("new", tmp_path / "friday")
    file = tmp_path / "friday" / "show.toml"
    before, audio = file.read_text().split("[audio]\n")
    file.write_text(before + "[audio]\n" + re.sub("(?m)^# ", "", audio))
    settings = read_show(file.parent).audio
    assert (settings.device, settings.samplerate, settings.block, settings.inputs, settings.outputs) == (
        "Scarlett",
        48000,
        64,
        2,
        2,
    )


def test_nothing_is_overwritten(live_rig: LiveRig, tmp_path: Path) -> None:
    (tmp_path / "friday").mkdir()
    (tmp_path / "friday" / "notes.txt").write_text("mine")
    refused = live_rig("new", "friday")
    assert (refused.code, refused.out) == (2, "")
    assert refused.said == "live-rig new: there is something already (friday). Choose another name: nothing is overwritten.\n"
    assert [path.name for path in (tmp_path / "friday").iterdir()] == ["notes.txt"]


def test_an_empty_folder_may_be_filled(live_rig: LiveRig, tmp_path: Path) -> None:
    (tmp_path / "friday").mkdir()
    assert live_rig("new", "friday").code == 0
