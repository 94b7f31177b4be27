"""What is in a show, at a glance."""

import shutil
from pathlib import Path

import pytest

from tests.commands.conftest import LiveRig
from tests.show.conftest import SONG, make_show, write_sound


def test_a_show_without_songs_is_no_fault(live_rig: LiveRig) -> None:
    live_rig("new", "friday")
    checked = live_rig("check", "friday")
    assert checked.code == 0
    assert checked.out.startswith("friday: no songs yet")
    assert checked.out.endswith("No faults.\n")


def test_a_show_may_be_named_by_its_file(live_rig: LiveRig, tmp_path: Path) -> None:
    show = make_show(tmp_path / "friday")
    assert live_rig("check", show / "show.toml") == live_rig("check", show)


def test_one_long_title_leaves_the_lines_of_the_others_short(live_rig: LiveRig, tmp_path: Path) -> None:
    show = make_show(tmp_path / "friday")
    shutil.copytree(show / "songs" / "caravan", show / "songs" / "long")
    title = "A title of a hundred letters " * 4
    (show / "songs" / "long" / "song.toml").write_text(SONG.replace('title = "Caravan"', f'title = "{title}"'))
    (show / "show.toml").write_text('title = "Friday"\nsongs = ["caravan", "long"]\n')
    short, long = live_rig("check", show).out.splitlines()[1:3]
    assert "8 bars of 4/4" in short[:60]
    assert title in long


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


def test_what_cannot_be_carried_to_windows_is_mentioned_and_is_no_fault(live_rig: LiveRig, tmp_path: Path) -> None:
    show = make_show(tmp_path / "friday")
    (show / "presets").mkdir()
    (show / "presets" / "aux.toml").write_text('title = "Aux"\n')
    (show / "presets" / ".aux").write_text("")
    checked = live_rig("check", show)
    assert checked.code == 0
    assert "  presets/aux.toml cannot be carried to every system: Windows keeps that name for itself\n" in checked.out
    assert ".aux" not in checked.out


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


@pytest.mark.parametrize(
    ("for_song", "for_solo", "doubts"),
    [
        ("", "", []),
        ("slowest_bpm = 120\nfastest_bpm = 120", "", []),
        ("slowest_bpm = 140", "", ["2 tempo_bpm: the tempo is 120, and the song is to be no slower than 140"]),
        ("fastest_bpm = 100", "", ["2 tempo_bpm: the tempo is 120, and the song is to be no faster than 100"]),
        (
            "",
            "fastest_bpm = 96",
            ['24 sections.2.fastest_bpm: the recording goes at 120 in "solo", which is to be no faster than 96'],
        ),
        ("slowest_bpm = 140", "slowest_bpm = 100", ["2 tempo_bpm: the tempo is 120, and the song is to be no slower than 140"]),
        (
            "fastest_bpm = 160\ntempo_curve = [{ bar = 6, bpm = 170 }, { bar = 1, bpm = 120 }]",
            "",
            ['5 tempo_curve.1.bpm: the tempo curve is at 170 in bar 6, and "solo" is to be no faster than 160'],
        ),
        (
            "tempo_curve = [{ bar = 1, bpm = 120 }, { bar = 8, bpm = 190 }]",
            "fastest_bpm = 165",
            ['24 sections.2.fastest_bpm: the tempo curve gets to 180 in "solo", which is to be no faster than 165'],
        ),
        ("fastest_bpm = 160\ntempo_curve = [{ bar = 1, bpm = 120 }, { bar = 8, bpm = 160 }]", "slowest_bpm = 100", []),
    ],
)
def test_a_tempo_outside_the_songs_own_limits_is_mentioned_and_is_no_fault(
    live_rig: LiveRig, tmp_path: Path, for_song: str, for_solo: str, doubts: list[str]
) -> None:
    show = make_show(tmp_path / "friday")
    written = SONG.replace('meter = "4/4"', f'meter = "4/4"\n{for_song}').replace("vamp = true", f"vamp = true\n{for_solo}")
    (show / "songs" / "caravan" / "song.toml").write_text(written)
    checked = live_rig("check", show)
    assert checked.code == 0
    said = [line.strip() for line in checked.out.splitlines() if "song.toml:" in line]
    assert [line.partition(". Change one of the two, or the band holds at ")[0] for line in said] == [
        f"songs/caravan/song.toml:{doubt}" for doubt in doubts
    ]


