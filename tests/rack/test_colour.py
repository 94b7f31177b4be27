"""Presets as a player steers them: by name, by part of the song, and kept under a name of their own."""

import errno
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cython_core.drums import Drums
from live_rig.errors import DeviceError, RackError, ShowError
from live_rig.rack.colour import Colour
from live_rig.rack.edits import Edits
from live_rig.rack.knobs import written_values
from live_rig.rack.plugin_state import saved
from live_rig.rack.preset_page import page_of_edits
from live_rig.rack.preset_reader import preset_faults, read_preset
from live_rig.rack.supervisor import Rack
from tests.rack.test_supervisor import BLOCK, Stage, gain_of, tone
from tests.rack.test_vst3 import turned
from tests.waiting import until

GAIN = "master.Gain.gain_db"
LOUD = """title = "Loud"
says = "for a test"

[[effects]]
type = "Gain"
gain_db = 3.0

[snapshots.chorus]
"master.Gain.gain_db" = 6.0
"""
SOFT = 'title = "Soft"\nsays = "for a test"\n\n[[effects]]\ntype = "Gain"\ngain_db = -9.0\n'


@pytest.fixture
def colour(tmp_path: Path) -> Iterator[Colour]:
    """Two presets of a show, the loud one heard."""
    folder = tmp_path / "presets"
    folder.mkdir()
    for name, text in (("loud", LOUD), ("soft", SOFT)):
        (folder / f"{name}.toml").write_text(text)
    rack = Rack(Drums(48_000, 1, 64), 48_000)
    colour = Colour(rack, {file.stem: file for file in sorted(folder.glob("*.toml"))}, tmp_path)
    call(colour, "loud")
    yield colour
    rack.close()


def call(colour: Colour, value: str) -> None:
    """A preset, and wait until it is the one that is turned."""
    colour.do("preset", value)
    while not (edits := colour.rack.edits) or edits.preset.name != value:
        os.sched_yield()


def stands(colour: Colour, knob: str = GAIN) -> float:
    assert colour.rack.edits is not None
    return colour.rack.edits.now[knob]


def test_a_part_of_the_song_recalls_the_snapshot_of_its_name_and_the_next_part_lets_it_go(colour: Colour) -> None:
    for section, gain_db in (("verse", 3.0), ("chorus", 6.0), ("solo", 3.0), ("chorus", 6.0)):
        colour.enter(section)
        assert stands(colour) == gain_db, section


def test_a_preset_that_is_still_loading_has_the_snapshot_of_the_part_that_is_played_once_it_is_there(colour: Colour) -> None:
    call(colour, "soft")
    loud = colour._shelf.take("loud")
    colour.do("preset", "loud")
    colour.enter("chorus")  # while the other one is heard
    while not (edits := colour.rack.edits) or edits.preset != loud:
        os.sched_yield()
    colour.enter("chorus")
    assert stands(colour) == 6.0


def test_what_is_turned_by_hand_stays_within_its_part(colour: Colour) -> None:
    colour.enter("chorus")
    colour.do("knob", f"{GAIN}=1.5")
    colour.enter("chorus")  # said thirty times a second
    assert stands(colour) == 1.5
    colour.enter("verse")
    assert stands(colour) == 3.0


def test_a_part_of_the_song_begins_for_both_sides_of_a_b_and_each_can_undo_it(colour: Colour) -> None:
    colour.enter("verse")
    colour.do("knob", f"{GAIN}=1.5")
    colour.do("compare", "")
    colour.enter("chorus")
    assert stands(colour) == 6.0
    colour.do("compare", "")
    assert stands(colour) == 6.0
    colour.enter("verse")
    assert stands(colour) == 3.0
    colour.do("compare", "")
    assert stands(colour) == 3.0
    colour.do("compare", "")
    for _ in range(2):
        colour.do("undo", "")
    assert stands(colour) == 1.5


def test_parts_that_the_preset_does_not_name_leave_it_as_it_was_turned(colour: Colour) -> None:
    colour.enter("verse")
    colour.do("knob", f"{GAIN}=1.5")
    colour.enter("solo")
    assert stands(colour) == 1.5


def test_a_preset_that_was_turned_is_kept_under_a_name_and_can_be_called_by_it(colour: Colour, tmp_path: Path) -> None:
    colour.do("knob", f"{GAIN}=-1.5")
    assert colour.do("save-preset", "my-own") == "saved as my-own"
    file = tmp_path / "presets" / "my-own.toml"
    assert preset_faults(file, "my-own.toml") == []
    assert read_preset(file).effects == read_preset(tmp_path / "presets" / "loud.toml").effects
    call(colour, "my-own")
    assert stands(colour) == -1.5
    colour.enter("chorus")  # what the base can do, it can do as well
    assert stands(colour) == 6.0


