"""A show is read whole, or every fault of it is named."""

import os
import re
import shutil
from pathlib import Path

import pytest

from live_rig.show.faults import ShowFaults
from live_rig.show.store import read_show
from tests.show.conftest import BARS, beats_text, write_sound


def rewrite(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))


def faults_of(show: Path) -> list[str]:
    with pytest.raises(ShowFaults) as caught:
        read_show(show)
    return [str(fault) for fault in caught.value.faults]


@pytest.fixture
def song(show: Path) -> Path:
    return show / "songs" / "caravan"


def test_a_show_is_read_with_all_that_is_written_in_it(show: Path) -> None:
    read = read_show(show)
    (caravan,) = read.songs
    assert (read.title, read.pedals) == ("A Friday", {"cc:64": "take"})
    assert (caravan.id, caravan.title, caravan.tempo_bpm, caravan.beats_per_bar, caravan.bars) == (
        "caravan",
        "Caravan",
        120,
        4,
        BARS,
    )
    assert [(stem.name, stem.gain_db, stem.mute) for stem in caravan.stems] == [("bass", 0, False), ("horns", 0, False)]
    assert [(each.name, each.first_bar, each.last_bar, each.is_vamp, each.is_finale) for each in caravan.sections] == [
        ("head", 1, 4, False, False),
        ("solo", 5, 6, True, False),
        ("last hit", 7, 8, False, True),
    ]
    assert [(cue.bar, cue.say, cue.to) for cue in caravan.cues] == [(4, "watch me", "all")]
    assert (caravan.folder, caravan.ending, caravan.preset) == (show / "songs" / "caravan", "wait", None)


def test_a_song_without_sections_is_one_section(song: Path) -> None:
    text = (song / "song.toml").read_text()
    (song / "song.toml").write_text(text[: text.index("[[sections]]")])
    (whole,) = read_show(song.parent.parent).songs[0].sections
    assert (whole.first_bar, whole.length_bars) == (1, BARS)


def test_cues_are_in_the_order_of_their_bars(show: Path, song: Path) -> None:
    with (song / "song.toml").open("a") as file:
        file.write('[[cues]]\nbar = 2\nsay = "soon"\n')
    assert [cue.say for cue in read_show(show).songs[0].cues] == ["soon", "watch me"]


