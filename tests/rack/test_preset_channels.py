"""Presets with strips, groups, sends, macros and snapshots, as they are written, and what is said about mistakes."""

import os
from pathlib import Path

import pytest

from live_rig.errors import ShowError
from live_rig.rack.knobs import knobs_of, written_values
from live_rig.rack.preset_reader import preset_faults, read_preset
from live_rig.show.store import read_show
from tests.show.conftest import make_show

KIT = """title = "Kit"

[strips.kick]
inputs = [1]
to = "shells"
gain_db = 1.5
[[strips.kick.effects]]
type = "Compressor"

[strips.snare]
inputs = [2, 3]
sends = { plate = -9.0 }
gate = { key = "kick", threshold_db = -34.0 }

[sends.plate]
[[sends.plate.effects]]
type = "Reverb"

[groups.shells]
to = "all"
[groups.all]

[macros.crush]
says = "harder"
at = 0.5
[[macros.crush.moves]]
knob = "kick.Compressor.threshold_db"
from = 0
to = -40

[snapshots.chorus]
"snare.gain_db" = 2.0
crush = 1.0
"""


def written(folder: Path, text: str, name: str = "kit") -> Path:
    file = folder / f"{name}.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_channels_are_read_in_the_order_in_which_they_are_mixed(tmp_path: Path) -> None:
    kit = read_preset(written(tmp_path, KIT))
    names = [channel.name for channel in kit.channels]
    assert names[:2] == ["kick", "snare"]
    assert names.index("shells") < names.index("all")
    kick, snare = kit.channels[:2]
    assert (kick.inputs, kick.to, kick.number("gain_db"), kick.effects[0].type) == ((1,), "shells", 1.5, "Compressor")
    assert snare.gate is not None
    assert (snare.sends, snare.gate.key, snare.gate.values) == ({"plate": -9.0}, "kick", {"threshold_db": -34.0})
    assert written_values(kit)["kick.Compressor.threshold_db"] == -20.0  # its macro stands in the middle
    assert kit.snapshots == {"chorus": {"snare.gain_db": 2.0, "crush": 1.0}}


def test_a_preset_on_a_base_says_only_what_is_otherwise(tmp_path: Path) -> None:
    written(tmp_path, KIT)
    text = 'title = "Dry"\nbased_on = "kit"\n[strips.kick]\ngain_db = -3.0\n[strips.hat]\ninputs = [4]\n'
    text += '[start]\n"snare.pan" = 0.5\n'
    dry = read_preset(written(tmp_path, text, "dry"))
    kick = next(channel for channel in dry.channels if channel.name == "kick")
    assert (kick.number("gain_db"), kick.to, kick.effects[0].type) == (-3.0, "shells", "Compressor")
    assert [channel.name for channel in dry.channels if channel.kind == "strip"] == ["kick", "snare", "hat"]
    assert written_values(dry)["snare.pan"] == 0.5