def test_a_plugins_knob_is_turned_no_further_than_the_plugin_takes_it(
    colour: Colour, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plugin = '[[effects]]\ntype = "VST3"\npath = "/nowhere/Big.vst3"\nparameters = { size = 0.5 }\n'
    (tmp_path / "presets" / "soft.toml").write_text(SOFT + plugin)
    monkeypatch.setattr("live_rig.rack.colour.plugin_ranges", lambda _: {"master.Big.size": (0.0, 1.0)})
    call(colour, "soft")
    colour.do("knob", "master.Big.size=0.75")
    with pytest.raises(RackError, match=r"master.Big.size goes from 0 to 1 \(Soft\)"):
        colour.do("knob", "master.Big.size=9")
    assert stands(colour, "master.Big.size") == 0.75


def test_whatever_was_turned_is_kept_as_it_stood(tmp_path: Path) -> None:
    kit = tmp_path / "kit.toml"
    kit.write_text(
        """title = "Kit"
[strips."snare \\"3\\""]
inputs = [1]
sends = { plate = -9.0 }
gate = { threshold_db = -34.0 }
[[strips."snare \\"3\\"".effects]]
type = "Compressor"
[sends.plate]
[[sends.plate.effects]]
type = "Reverb"
[[effects]]
type = "LowpassFilter"
"""
    )
    preset = read_preset(kit)
    for end in ("low", "high"):
        edits = Edits(preset)
        for name, knob in edits.knobs.items():
            edits.turn(name, float(end == "high") if knob.kind is bool else getattr(knob, end))
        (tmp_path / "kept.toml").write_text(page_of_edits("kept", preset, edits.kept()))
        assert preset_faults(tmp_path / "kept.toml", "kept.toml") == []
        assert written_values(read_preset(tmp_path / "kept.toml")) == edits.now


def test_what_is_turned_after_an_undo_is_undone_by_itself(tmp_path: Path) -> None:
    kit = tmp_path / "kit.toml"
    kit.write_text('title = "Kit"\n[strips.kick]\ninputs = [1]\n')
    edits = Edits(read_preset(kit))
    for name, value in (("kick.gain_db", -2.0), ("kick.gain_db", -3.0), ("kick.pan", 0.5)):
        edits.turn(name, value)
    edits.undo()
    for gain_db in (-5.0, -6.0):
        edits.turn("kick.gain_db", gain_db)
    edits.undo()
    assert edits.now["kick.gain_db"] == -3.0
    edits.undo()
    assert edits.now["kick.gain_db"] == 0.0


def test_whoever_turns_what_there_is_not_is_told_what_there_is(tmp_path: Path) -> None:
    (tmp_path / "loud.toml").write_text(LOUD)
    with pytest.raises(RackError, match=r"no knob crush \(Loud\)\. Choose one that it has, such as .*\.gain_db"):
        Edits(read_preset(tmp_path / "loud.toml")).turn("crush", 1.0)


def test_a_switch_is_on_or_off(tmp_path: Path) -> None:
    kit = tmp_path / "kit.toml"
    kit.write_text('title = "Kit"\n[strips.kick]\ninputs = [1]\n[start]\n"kick.mute" = 1.0\n')
    edits = Edits(read_preset(kit))
    assert edits.now["kick.mute"] == 1.0
    with pytest.raises(RackError, match=r"kick.mute is on \(1\) or off \(0\)"):
        edits.turn("kick.mute", 0.3)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("soft", "There is a preset soft already"),
        ("SOFT", "There is a preset SOFT already"),
        ("loud", "loud is the preset that is heard"),
        ("a/b", "cannot be"),
        ("ü" * 130, "cannot be"),
        ("nul", '"nul" cannot be a preset\'s name: Windows keeps that name for itself'),
        ("COM1", "Windows keeps that name for itself"),
        ("dub.", "Take letters, digits, - and _"),
        ("dub ", "Take letters, digits, - and _"),
    ],
)
def test_a_name_that_would_overwrite_or_leave_the_show_is_refused_and_nothing_is_written(
    colour: Colour, tmp_path: Path, name: str, says: str
) -> None:
    before = {file: file.read_bytes() for file in tmp_path.rglob("*.toml")}
    with pytest.raises(ShowError, match=says):
        colour.do("save-preset", name)
    assert {file: file.read_bytes() for file in tmp_path.rglob("*.toml")} == before


def test_without_a_preset_there_is_nothing_to_turn_or_keep(colour: Colour) -> None:
    colour.hush()
    while colour.rack.edits is not None:
        os.sched_yield()
    for command, value in (("knob", f"{GAIN}=0"), ("save-preset", "none"), ("undo", "")):
        with pytest.raises(RackError, match="No preset is heard"):
            colour.do(command, value)


