"""What a musician gets wrong is named, with what to do; exit code 2, nothing half-written, no traceback.

Each is done to a show that was right, and told by the command; once, and where the disk is full, in a process of its own.
"""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.commands.conftest import LiveRig
from tests.show.conftest import beats_text, make_show, write_sound


def everything(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def rewrite(file: str, old: str, new: str) -> Callable[[Path], object]:
    def slip(song: Path) -> None:
        text = (song / file).read_text()
        assert old in text
        (song / file).write_text(text.replace(old, new, 1))

    return slip


def replace_beats(text: str) -> Callable[[Path], object]:
    return lambda song: (song / "beats.csv").write_text(text)


def preset(effects: str) -> Callable[[Path], object]:
    def slip(song: Path) -> None:
        folder = song.parents[1] / "presets"
        folder.mkdir()
        (folder / "dark.toml").write_text(f'title = "Dark"\n\n{effects}')

    return slip


def cut_in_half(song: Path) -> None:
    whole = (song / "horns.wav").read_bytes()
    (song / "horns.wav").write_bytes(whole[: len(whole) // 2])


def cut_both_stems(song: Path) -> None:
    for name in ("bass.wav", "horns.wav"):
        write_sound(song / name, length_s=9.0)


# What goes wrong in the song's folder, and what must be said of it.
SLIPS: dict[str, tuple[Callable[[Path], object], str]] = {
    "a stem that is not there": (
        lambda song: (song / "horns.wav").rename(song / "horn.wav"),
        'songs/caravan/song.toml:11 stems.2.file: "horns.wav" is not there. Change it to "horn.wav", the nearest there is.',
    ),
    "an empty stem": (
        lambda song: (song / "horns.wav").write_bytes(b""),
        'songs/caravan/song.toml:11 stems.2.file: "horns.wav": it is empty: 0 bytes. Export it again',
    ),
    "a truncated stem": (cut_in_half, 'stems.2.file: "horns.wav": it is cut short: its header says 272000 bytes of sound, and'),
    "a stem of the wrong length": (
        lambda song: write_sound(song / "horns.wav", length_s=16.0),
        '"horns.wav" ends at 0:16.0, 1.0 s before "bass.wav". Export all stems with one start and one end',
    ),
    "a stem that is a text": (
        lambda song: (song / "horns.wav").write_text("la la la"),
        '"horns.wav": it is not a sound file that can be read. Export it as WAV, FLAC, Ogg or MP3.',
    ),
    "a beat map that goes backwards": (
        rewrite("beats.csv", "2.250,1", "0.250,1"),
        "songs/caravan/beats.csv:6 time_s: the beat map goes backwards, from 1.75 s to 0.25 s. Put the beats in the order",
    ),
    "a beat map of one beat": (
        replace_beats("time_s,beat_in_bar\n0.5,1\n"),
        "songs/caravan/beats.csv:2: the beat map has one beat. Write two beats at least, better all of them.",
    ),
    "a beat map that runs past the stems": (cut_both_stems, 'the beat map goes on to 0:15.8, and "bass.wav" ends at 0:09.0.'),
    "a beat map of another meter": (
        replace_beats(beats_text(bars=10, beats_per_bar=3)),
        'song.toml:3 meter: the meter is 4/4, and most bars of the beat map have 3 beats. Change it to "3/4"',
    ),
    "a beat map that is not there": (
        lambda song: (song / "beats.csv").unlink(),
        'songs/caravan/song.toml:1 beats: "beats.csv" is not there. Copy beats.csv into caravan.',
    ),
    "a misspelt key": (
        rewrite("song.toml", "tempo_bpm", "tempo_bmp"),
        'songs/caravan/song.toml:2 tempo_bmp: there is no such key. Change it to "tempo_bpm", the nearest there is.',
    ),
    "a line that is not TOML": (
        rewrite("song.toml", 'title = "Caravan"', "title = Caravan"),
        'song.toml:1: `title = Caravan` cannot be read: invalid value. Put the text in quotes: title = "Caravan".',
    ),
    "a stem with a name that no file has": (
        rewrite("song.toml", "horns.wav", "ホ" * 90 + ".wav"),
        'ホ.wav" is not there. Copy ホ',
    ),
    "a stem with a zero in its name": (rewrite("song.toml", "horns.wav", "ho\\u0000rns.wav"), 'Change it to "horns.wav"'),
    "a beat map with a name that no file has": (
        rewrite("song.toml", 'meter = "4/4"', f'beats = "{"ビ" * 90}.csv"'),
        "song.toml:3 beats: ",
    ),
    "a limit of tempo with too many zeros": (
        rewrite("song.toml", 'meter = "4/4"', f"slowest_bpm = 1{'0' * 400}\nfastest_bpm = 100"),
        "song.toml:3 slowest_bpm: 10000",
    ),
    "a song without its song.toml": (
        lambda song: (song / "song.toml").unlink(),
        "songs/caravan/song.toml: the file is not there. Put song.toml into caravan.",
    ),
    "a preset with an unknown effect": (
        preset('[[effects]]\ntype = "Reverbb"\n'),
        'presets/dark.toml:4 effects.1.type: There is no effect Reverbb. Change it to "Reverb", the nearest there is.',
    ),
    "a preset with a parameter out of its range": (
        preset('[[effects]]\ntype = "Reverb"\nroom_size = 7.0\n'),
        "presets/dark.toml:5 effects.1.room_size: Reverb room_size must be from 0 to 1, and is 7.0.",
    ),
}


@pytest.mark.parametrize("name", SLIPS)
def test_check_names_it_and_says_what_to_do(live_rig: LiveRig, tmp_path: Path, name: str) -> None:
    slip, said = SLIPS[name]
    show = make_show(tmp_path / "friday")
    slip(show / "songs" / "caravan")
    before = everything(tmp_path)
    checked = live_rig("check", show)
    assert (checked.code, checked.out) == (2, "")
    assert said in checked.said
    assert checked.said.startswith(f"live-rig check: one fault in {show}\n")
    assert everything(tmp_path) == before


def test_a_process_says_the_same_without_a_traceback(live_rig_process: LiveRig, live_rig: LiveRig, tmp_path: Path) -> None:
    show = make_show(tmp_path / "friday")
    cut_in_half(show / "songs" / "caravan")
    assert live_rig_process("check", show) == live_rig("check", show)


def test_a_show_that_is_right_is_said_to_be(live_rig: LiveRig, tmp_path: Path) -> None:
    checked = live_rig("check", make_show(tmp_path / "friday"))
    assert (checked.code, checked.said) == (0, "")
    assert "Caravan  8 bars of 4/4, 0:16.2, 120 bpm; sections: head, solo, last hit; stems: bass, horns" in checked.out


def test_a_show_that_is_not_there_is_named(live_rig: LiveRig, tmp_path: Path) -> None:
    checked = live_rig("check", tmp_path / "saturday")
    assert checked.code == 2
    assert "there is no such folder. Check the name, or make a new show: live-rig new" in checked.said


@pytest.fixture
def render(live_rig: LiveRig) -> LiveRig:
    return lambda show, drums, out, *more: live_rig("render", show, "--song", "caravan", "--drums", drums, "--out", out, *more)


@pytest.fixture
def drums(tmp_path: Path) -> Path:
    """Two seconds of noise."""
    write_sound(tmp_path / "drums.wav", length_s=2.0, samplerate_hz=48_000)
    return tmp_path / "drums.wav"


def test_a_faulty_show_is_not_rendered(render: LiveRig, tmp_path: Path, drums: Path) -> None:
    show = make_show(tmp_path / "friday")
    cut_in_half(show / "songs" / "caravan")
    refused = render(show, drums, tmp_path / "out")
    assert (refused.code, refused.out) == (2, "")
    assert 'stems.2.file: "horns.wav": it is cut short' in refused.said
    assert not (tmp_path / "out").exists()


# What is written into drums.wav, and what must be said of it.
DRUMS: dict[str, tuple[Callable[[Path], object], str]] = {
    "not there": (Path.unlink, "There is no drum recording"),
    "no sound": (lambda file: file.write_text("la la la"), "Give a WAV, FLAC, Ogg or MP3 file."),
    "of 0 frames": (lambda file: soundfile.write(file, np.zeros(0), 48_000), "is empty"),
    "of NaN": (
        lambda file: soundfile.write(file, np.full(48_000, np.nan), 48_000, subtype="FLOAT"),
        "samples that are no numbers",
    ),
    "of 8 kHz": (lambda file: soundfile.write(file, np.zeros(8_000), 8_000), "8000 Hz"),
}


@pytest.mark.parametrize("name", DRUMS)
def test_drums_that_cannot_be_followed_are_named(render: LiveRig, tmp_path: Path, drums: Path, name: str) -> None:
    spoil, said = DRUMS[name]
    spoil(drums)
    refused = render(make_show(tmp_path / "friday"), drums, tmp_path / "out")
    assert (refused.code, refused.out) == (2, "")
    assert said in refused.said
    assert "drums.wav" in refused.said
    assert not (tmp_path / "out").exists()


def test_a_folder_for_the_drums_or_the_script_is_said_to_be_one(render: LiveRig, tmp_path: Path, drums: Path) -> None:
    show = make_show(tmp_path / "friday")
    assert f"friday is a folder ({show}). Give the recording in it." in render(show, show, tmp_path / "out").said
    said = render(show, drums, tmp_path / "out", "--script", show).said
    assert f"The script cannot be read: it is a folder ({show}). Give a CSV file" in said


def test_sound_that_says_nothing_of_itself_is_no_sound(live_rig: LiveRig, render: LiveRig, tmp_path: Path) -> None:
    show, raw = make_show(tmp_path / "friday"), tmp_path / "drums.raw"
    raw.write_bytes(bytes(96_000))
    assert "drums.raw is no sound" in render(show, raw, tmp_path / "out").said
    assert "This is no recording that can be read" in live_rig("follow", raw).said
    added = live_rig("add-song", show, "--id", "new", "--title", "New", "--stem", f"drums={raw}", "--tempo", "120")
    assert (added.code, added.out) == (2, "")
    assert "it is not a sound file that can be read" in added.said


def test_a_script_with_a_slip_is_named_with_its_line(render: LiveRig, tmp_path: Path, drums: Path) -> None:
    (tmp_path / "script.csv").write_text("time_s,command,value\n0.5,start,\n1.0,bandin,\n")
    refused = render(make_show(tmp_path / "friday"), drums, tmp_path / "out", "--script", tmp_path / "script.csv")
    assert refused.code == 2
    assert 'there is no command "bandin"' in refused.said
    assert "script.csv:3" in refused.said
    assert 'Change it to "band-in", the nearest there is.' in refused.said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--song", "carvan"), "carvan"),
        (("--preset", "dubb"), "dubb"),
        (("--block", "7"), "16 to 1024"),
        (("--samplerate", "8000"), "44100"),
    ],
)
def test_what_render_cannot_do_is_told_so(
    render: LiveRig, tmp_path: Path, drums: Path, words: tuple[str, str], said: str
) -> None:
    refused = render(make_show(tmp_path / "friday"), drums, tmp_path / "out", *words)
    assert (refused.code, refused.out) == (2, "")
    assert said in refused.said
    assert not (tmp_path / "out").exists()


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    """The folder of a disk of half a megabyte. It takes root to make one, so elsewhere the test is not run."""
    disk = tmp_path / "disk"
    disk.mkdir()
    try:
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", disk], capture_output=True, text=True)
    except OSError as error:
        pytest.skip(f"no disk can be made here: {error}")
    if mounted.returncode:
        pytest.skip(f"no disk can be made here: {mounted.stderr.strip()}")
    yield disk
    subprocess.run(["umount", disk], check=True)


def test_on_a_disk_that_is_full_nothing_is_half_written(live_rig_process: LiveRig, full_disk: Path, tmp_path: Path) -> None:
    assert live_rig_process("new", full_disk / "friday").code == 0
    soundfile.write(tmp_path / "long.wav", np.zeros(2_000_000), 48_000)
    before = everything(full_disk)
    words = ("--id", "long", "--title", "Long", "--stem", f"bass={tmp_path / 'long.wav'}", "--tempo", "120")
    refused = live_rig_process("add-song", full_disk / "friday", *words)
    assert (refused.code, refused.out) == (2, "")
    assert "the disk is full" in refused.said
    assert "Make room and do it again; nothing was changed." in refused.said
    assert everything(full_disk) == before
    assert sorted(path.name for path in full_disk.rglob("*")) == ["friday", "presets", "show.toml", "songs"]


def test_a_render_onto_a_full_disk_leaves_no_file(render: LiveRig, full_disk: Path, tmp_path: Path, drums: Path) -> None:
    refused = render(make_show(tmp_path / "friday"), drums, full_disk / "out")
    assert (refused.code, refused.out) == (2, "")
    assert "could not be written" in refused.said
    assert "Make room there, or choose another folder." in refused.said
    assert everything(full_disk) == {}