# What is changed in song.toml, and what is said of it.
SLIPS = [
    (
        '"horns.wav"',
        '"horn.wav"',
        'song.toml:11 stems.2.file: "horn.wav" is not there. Change it to "horns.wav", the nearest there is.',
    ),
    ("tempo_bpm", "tempo_bmp", 'song.toml:2 tempo_bmp: there is no such key. Change it to "tempo_bpm", the nearest there is.'),
    ("120", "900", "song.toml:2 tempo_bpm: 900 is too large. Write 400 or less."),
    ("120", "'fast'", 'song.toml:2 tempo_bpm: "fast" is not a number. Write a number without quotes, such as 120.'),
    ("120", "60", "song.toml:2 tempo_bpm: the tempo is 60, and the beat map goes at 120."),
    ('"4/4"', '"3/4"', 'song.toml:3 meter: the meter is 3/4, and most bars of the beat map have 4 beats. Change it to "4/4"'),
    ('"4/4"', '"four"', 'song.toml:3 meter: "four" is not a meter. Write it as "4/4", "3/4" or "6/8".'),
    ("length_bars = 2\nvamp", "length_bars = 0\nvamp", "song.toml:21 sections.2.length_bars: 0 is too small. Write 1 or more."),
    ("first_bar = 5", "first_bar = 4", '"solo" starts at bar 4 and overlaps "head", which ends with bar 4. Start it at bar 5'),
    (
        "first_bar = 5",
        "first_bar = 6",
        '"solo" starts at bar 6 and leaves a gap after "head", which ends with bar 4. Start it at bar 5',
    ),
    ("first_bar = 1", "first_bar = 2", '"head" is the first section and starts at bar 2. Start it at bar 1'),
    (
        "length_bars = 2\nfinale",
        "length_bars = 5\nfinale",
        '"last hit" ends with bar 11, and the beat map has 8 bars. Shorten it by 3 bars',
    ),
    (
        "length_bars = 2\nfinale",
        "length_bars = 1\nfinale",
        'the last section, "last hit", ends with bar 7, and the beat map has 8 bars.',
    ),
    ("vamp = true", "finale = true", '"solo" is the finale, but "last hit" comes after it.'),
    (
        "bar = 4",
        "bar = 9",
        'song.toml:31 cues.1.bar: "watch me" is cued at bar 9, and the beat map has 8 bars. Write a bar from 1 to 8.',
    ),
    (
        '"4/4"',
        '"4/4"\nending = "seque"',
        '"seque" is not one of wait, segue, count-in. Change it to "segue", the nearest there is.',
    ),
    ('"4/4"', '"4/4"\npreset = "none-such"', 'song.toml:4 preset: there is no preset "none-such".'),
    ('name = "solo"', 'name = "solo"\npreset = "dubb"', 'sections.2.preset: there is no preset "dubb". Change it to "dub"'),
    ("bar = 4", 'bar = 4\npreset = "none-such"', 'cues.1.preset: there is no preset "none-such".'),
    (
        '"4/4"',
        '"4/4"\nbeats = "beat.csv"',
        'song.toml:4 beats: "beat.csv" is not there. Change it to "beats.csv", the nearest there is.',
    ),
    ('name = "horns"', 'name = "bass"', 'there are two stems "bass". Give each its own name.'),
    ('name = "solo"', 'name = "head"', 'there are two sections "head".'),
    ('"bass.wav"', '"../bass.wav"', '"../bass.wav" is outside the song\'s folder.'),
    ('"bass.wav"', '"C:\\\\bass.wav"', "has a drive or a \\ in it."),
    (
        'title = "Caravan"',
        "title = Caravan",
        'song.toml:1: `title = Caravan` cannot be read: invalid value. Put the text in quotes: title = "Caravan".',
    ),
    (
        'title = "Caravan"',
        'title = "Caravan"\ntitle = "B"',
        'song.toml:2: `title = "B"` cannot be read: cannot overwrite a value.',
    ),
    ('title = "Caravan"', 'title = "Caravan', 'Add the " that is missing.'),
    ("tempo_bpm = 120", "tempo_bpm = 120,5", "Write the number with a point: tempo_bpm = 120.5."),
    ('title = "Caravan"\n', "", "song.toml:1 title: it is missing. Add title = …."),
]


@pytest.mark.parametrize(("old", "new", "said"), SLIPS, ids=[said[-40:] for *_, said in SLIPS])
def test_a_slip_in_a_song_is_named_with_its_line_its_key_and_what_to_do(
    show: Path, song: Path, old: str, new: str, said: str
) -> None:
    rewrite(song / "song.toml", old, new)
    (fault,) = faults_of(show)
    assert said in fault
    assert fault.startswith("songs/caravan/")


def test_every_fault_is_listed_at_once(show: Path, song: Path) -> None:
    rewrite(show / "show.toml", '"take"', '"tak"')
    rewrite(song / "song.toml", "120", "500")
    rewrite(song / "song.toml", 'file = "bass.wav"', 'file = "bas.wav"\ngain_db = 90')
    rewrite(song / "song.toml", "first_bar = 5", "first_bar = 6")
    rewrite(song / "song.toml", "bar = 4\nsay", "bar = 400\nsay")
    rewrite(song / "beats.csv", "2.250,1", "2.250,2")
    assert [re.match(r"[^ ]+ ?[\w.:]*", fault)[0].removeprefix("songs/caravan/") for fault in faults_of(show)] == [
        "show.toml:5 pedals.cc:64:",
        "song.toml:2 tempo_bpm:",
        "song.toml:7 stems.1.file:",
        "song.toml:8 stems.1.gain_db:",
        "song.toml:21 sections.2.first_bar:",
        "song.toml:32 cues.1.bar:",
        "beats.csv:6 beat_in_bar:",
    ]


# What is done to a stem, and what is said of it.
def test_a_stem_of_nothing_is_named(show: Path, song: Path) -> None:
    (song / "horns.wav").write_bytes(b"")
    assert '"horns.wav": it is empty: 0 bytes. Export it again' in faults_of(show)[0]