def test_what_a_panic_took_off_comes_back_as_it_is_written_unless_another_preset_was_called(colour: Colour) -> None:
    colour.do("knob", f"{GAIN}=-1.5")
    for _ in range(2):  # whoever is in a panic presses twice
        colour.hush()
    assert (colour.name, colour.sounds, colour.coming) == ("", "", "loud comes with the song")
    colour.come_back()
    while colour.rack.edits is None:
        os.sched_yield()
    assert (colour.name, colour.sounds, colour.coming, stands(colour)) == ("loud", "loud", "", 3.0)
    colour.hush()
    call(colour, "soft")
    colour.come_back()
    assert (colour.name, colour.coming) == ("soft", "")


def test_a_preset_is_as_it_is_written_when_it_is_called(colour: Colour, tmp_path: Path) -> None:
    call(colour, "soft")
    (tmp_path / "presets" / "soft.toml").write_text(SOFT.replace("-9.0", "-12.5"))
    call(colour, "loud")
    call(colour, "soft")
    assert stands(colour) == -12.5


def look_twice(colour: Colour) -> list[str]:
    """What is said once nobody is at a file any more, and the presets stand ready again."""
    assert colour.keep_as_written() is None
    said = colour.keep_as_written()
    assert said is not None
    until(lambda: colour.rack.kept_ready == len(colour.desk().presets))
    return said


def test_a_preset_that_is_written_anew_stands_ready_and_so_does_a_new_one(colour: Colour, tmp_path: Path) -> None:
    colour.keep_ready([])
    (tmp_path / "presets" / "soft.toml").write_text(SOFT.replace("-9.0", "-12.5"))
    (tmp_path / "presets" / "third.toml").write_text(SOFT.replace("Soft", "Third"))
    assert look_twice(colour) == []
    for name, gain_db in (("soft", -12.5), ("third", -9.0)):
        colour.rack.load_next(colour._shelf.take(name))
        assert colour.rack.next_is_ready
        call(colour, name)
        assert stands(colour) == gain_db
    assert not any(colour.keep_as_written() for _ in range(2))


@pytest.mark.parametrize("is_saved_by", ["hand", "the rig"])
def test_a_state_that_is_written_anew_stands_ready_and_is_heard_without_a_gap_when_its_preset_is_called(
    colour: Colour, plugin: Path, tmp_path: Path, is_saved_by: str
) -> None:
    state = tmp_path / "presets" / "half.state"

    def save(gain: float) -> None:
        made = turned(plugin, gain)
        state.write_bytes(made.raw_state if is_saved_by == "hand" else saved(made, state))

    save(0.5)
    written = f'title = "Half"\n[[effects]]\ntype = "VST3"\npath = "{plugin}"\nstate = "half.state"\n'
    (tmp_path / "presets" / "half.toml").write_text(written)
    call(colour, "half")
    colour.keep_ready([])
    until(lambda: colour.rack.kept_ready == len(colour.desk().presets))
    assert not any(colour.keep_as_written() for _ in range(3))
    stage = Stage(colour.rack, tone)
    stage.play(20)
    assert gain_of(stage) == pytest.approx(0.5)
    save(0.25)
    assert look_twice(colour) == []
    stage.play(20)
    assert gain_of(stage) == pytest.approx(0.5)
    colour.rack.load_next(colour._shelf.take("half"))
    assert colour.rack.next_is_ready
    colour.rack.switch()
    stage.play(20)
    assert gain_of(stage) == pytest.approx(0.25)
    assert np.abs(np.diff(stage.heard[0][BLOCK * 20 :])).max() < 0.01
    assert colour.rack.drums.blocks_dry == 0
    state.unlink()
    assert look_twice(colour) == []
    call(colour, "half")
    stage.play(20)
    assert gain_of(stage) == pytest.approx(0.25)


@pytest.mark.parametrize("half", ["", SOFT[:40], SOFT.replace("-9.0", "nine")])
def test_a_preset_that_is_saved_half_way_stays_as_it_was_and_is_said_once_when_it_is_left_so(
    colour: Colour, tmp_path: Path, half: str
) -> None:
    colour.keep_ready([])
    (tmp_path / "presets" / "soft.toml").write_text(half)
    call(colour, "soft")
    assert stands(colour) == -9.0
    (said,) = look_twice(colour)
    assert said.startswith('"soft" stays as it was: ')
    call(colour, "loud")
    call(colour, "soft")
    assert (stands(colour), colour.keep_as_written()) == (-9.0, None)
    (tmp_path / "presets" / "soft.toml").write_text(SOFT.replace("-9.0", "-12.5"))
    assert look_twice(colour) == []
    call(colour, "soft")
    assert stands(colour) == -12.5