def test_a_bases_files_lie_beside_the_base(tmp_path: Path) -> None:
    (tmp_path / "presets").mkdir()
    text = 'title = "Base"\n[[effects]]\ntype = "VST3"\npath = "Mine.vst3"\nstate = "mine.vstpreset"\n'
    written(tmp_path, text, "base")
    child = read_preset(written(tmp_path, 'title = "Child"\nbased_on = "base"\n', "child"))
    assert (child.effects[0].path, child.effects[0].state) == (tmp_path / "Mine.vst3", tmp_path / "mine.vstpreset")


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ('to = "shells"', 'to = "shels"', 'There is no group shels (FILE:5 strips.kick.to). Change it to "shells"'),
        ("plate = -9.0", "plat = -9.0", 'There is no send plat (FILE:12 strips.snare.sends.plat). Change it to "plate"'),
        ('key = "kick"', 'key = "kik"', "There is no strip kik (FILE:13 strips.snare.gate.key)"),
        ("threshold_db = -34.0", "treshold_db = -34.0", "A gate has no treshold_db (FILE:13 strips.snare.gate.treshold_db)"),
        ("gain_db = 1.5", "gain_db = 99.0", "gain_db must be from -60 to 24, and is 99.0 (FILE:6 strips.kick.gain_db)"),
        ("gain_db = 1.5", "gian_db = 1.5", 'A strip has no gian_db (FILE:6 strips.kick.gian_db). Change it to "gain_db"'),
        ("inputs = [1]", "inputs = [0]", "inputs must be a list of numbers from 1 to 32 (FILE:4 strips.kick.inputs)"),
        ("inputs = [1]\n", "", "The strip kick has no inputs"),
        ("inputs = [1]", "inputs = []", "The strip kick has no inputs (FILE:4 strips.kick.inputs). Write inputs = [1]"),
        ("inputs = [1]", "inputs = [64]", "inputs must be a list of numbers from 1 to 32"),
        ("inputs = [1]", "inputs = [2, 2]", "The strip kick takes an input twice (FILE:4 strips.kick.inputs)"),
        ("[groups.all]", '[groups.all]\nto = "shells"', "shells and all feed themselves"),
        ("[groups.all]", "[groups.all]\nsends = { all = 0.0 }", "all feeds itself. Let it go to the master"),
        ("[groups.all]", "[groups.snare]", "snare cannot be called so: another channel has that name"),
        ("[groups.all]", "[groups.master]", "master cannot be called so"),
        ('"kick.Compressor.threshold_db"', '"kick.Compresor.threshold_db"', "There is no knob kick.Compresor.threshold_db"),
        ("to = -40", "to = -400", "kick.Compressor.threshold_db to must be from -100 to 0, and is -400"),
        ('title = "Kit"', 'title = "  "', "The preset has no title (FILE:1 title)"),
        ("[sends.plate]", '[sends.""]', "A send has no name (FILE:15 sends.)"),
        ("[macros.crush]", '[macros."kick.gain_db"]', "kick.gain_db is a knob already (FILE:23 macros.kick.gain_db)"),
        (
            'knob = "kick.Compressor.threshold_db"',
            'knob = "kick.mute"',
            "kick.mute is on or off, and no macro can move it (FILE:27 macros.crush.moves.1.knob)",
        ),
        ("from = 0\n", "", "The move of kick.Compressor.threshold_db has no from (FILE:26 macros.crush.moves.1)"),
        ("gain_db = 1.5", "gain_db = 1,5", "Write the number with a point: gain_db = 1.5"),
        ("{ plate = -9.0 }", "{ plate = -9,5 }", "Write the number with a point: plate = -9.5"),
        ("gain_db = 1.5", "gain_db = 1.5 dB", "Write the number alone, in the unit that its name ends with"),
        ("gain_db = 1.5", "gain_db = 50%", "Write the number alone, in the unit that its name ends with"),
        ("gain_db = 1.5", f"gain_db = {'9' * 5000}", "its number is too long"),
        ('title = "Kit"', "title = “Kit”", "Write straight quotes"),
        ('title = "Kit"', 'title\u00a0= "Kit"', "Write its blanks anew: one of them is a sign that cannot be seen"),
        (
            'title = "Kit"',
            'title = "Kit"\n' + "".join(f"[groups.g{n}]\n" for n in range(70)),
            "75 strips, groups and sends are too many",
        ),
        ('type = "Reverb"', "\n[[sends.plate.effects]]\n".join(['type = "Reverb"'] * 70), "70 effects in a row are too many"),
        ("[strips.kick]", f"[strips.{'k' * 61}]", "cannot be called so: 60 letters are the most"),
        (
            'type = "Reverb"',
            'type = "VST3"\npath = "x.vst3"\nparameters = { size = inf }',
            "size must be from -1e+09 to 1e+09, and is inf",
        ),
        (
            'type = "Reverb"',
            f'type = "VST3"\npath = "x.vst3"\nparameters = {{ size = 1{"0" * 400} }}',
            "size must be from -1e+09 to 1e+09, and is 1000",
        ),
        (
            'type = "Reverb"',
            f'type = "VST3"\npath = "{"x" * 300}.vst3"',
            "No file has so long a name (FILE:18 sends.plate.effects.1.path)",
        ),
        ("at = 0.5", "at = 2", "at of crush must be from 0 to 1, and is 2"),
        ("crush = 1.0", "crsh = 1.0", 'There is no knob crsh (FILE:33 snapshots.chorus.crsh). Change it to "crush"'),
        ('"snare.gain_db" = 2.0', '"snare.gain_db" = 200', "snare.gain_db must be from -60 to 24, and is 200"),
        ('title = "Kit"', 'title = "Kit"\nbased_on = "kit"', "kit is based on kit: it goes round in a circle"),
        (
            'title = "Kit"',
            'title = "Kit"\nbased_on = "lo-fy"',
            'There is no preset lo-fy (FILE:2 based_on). Change it to "lo-fi"',
        ),
    ],
)
def test_a_mistake_is_named_with_the_nearest_right_word(tmp_path: Path, right: str, wrong: str, said: str) -> None:
    assert right in KIT
    file = written(tmp_path, KIT.replace(right, wrong, 1))
    with pytest.raises(ShowError) as caught:
        read_preset(file)
    faults = [str(caught.value), *(str(fault) for fault in preset_faults(file, str(file)))]
    assert any(said.replace("FILE", str(file)) in fault for fault in faults), faults


