"""What is in a show, at a glance."""

from pathlib import Path

from tests.commands.conftest import LiveRig
from tests.show.conftest import make_show


def test_a_show_without_songs_is_no_fault(live_rig: LiveRig) -> None:
    live_rig("new", "friday")
    checked = live_rig("check", "friday")
    assert checked.code == 0
    assert checked.out.startswith("friday: no songs yet")
    assert checked.out.endswith("No faults.\n")


def test_a_show_may_be_named_by_its_file(live_rig: LiveRig, tmp_path: Path) -> None:
    show = make_show(tmp_path / "friday")
    assert live_rig("check", show / "show.toml") == live_rig("check", show)


def test_a_song_that_nobody_plays_is_mentioned(live_rig: LiveRig, tmp_path: Path) -> None:
    show = make_show(tmp_path / "friday")
    (show / "show.toml").write_text('title = "Friday"\n')
    checked = live_rig("check", show)
    assert checked.code == 0
    assert "not in the set: caravan" in checked.out


def test_the_presets_that_can_be_called_are_listed(live_rig: LiveRig, tmp_path: Path) -> None:
    show = make_show(tmp_path / "friday")
    (show / "presets").mkdir()
    (show / "presets" / "dark-room.toml").write_text('title = "Dark room"\n')
    (presets,) = [line for line in live_rig("check", show).out.splitlines() if "presets:" in line]
    assert "dark-room" in presets
    assert "tight-studio" in presets


def test_what_a_preset_lacks_on_this_machine_is_mentioned_and_is_no_fault(live_rig: LiveRig, tmp_path: Path) -> None:
    show = make_show(tmp_path / "friday")
    (show / "presets").mkdir()
    plugin = '[[effects]]\ntype = "VST3"\npath = "/nowhere/Big.vst3"\n'
    hall = '[[effects]]\ntype = "Convolution"\nimpulse_response_filename = "hall.wav"\n'
    (show / "presets" / "hall.toml").write_text(f'title = "Hall"\n{plugin}{hall}')
    checked = live_rig("check", show)
    assert checked.code == 0
    assert f"  hall plays without /nowhere/Big.vst3, {show / 'presets' / 'hall.wav'}: not on this machine\n" in checked.out


def test_many_faults_are_one_line_each(live_rig: LiveRig, tmp_path: Path) -> None:
    show = make_show(tmp_path / "friday")
    (show / "show.toml").write_text('titel = "Friday"\nsongs = ["caravan", "carvan"]\n[pedals]\n"cc:1" = "tkae"\n')
    checked = live_rig("check", show)
    assert checked.code == 2
    assert checked.said.splitlines() == [
        f"live-rig check: 3 faults in {show}",
        'show.toml:1 titel: there is no such key. Change it to "title", the nearest there is.',
        'show.toml:2 songs.2: there is no song "carvan" in songs/. Change it to "caravan", the nearest there is.',
        'show.toml:4 pedals.cc:1: there is no command "tkae". Change it to "take", the nearest there is.',
    ]