@pytest.mark.parametrize("name", [".#soft.toml", "other.toml"])
def test_what_an_editor_leaves_beside_a_preset_while_it_is_open_keeps_none_from_being_called(
    colour: Colour, tmp_path: Path, name: str
) -> None:
    colour.keep_ready([])
    (tmp_path / "presets" / name).symlink_to("someone@machine.4711")  # nowhere, as Emacs locks a file
    call(colour, "soft")
    said = [words for _ in range(2) for words in colour.keep_as_written() or []]
    assert len(said) == (0 if name.startswith(".") else 1)
    call(colour, "loud")


def test_a_disk_that_can_no_longer_be_read_leaves_the_presets_as_they_were(
    colour: Colour, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(look: Callable[..., Any]) -> Callable[..., Any]:
        def fails_there(path: str | Path, *words: Any, **more: Any) -> Any:
            if str(path).startswith(str(tmp_path)):
                raise OSError(errno.EIO, os.strerror(errno.EIO))
            return look(path, *words, **more)

        return fails_there

    colour.keep_ready([])
    with monkeypatch.context() as broken:
        broken.setattr(os, "scandir", failing(os.scandir))
        broken.setattr(Path, "stat", failing(Path.stat))
        colour.do("preset", "soft")
        assert not any(colour.keep_as_written() for _ in range(2))
    until(lambda: colour.rack.edits is not None and colour.rack.edits.preset.name == "soft")


def test_a_preset_that_nobody_has_written_to_is_not_read_again(colour: Colour, monkeypatch: pytest.MonkeyPatch) -> None:
    call(colour, "soft")
    with monkeypatch.context() as unread:
        unread.setattr("live_rig.rack.shelf.read_preset", None)
        call(colour, "loud")
        call(colour, "soft")


def test_the_desk_is_the_same_until_something_is_turned(colour: Colour) -> None:
    desk = colour.desk()
    assert colour.desk() is desk
    assert (desk.preset, desk.presets, desk.can_undo, desk.side) == ("loud", ("loud", "soft"), False, "A")
    colour.do("knob", f"{GAIN}=-1.5")
    turned = colour.desk()
    assert {knob.name: (knob.value, knob.written, knob.low, knob.high) for knob in turned.knobs}[GAIN] == (
        -1.5,
        3.0,
        -60.0,
        24.0,
    )
    assert turned.can_undo
    colour.do("compare", "")
    assert (colour.desk().side, colour.desk().can_undo) == ("B", False)


def test_the_desk_knows_a_preset_as_soon_as_it_is_saved_and_offers_another_name(colour: Colour) -> None:
    assert colour.desk().free_name == "loud-2"
    colour.do("save-preset", "LOUD-2")
    assert colour.desk().presets == ("loud", "soft", "LOUD-2")
    assert colour.desk().free_name == "loud-3"


def test_without_a_preset_the_desk_has_nothing_to_turn(colour: Colour) -> None:
    colour.desk()
    colour.hush()
    while colour.rack.edits is not None:
        os.sched_yield()
    assert (colour.desk().preset, colour.desk().knobs, colour.desk().presets) == ("", (), ("loud", "soft"))


def test_what_a_preset_plays_without_is_said_whenever_it_is_called(colour: Colour, tmp_path: Path) -> None:
    lacking = f'{SOFT}[[effects]]\ntype = "VST3"\npath = "/nowhere/Big.vst3"\n'
    (tmp_path / "presets" / "soft.toml").write_text(lacking.replace("Soft", "Without"))
    colour.keep_ready([])
    while colour.rack.kept_ready < 2:
        os.sched_yield()
    for _ in range(2):
        colour.rack.alerts()
        call(colour, "soft")
        assert any(
            "Without plays without Big: The plugin is not on this machine (/nowhere/Big.vst3)" in says
            for says in colour.rack.alerts()
        )
        call(colour, "loud")


def test_where_a_preset_cannot_be_written_nothing_stays_of_it_and_the_name_is_free(
    colour: Colour, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: Path, text: str, **__: str) -> int:
        raise OSError(errno.ENOSPC, "No space left on device", text[:1])

    before = {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}
    with monkeypatch.context() as disk:
        disk.setattr(Path, "write_text", full)
        with pytest.raises(DeviceError, match="the disk is full"):
            colour.do("save-preset", "my-own")
    assert {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()} == before
    assert colour.do("save-preset", "my-own") == "saved as my-own"


def test_a_preset_whose_file_goes_away_can_be_called_on(colour: Colour, tmp_path: Path) -> None:
    (tmp_path / "presets" / "loud.toml").unlink()
    call(colour, "soft")
    call(colour, "loud")
    assert stands(colour) == 3.0


def test_a_preset_that_was_never_read_and_has_no_file_is_refused_in_words(colour: Colour, tmp_path: Path) -> None:
    (tmp_path / "presets" / "soft.toml").unlink()
    with pytest.raises(ShowError, match="the file is not there"):
        colour.do("preset", "soft")
    assert stands(colour) == 3.0