def test_a_recording_that_leaves_the_limits_is_mentioned(live_rig: LiveRig, tmp_path: Path) -> None:
    """Its last two bars go at 80."""
    show = make_show(tmp_path / "friday")
    song = show / "songs" / "caravan"
    (song / "song.toml").write_text(SONG.replace('meter = "4/4"', 'meter = "4/4"\nslowest_bpm = 100'))
    times_s = [0.25 + 0.5 * min(beat, 24) + 0.75 * max(0, beat - 24) for beat in range(32)]
    rows = [f"{time_s:.3f},{beat % 4 + 1}" for beat, time_s in enumerate(times_s)]
    (song / "beats.csv").write_text("\n".join(["time_s,beat_in_bar", *rows]) + "\n")
    for stem in ("bass.wav", "horns.wav"):
        write_sound(song / stem, 19.0)
    assert (
        'song.toml:4 slowest_bpm: the recording goes at 80 in "last hit", which is to be no slower than 100'
        in live_rig("check", show).out
    )


@pytest.mark.parametrize(("name", "is_doubted"), [("solo", False), ("Solo", True), ("soloo", True), ("quiet", False)])
def test_a_snapshot_that_is_nearly_called_like_a_part_is_mentioned_and_is_no_fault(
    live_rig: LiveRig, tmp_path: Path, name: str, is_doubted: bool
) -> None:
    show = make_show(tmp_path / "friday")
    (show / "presets").mkdir()
    (show / "presets" / "kit.toml").write_text(f'title = "Kit"\n[snapshots.{name}]\n"master.gain_db" = 2.0\n')
    checked = live_rig("check", show)
    assert checked.code == 0
    doubt = f'presets/kit.toml:2 snapshots.{name}: no part of a song is called "{name}"'
    assert (doubt in checked.out) is is_doubted
    assert ('Change it to "solo" if that was meant.' in checked.out) is is_doubted


@pytest.mark.parametrize(("look_ahead_ms", "is_left_out"), [(0, True), (5, False)])
def test_an_effect_that_will_be_left_out_is_mentioned_at_home(
    live_rig: LiveRig, tmp_path: Path, look_ahead_ms: int, is_left_out: bool
) -> None:
    show = make_show(tmp_path / "friday")
    (show / "show.toml").write_text(f"{(show / 'show.toml').read_text()}\n[audio]\nlook_ahead_ms = {look_ahead_ms}\n")
    (show / "presets").mkdir()
    limiter = '[[effects]]\ntype = "BrickwallLimiter"\n'
    (show / "presets" / "loud.toml").write_text(f'title = "Loud"\n{limiter}')
    checked = live_rig("check", show)
    assert checked.code == 0
    line = "  Loud plays without BrickwallLimiter: it holds the drums back 5.0 ms, and 0.0 ms are allowed"
    assert (line in checked.out) is is_left_out


@pytest.mark.parametrize(
    ("command", "do"),
    [
        ("section sollo", 'Say "solo", the nearest there is'),
        ("mute basss", 'Say "bass", the nearest there is'),
        ("bar 99", "Say 1 to 8"),
        ("curve", "Write a tempo_curve into its song.toml, or say tempo or rit"),
        ("snapshot chorsu", 'Change it to "chorus", the nearest there is'),
        ("knob master.Gain.gain=2", 'Change it to "master.Gain.gain_db", the nearest there is'),
        ("knob master.Gain.gain_db=99", "Turn it less far"),
        ("mix drumer.click=-6", "Say one of: house, drummer"),
        ("key caravn=3", 'Change it to "caravan", the nearest there is'),
        ("talkback on", "Write [talkback] with its input"),
    ],
)
def test_a_pedal_that_nothing_in_the_show_can_answer_is_mentioned_and_is_no_fault(
    live_rig: LiveRig, tmp_path: Path, command: str, do: str
) -> None:
    show = make_show(tmp_path / "friday")
    (show / "presets").mkdir()
    (show / "presets" / "own.toml").write_text(
        'title = "Own"\n[[effects]]\ntype = "Gain"\n[snapshots.chorus]\n"master.Gain.gain_db" = 2.0\n'
    )
    good = ["section solo", "snapshot chorus", "knob master.Gain.gain_db=2", "mix drummer.click=-6", "key caravan=3", "say hi"]
    pedals = "".join(f'"cc:{number}" = "{text}"\n' for number, text in enumerate([*good, command]))
    (show / "show.toml").write_text(f'title = "Friday"\nsongs = ["caravan"]\n[pedals]\n{pedals}')
    checked = live_rig("check", show)
    assert checked.code == 0
    said = [line for line in checked.out.splitlines() if "can answer" in line]
    assert said == [f'  show.toml:{4 + len(good)} pedals.cc:6: nothing in the show can answer "{command}". {do}.']