def test_a_mistake_in_a_base_is_named_where_it_is_written(tmp_path: Path) -> None:
    base = written(tmp_path, KIT.replace("gain_db = 1.5", "gain_db = 99"))
    child = written(tmp_path, 'title = "Child"\nbased_on = "kit"\n[strips.kick]\npan = 7\n', "child")
    assert [str(fault).partition(": ")[0] for fault in preset_faults(child, "presets/child.toml")] == [
        "presets/child.toml:4 strips.kick.pan",
        "presets/kit.toml:6 strips.kick.gain_db",
    ]
    assert base.exists()


def test_a_base_that_is_missing_is_not_to_be_the_preset_itself(tmp_path: Path) -> None:
    (fault,) = preset_faults(written(tmp_path, 'title = "A"\nbased_on = "kit-a"\n', "kit-b"), "kit-b.toml")
    assert "There is no preset kit-a. Use one of arena, " in str(fault)
    assert "kit-b" not in fault.do


@pytest.mark.parametrize("ends", ["\r\n", "\r"], ids=["Windows", "an old Mac"])
def test_any_ends_of_lines_and_a_mark_before_the_first_are_read(tmp_path: Path, ends: str) -> None:
    file = tmp_path / "kit.toml"
    file.write_bytes(("\ufeff" + KIT.replace("gain_db = 1.5", "gain_db = 99")).replace("\n", ends).encode())
    (fault,) = preset_faults(file, "kit.toml")
    assert fault.where == "kit.toml:6 strips.kick.gain_db"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (KIT.encode("utf-16"), "it is not UTF-8 text. Save it as UTF-8"),
        (KIT.encode("utf-16-le"), "cannot be read: "),
        (KIT.encode("utf-8").replace(b"Kit", b"K\xffit"), "kit.toml:1: it is not UTF-8 text"),
        (b"#" * 3_000_000, "it is longer than 2 MB, and cannot be meant"),
        (b"\0" * 1000, "cannot be read: "),
    ],
    ids=["UTF-16", "UTF-16 without a mark", "Latin-1", "huge", "zeros"],
)
def test_what_is_no_preset_is_one_fault(tmp_path: Path, content: bytes, said: str) -> None:
    file = tmp_path / "kit.toml"
    file.write_bytes(content)
    (fault,) = preset_faults(file, "kit.toml")
    assert said in str(fault)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="a POSIX pipe")
def test_a_pipe_a_folder_and_a_link_to_itself_are_no_presets(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.toml")
    (tmp_path / "folder.toml").mkdir()
    (tmp_path / "loop.toml").symlink_to(tmp_path / "loop.toml")
    for name, said in (("pipe", "it is no file"), ("folder", "it is a folder"), ("loop", "it cannot be read")):
        (fault,) = preset_faults(tmp_path / f"{name}.toml", f"{name}.toml")
        assert said in fault.what


def test_hidden_files_beside_presets_are_left_in_peace(tmp_path: Path) -> None:
    """A Mac writes one beside each file on a stick."""
    show = make_show(tmp_path / "friday")
    (show / "presets").mkdir()
    written(show / "presets", KIT)
    (show / "presets" / "._kit.toml").write_bytes(b"\0\5\x16\7Mac OS X\xff")
    assert "kit" in read_show(show).presets
    assert "._kit" not in read_show(show).presets


def test_presets_that_stand_on_each_other_without_an_end_are_refused(tmp_path: Path) -> None:
    for number in range(2000):
        (tmp_path / f"p{number}.toml").write_text(f'title = "P"\nbased_on = "p{number + 1}"\n')
    (fault,) = preset_faults(tmp_path / "p0.toml", "p0.toml")
    assert "more than 32 presets stand on each other" in str(fault)
    assert len(preset_faults(tmp_path / "p1990.toml", "p1990.toml")) == 1  # p2000 is not there


def test_a_plugins_switch_stands_on_or_off_in_a_snapshot_as_any_switch_does(tmp_path: Path) -> None:
    page = tmp_path / "far.toml"
    plugin = '[[effects]]\ntype = "VST3"\npath = "Far.vst3"\nparameters = { bypass = true, gain = 0.5 }\n'
    page.write_text(
        f'title = "Far"\n{plugin}[snapshots]\nwet = {{ "master.Far.bypass" = false }}\ndry = {{ "master.Far.bypass" = 1 }}\n'
    )
    far = read_preset(page)
    assert far.snapshots == {"wet": {"master.Far.bypass": 0.0}, "dry": {"master.Far.bypass": 1.0}}
    assert {name: kind.kind for name, kind in knobs_of(far).items() if "Far" in name} == {
        "master.Far.bypass": bool,
        "master.Far.gain": float,
    }