def test_a_stem_with_a_header_and_no_sound_is_named(show: Path, song: Path) -> None:
    write_sound(song / "horns.wav", length_s=0)
    assert "it has a header, and no sound" in faults_of(show)[0]


def test_a_stem_that_is_no_sound_is_named(show: Path, song: Path) -> None:
    (song / "horns.wav").write_text("not a sound at all")
    assert "it is not a sound file that can be read. Export it as WAV, FLAC, Ogg or MP3." in faults_of(show)[0]


@pytest.mark.parametrize("format_", ["wav", "flac", "ogg", "mp3"])
def test_a_stem_cut_short_on_its_way_is_named_in_every_format(show: Path, song: Path, format_: str) -> None:
    rewrite(song / "song.toml", "horns.wav", f"horns.{format_}")
    write_sound(song / f"horns.{format_}", samplerate_hz=16_000)
    read_show(show)
    whole = (song / f"horns.{format_}").read_bytes()
    (song / f"horns.{format_}").write_bytes(whole[: len(whole) // 2])
    (fault,) = faults_of(show)
    assert f'stems.2.file: "horns.{format_}": it is cut short' in fault


def test_a_stem_shorter_than_the_others_is_named_unless_it_is_meant_to_be(show: Path, song: Path) -> None:
    write_sound(song / "horns.wav", length_s=12.0)
    (fault,) = faults_of(show)
    assert '"horns.wav" ends at 0:12.0, 5.0 s before "bass.wav".' in fault
    rewrite(song / "song.toml", '"horns.wav"', '"horns.wav"\nends_early = true')
    assert read_show(show).songs[0].stems[1].ends_early


def test_a_stem_that_starts_later_may_be_shorter_by_as_much(show: Path, song: Path) -> None:
    write_sound(song / "horns.wav", length_s=12.0)
    rewrite(song / "song.toml", '"horns.wav"', '"horns.wav"\noffset_s = 5.0')
    assert read_show(show).songs[0].stems[1].offset_s == 5.0


def test_a_beat_map_that_runs_past_the_stems_is_named(show: Path, song: Path) -> None:
    for name in ("bass.wav", "horns.wav"):
        write_sound(song / name, length_s=10.0)
    (fault,) = faults_of(show)
    assert 'the beat map goes on to 0:15.8, and "bass.wav" ends at 0:10.0.' in fault


def test_a_stem_of_six_channels_is_named(show: Path, song: Path) -> None:
    write_sound(song / "horns.wav", channels=6)
    assert "it has 6 channels. Export it in mono or stereo." in faults_of(show)[0]


def test_in_six_eight_the_beats_are_two(show: Path, song: Path) -> None:
    rewrite(song / "song.toml", '"4/4"', '"6/8"')
    (song / "beats.csv").write_text(beats_text(bars=8, beats_per_bar=2))
    assert read_show(show).songs[0].beats_per_bar == 2


def test_a_beat_map_of_eighths_in_six_eight_is_told_what_to_map(show: Path, song: Path) -> None:
    rewrite(song / "song.toml", '"4/4"', '"6/8"')
    (song / "beats.csv").write_text(beats_text(bars=5, beats_per_bar=6))
    assert "most bars of the beat map have 6 beats. Map the dotted quarters, 2 in a bar." in faults_of(show)[0]


def test_a_setlist_that_names_a_song_wrongly_or_twice_is_told_so(show: Path) -> None:
    rewrite(show / "show.toml", '["caravan"]', '["caravan", "carvan", "caravan", "a/b"]')
    faults = faults_of(show)
    assert 'show.toml:2 songs.2: there is no song "carvan" in songs/. Change it to "caravan", the nearest there is.' in faults
    assert 'show.toml:2 songs.3: "caravan" is in the set twice. Take one of the two out.' in faults
    assert any(fault.startswith('show.toml:2 songs.4: "a/b" is not a song\'s id.') for fault in faults)


def test_pedals_that_are_not_there_and_commands_that_do_not_exist_are_named(show: Path) -> None:
    rewrite(show / "show.toml", '"cc:64" = "take"', '"cc:200" = "take"\n"key:F1" = "bandin"\n"note:40" = "tempo"')
    assert [re.sub(r"^show.toml:", "", fault).split(". ")[0] for fault in faults_of(show)] == [
        "5 pedals.cc:200: there is no such pedal or key",
        '6 pedals.key:F1: there is no command "bandin"',
        '7 pedals.note:40: "tempo" needs something after it',
    ]


def test_a_show_has_presets_of_its_own_beside_the_bundled_ones(show: Path, song: Path) -> None:
    bundled = set(read_show(show).presets)
    (show / "presets").mkdir()
    (show / "presets" / "dark-room.toml").write_text('title = "Dark room"\n')
    rewrite(song / "song.toml", '"4/4"', '"4/4"\npreset = "dark-room"')
    read = read_show(show)
    assert set(read.presets) == bundled | {"dark-room"}
    assert read.presets["dark-room"] == show / "presets" / "dark-room.toml"


def test_a_faulty_preset_is_named_used_or_not(show: Path) -> None:
    (show / "presets").mkdir()
    text = 'title = "Dark"\n[[effects]]\ntype = "Compresor"\n[[effects]]\ntype = "Gain"\ngain_db = "loud"\n'
    (show / "presets" / "dark.toml").write_text(text)
    unknown, unfit = faults_of(show)
    assert unknown.startswith("presets/dark.toml:3 effects.1.type: ")
    assert 'Change it to "Compressor", the nearest there is.' in unknown
    assert unfit.startswith("presets/dark.toml:6 effects.2.gain_db: ")


def test_a_folder_without_a_show_is_named(tmp_path: Path) -> None:
    assert "this is no show: it has no show.toml. Check the name" in faults_of(tmp_path)[0]
    assert (
        "there is no such folder. Check the name, or make a new show: live-rig new NAME." in faults_of(tmp_path / "nowhere")[0]
    )


def test_songs_that_are_no_folder_are_said_once_and_not_song_by_song(show: Path) -> None:
    shutil.rmtree(show / "songs")
    (show / "songs").write_text("a file where a folder should be")
    assert faults_of(show) == ["songs: this folder cannot be read: Not a directory. Check what it is, and whose."]


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="for root, and on Windows, nothing is shut")
@pytest.mark.parametrize("mode", [0o000, 0o400])
def test_a_folder_of_songs_that_is_shut_is_said_once_and_not_song_by_song(show: Path, mode: int) -> None:
    (show / "songs").chmod(mode)
    try:
        assert faults_of(show) == ["songs: this folder cannot be read: Permission denied. Check what it is, and whose."]
    finally:
        (show / "songs").chmod(0o755)


def test_a_file_that_is_not_utf_8_is_named_with_the_line(show: Path) -> None:
    (show / "show.toml").write_bytes(b'songs = []\ntitle = "Caf\xe9"\n')
    assert faults_of(show) == ["show.toml:2: it is not UTF-8 text. Save it as UTF-8 in your editor."]


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("preset dubb at bar", 'there is no preset "dubb". Change it to "dub", the nearest there is.'),
        ("song carvan", 'there is no song "carvan". Change it to "caravan", the nearest there is.'),
        ("pad clap=64", 'there is no pad "clap". Take it out, or bring it into the show.'),
        ("pad clap", 'there is no pad "clap". Take it out, or bring it into the show.'),
    ],
)
def test_a_pedal_that_calls_what_is_not_there_is_named(show: Path, command: str, says: str) -> None:
    rewrite(
        show / "show.toml",
        "[pedals]",
        f'[pedals]\n"pc:1" = "{command}"\n"pc:2" = "preset dub at beat"\n"pc:3" = "song caravan"',
    )
    with pytest.raises(ShowFaults) as told:
        read_show(show)
    assert [str(fault).partition(": ")[2] for fault in told.value.faults] == [says]


def test_two_presets_whose_names_differ_by_capitals_alone_are_named(show: Path) -> None:
    (show / "presets").mkdir()
    for name in ("Dark.toml", "dark.toml"):
        (show / "presets" / name).write_text('title = "Dark"\n')
    if len(list((show / "presets").iterdir())) < 2:
        pytest.skip("this file system knows no capitals itself")
    with pytest.raises(ShowFaults, match=r"dark\.toml and Dark\.toml are one and the same on a system that knows no capitals"):
        read_show(show)
