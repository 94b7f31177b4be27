"""Stems and a beat map become a song: all of it, or nothing."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from live_rig.show.store import read_show
from tests.commands.conftest import LiveRig

SAMPLERATE_HZ = 8000


@pytest.fixture
def show(live_rig: LiveRig, tmp_path: Path) -> Path:
    assert live_rig("new", tmp_path / "show").code == 0
    return tmp_path / "show"


@pytest.fixture
def music(tmp_path: Path) -> Path:
    """A folder with two stems of 13 s and beats for eight bars of three, at 125 bpm."""
    folder = tmp_path / "my music"
    folder.mkdir()
    for name in ("Bass take 2.WAV", "horns.flac"):
        soundfile.write(folder / name, np.full(13 * SAMPLERATE_HZ, 0.1), SAMPLERATE_HZ)
    rows = [f"{0.5 + n * 0.48},{n % 3 + 1}" for n in range(24)]
    (folder / "beats.csv").write_text("\n".join(["time_s,beat_in_bar", *rows]))
    return folder


def everything(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def asked(music: Path, *more: str | Path) -> list[str | Path]:
    stems = [f"bass={music / 'Bass take 2.WAV'}", f"horns={music / 'horns.flac'}"]
    return ["--id", "waltz", "--title", 'A "Waltz"', "--stem", *stems, "--beats", music / "beats.csv", *more]


def test_the_song_is_there_with_the_tempo_and_the_meter_of_its_beats(live_rig: LiveRig, show: Path, music: Path) -> None:
    added = live_rig("add-song", show, *asked(music))
    assert (added.code, added.said) == (0, "")
    (waltz,) = read_show(show).songs
    assert (waltz.title, waltz.tempo_bpm, waltz.meter, waltz.bars) == ('A "Waltz"', 125, "3/4", 8)
    assert [(stem.name, stem.file) for stem in waltz.stems] == [("bass", "bass.wav"), ("horns", "horns.flac")]
    assert [(each.first_bar, each.length_bars) for each in waltz.sections] == [(1, 8)]
    assert (waltz.folder / "horns.flac").read_bytes() == (music / "horns.flac").read_bytes()


def test_what_is_told_is_taken(live_rig: LiveRig, show: Path, music: Path) -> None:
    told = ("--tempo", "120.5", "--section", "head=1+4", "solo=5+3:vamp", "--section", "hit=8+1:finale")
    assert live_rig("add-song", show, *asked(music, *told)).code == 0
    (waltz,) = read_show(show).songs
    assert waltz.tempo_bpm == 120.5
    assert [(each.name, each.first_bar, each.length_bars, each.is_vamp, each.is_finale) for each in waltz.sections] == [
        ("head", 1, 4, False, False),
        ("solo", 5, 3, True, False),
        ("hit", 8, 1, False, True),
    ]


def test_a_song_recorded_to_a_click_needs_no_beat_map(live_rig: LiveRig, show: Path, music: Path) -> None:
    click = [
        "--id",
        "click",
        "--title",
        "Click",
        "--stem",
        f"bass={music / 'horns.flac'}",
        "--tempo",
        "120",
        "--first-beat",
        "0.75",
    ]
    added = live_rig("add-song", show, *click)
    assert (added.code, added.said) == (0, "")
    (song,) = read_show(show).songs
    assert (song.tempo_bpm, song.meter, song.bars) == (120, "4/4", 7)
    assert list(song.beat_map.time_s) == [0.75 + 0.5 * beat for beat in range(25)]


@pytest.mark.parametrize(
    ("also", "said"),
    [
        ([], "The recording has 8000 samples a second"),  # no drums to look for the beats in
        (["--tempo", "nan"], "--tempo: nan is not a tempo. Give a number from 40 to 400."),
        (["--tempo", "120", "--first-beat", "-1"], "--first-beat: -1 is not a time."),
        (["--tempo", "120", "--first-beat", "60"], "--first-beat: the stems end at 0:13.0, and bar 1 is to start at 60 s."),
        (["--tempo", "120", "--meter", "x"], '--meter: "x" is not a meter.'),
        (["--tempo", "120", "--beats", "b.csv", "--first-beat", "1"], "Leave out either --beats or --first-beat."),
    ],
)
def test_without_a_beat_map_the_click_must_be_known(
    live_rig: LiveRig, show: Path, music: Path, also: list[str], said: str
) -> None:
    refused = live_rig("add-song", show, "--id", "click", "--title", "C", "--stem", f"bass={music / 'horns.flac'}", *also)
    assert refused.code == 2
    assert said in refused.said
    assert sorted(path.name for path in show.rglob("*")) == ["presets", "show.toml", "songs"]


def test_a_song_may_change_its_meter(live_rig: LiveRig, show: Path, music: Path) -> None:
    counts = [*(1, 2, 3, 4) * 3, *range(1, 8), *range(1, 8)]
    lengths_s = [0.5] * 12 + [0.25] * 14
    times_s = np.concatenate([[0.5], 0.5 + np.cumsum(lengths_s)[:-1]])
    rows = [f"{time_s:.3f},{count}" for time_s, count in zip(times_s, counts, strict=True)]
    (music / "beats.csv").write_text("\n".join(["time_s,beat_in_bar", *rows]))
    added = live_rig("add-song", show, *asked(music, "--meters", "4=7/8"))
    assert (added.code, added.said) == (0, "")
    assert "5 bars of 4/4, from bar 4 on 7/8" in added.out
    (song,) = read_show(show).songs
    assert (song.tempo_bpm, [song.beats_in(bar) for bar in range(1, 6)]) == (120, [4, 4, 4, 7, 7])


def test_a_meter_may_be_written_behind_all_that_it_wrote(live_rig: LiveRig, show: Path, music: Path) -> None:
    assert live_rig("add-song", show, *asked(music)).code == 0
    with (show / "songs" / "waltz" / "song.toml").open("a") as sheet:
        sheet.write('\n[[meters]]\nbar = 4\nmeter = "3/4"\n')
    assert [change.bar for change in read_show(show).songs[0].meters] == [4]


def test_a_click_that_changes_its_meter_keeps_its_eighths(live_rig: LiveRig, show: Path, music: Path) -> None:
    words = asked(music)[:-2]
    told = ("--tempo", "120,0", "--first-beat", "0,5", "--meters", "2=7/8", "3=6/8")
    assert live_rig("add-song", show, *words, *told).code == 0
    beat_map = read_show(show).songs[0].beat_map
    assert np.diff(beat_map.time_s)[:13] == pytest.approx([0.5] * 4 + [0.25] * 7 + [0.75] * 2)
    assert list(beat_map.beat_in_bar[:13]) == [1, 2, 3, 4, *range(1, 8), 1, 2]


@pytest.mark.parametrize(("more", "says_so"), [((), True), (("--first-beat", "0"), False)])
def test_where_bar_1_is_taken_to_begin_is_said(
    live_rig: LiveRig, show: Path, music: Path, more: tuple[str, ...], says_so: bool
) -> None:
    added = live_rig("add-song", show, *asked(music)[:-2], "--tempo", "120", *more)
    assert added.code == 0
    assert ("Bar 1 is taken to begin where the stems do" in added.out) == says_so


def test_a_table_in_which_the_comma_is_in_the_numbers_is_read(live_rig: LiveRig, show: Path, music: Path) -> None:
    text = (music / "beats.csv").read_text()
    (music / "beats.csv").write_text(text.replace(",", ";").replace(".", ",").replace("\n", "\r\n"))
    assert live_rig("add-song", show, *asked(music)).code == 0
    assert read_show(show).songs[0].tempo_bpm == 125


def test_names_at_times_are_sections_of_a_song_with_a_click_too(live_rig: LiveRig, show: Path, music: Path) -> None:
    (music / "parts.txt").write_text("0,5\t0,5\tverse\n6.5\t6.5\tchorus\n6.6\t6.6\tsinger\n99\t99\tnowhere\n")
    added = live_rig(
        "add-song", show, *asked(music)[:-2], "--tempo", "120", "--first-beat", "0.5", "--marks", music / "parts.txt"
    )
    assert (added.code, added.said) == (0, "")
    assert [(each.name, each.first_bar) for each in read_show(show).songs[0].sections] == [("verse", 1), ("chorus", 4)]
    assert "Left out: singer (0:06.6), nowhere (1:39.0)" in added.out


def test_a_folder_for_a_stem_is_said_to_be_one(live_rig: LiveRig, show: Path, music: Path) -> None:
    words = ("--id", "waltz", "--title", "Waltz", "--stem", f"all={music}")  # and no beats: it is listened to
    refused = live_rig("add-song", show, *words)
    assert refused.code == 2
    assert f"it is a folder (--stem all={music}). Give each recording in it by itself." in refused.said


def test_the_set_is_one_song_longer_and_every_comment_stays(live_rig: LiveRig, show: Path, music: Path) -> None:
    before = (show / "show.toml").read_text()
    live_rig("add-song", show, *asked(music))
    assert (show / "show.toml").read_text() == before.replace("songs = []", 'songs = ["waltz"]')


def test_a_set_written_line_by_line_keeps_its_lines(live_rig: LiveRig, show: Path, music: Path) -> None:
    live_rig("add-song", show, *asked(music))
    text = (show / "show.toml").read_text()
    (show / "show.toml").write_text(text.replace('songs = ["waltz"]', 'songs = [\n    "waltz",  # first\n]'))
    assert live_rig("add-song", show, *asked(music), "--id", "again").code == 0
    assert '    "waltz",  # first\n' in (show / "show.toml").read_text()
    assert [song.id for song in read_show(show).songs] == ["waltz", "again"]


def test_a_set_without_a_line_for_songs_gets_one(live_rig: LiveRig, show: Path, music: Path) -> None:
    text = (show / "show.toml").read_text()
    (show / "show.toml").write_text(text.replace("songs = []\n", ""))
    assert live_rig("add-song", show, *asked(music)).code == 0
    assert [song.id for song in read_show(show).songs] == ["waltz"]


# What is asked for besides or instead, and what is said.
REFUSED = [
    (["--id", "../waltz"], '"../waltz" is not a song\'s id (--id). Take letters, digits, - and _'),
    (["--stem", "drums=horn.flac"], '--stem drums: "horn.flac" is not there. Check the name and the folder.'),
    (["--stem", "drums"], '"drums" is not a stem (--stem). Write its name, = and its file'),
    (["--stem", "BASS=x.wav"], 'there are two stems "BASS" (--stem)'),
    (["--id", "CON"], '"CON" cannot be a folder: Windows keeps that name for itself (--id). Take another --id.'),
    (["--stem", "a/b=x.wav"], '--stem: "a/b" cannot be a file: a file\'s name has no /. Take a plain word, such as bass.'),
    (["--stem", "Aux=horns.flac"], '--stem: "Aux" cannot be a file: Windows keeps that name for itself. Take a plain word'),
    (["--stem", ".bass=horns.flac"], '--stem: ".bass" cannot be a file: it is hidden. Take a plain word'),
    (["--beats", "nothing.csv"], '--beats: "nothing.csv" is not there.'),
    (["--tempo", "500"], "--tempo: 500 is too large. Write 400 or less."),
    (["--tempo", "inf"], "--tempo: inf is not a number."),
    (["--tempo", "62"], "--tempo: the tempo is 62, and the beat map goes at 125. Change it to 125"),
    (["--meter", "waltz"], '--meter: "waltz" is not a meter. Write it as "4/4", "3/4" or "6/8".'),
    (["--meter", "4/4"], '--meter: the meter is 4/4, and most bars of the beat map have 3 beats. Change it to "3/4"'),
    (["--section", "head"], '"head" is not a section (--section).'),
    (["--section", "head=1+9"], '--section head length_bars: "head" ends with bar 9, and the beat map has 8 bars.'),
    (["--section", "head=1+0"], "--section head length_bars: 0 is too small."),
    (["--ends-early", "horn"], '--ends-early: there is no stem "horn". Change it to "horns", the nearest there is.'),
    (["--meters", "4"], '"4" is no change of meter (--meters). Write the bar, = and the meter from there on, such as 17=7/8.'),
    (["--meters", "200000=7/8"], "--meters: 200000 is too large. Write 100000 or less."),
    (["--meters", "1=4/4"], "--meters: 1 is too small. Write 2 or more."),
    (["--meters", "4=five"], '--meters: "five" is not a meter.'),
    (["--meters", "4=7/8"], "bars 4 to 8 count 1, 2, 3, and the meter is 7/8."),
    (["--meters", "40=3/4"], "--meters: the meter changes at bar 40, and the beat map has 8 bars."),
    (["--stem", *(f"horn{number}=horns.flac" for number in range(15))], "--stem"),
    (["--marks", "nothing.txt"], "it is not there (nothing.txt). Check the name"),
    (["--beats", "nothing.csv", "--marks", "nothing.txt"], "it is not there (nothing.txt)."),
    (
        ["--beats", "my music/horns.flac"],
        "it is a recording, and no beat map. Give it as --drums, and the beats are looked for",
    ),
    (["--beats", "."], '--beats: "." is a folder. Give the file in it.'),
    (["--title", "a\udcff"], '--title: "a�" has letters that cannot be shown.'),
    (["--title", ""], "--title: there is nothing in it."),
]


@pytest.mark.parametrize(("also", "said"), REFUSED, ids=[" ".join(also) for also, _ in REFUSED])
def test_what_cannot_be_a_song_is_refused_and_nothing_changes(
    live_rig: LiveRig, show: Path, music: Path, also: list[str], said: str
) -> None:
    before = everything(show)
    refused = live_rig("add-song", show, *asked(music, *also))
    assert (refused.code, refused.out) == (2, "")
    assert said in refused.said
    assert everything(show) == before


def test_a_faulty_beat_map_is_named_by_its_own_name_and_line(live_rig: LiveRig, show: Path, music: Path) -> None:
    (music / "beats.csv").write_text("time_s,beat_in_bar\n1.0,1\n0.5,2\n2.0,3\n")
    refused = live_rig("add-song", show, *asked(music))
    assert f"{music / 'beats.csv'}:3 time_s: the beat map goes backwards, from 1 s to 0.5 s." in refused.said


@pytest.mark.parametrize(
    ("beats", "said"),
    [
        (b"time_s,beat_in_bar\n1.0,1\n1.5,2\n2.0,3\n# f\xfcr\n", ":5: it is not UTF-8 text. Save it as UTF-8"),
        (b"time_s,beat_in_bar\n1.0,1\n0.5,2\n2.0,3\n", ":3 time_s: the beat map goes backwards"),
    ],
)
def test_a_faulty_beat_map_is_named_also_where_its_sections_come_from_elsewhere(
    live_rig: LiveRig, show: Path, music: Path, beats: bytes, said: str
) -> None:
    (music / "beats.csv").write_bytes(beats)
    (music / "parts.txt").write_text("0.5\t0.5\tverse\n")
    refused = live_rig("add-song", show, *asked(music, "--marks", music / "parts.txt"))
    assert (refused.code, refused.out) == (2, "")
    assert f"{music / 'beats.csv'}{said}" in refused.said


@pytest.mark.parametrize("counts", [[1, 2, 3, 1, 2, 1, 2, 3, 1, 2, 3], [1, 2, 3, 1, 2, 3, 4, 1, 2, 3, 1, 2, 3]])
def test_a_bar_of_the_wrong_length_is_one_fault(live_rig: LiveRig, show: Path, music: Path, counts: list[int]) -> None:
    rows = [f"{0.5 + n * 0.48},{count}" for n, count in enumerate(counts)]
    (music / "beats.csv").write_text("\n".join(["time_s,beat_in_bar", *rows]))
    refused = live_rig("add-song", show, *asked(music))
    assert "one fault" in refused.said
    assert "bar 2 counts 1, 2" in refused.said


def test_a_song_is_not_replaced(live_rig: LiveRig, show: Path, music: Path) -> None:
    live_rig("add-song", show, *asked(music))
    before = everything(show)
    refused = live_rig("add-song", show, *asked(music))
    assert (refused.code, everything(show)) == (2, before)
    assert 'the show has a song "waltz"' in refused.said


def test_a_show_that_is_not_there_is_named(live_rig: LiveRig, music: Path) -> None:
    refused = live_rig("add-song", "shwo", *asked(music))
    assert refused.code == 2
    assert "there is no such folder. Check the name, or make a new show: live-rig new NAME." in refused.said


# The kernel refuses every byte of a file beyond this many, as a full disk does.
FULL = """
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, ({0}, {0}))
"""


@pytest.mark.parametrize("room_bytes", [0, 1000, 2000, 100_000])
def test_on_a_full_disk_nothing_is_half_written(live_rig_process: LiveRig, show: Path, music: Path, room_bytes: int) -> None:
    pytest.importorskip("resource", reason="limits of a process are a thing of Unix")
    before = everything(show)
    refused = live_rig_process("add-song", show, *asked(music), before=FULL.format(room_bytes))
    assert refused.code == 2
    assert "the disk is full" in refused.said
    assert "Traceback" not in refused.said
    assert everything(show) == before
    assert sorted(path.name for path in show.rglob("*")) == ["presets", "show.toml", "songs"]
