"""What a file may be called wherever a show is carried."""

import unicodedata
from pathlib import Path

import pytest

from live_rig.audio.voice import Voice, file_name
from live_rig.band.stems import open_stems
from live_rig.rack.shelf import Shelf
from live_rig.show.file_names import file_of, why_unfit
from live_rig.show.store import read_show
from tests.show.conftest import SAMPLERATE_HZ, write_sound


@pytest.mark.parametrize(
    "name", ["bass", "Größe", "slow-blues_2", "con1", "auxiliary", "com10", "a.b", ".hidden", "my song", "漢字"]
)
def test_plain_words_are_fit(name: str) -> None:
    assert why_unfit(name) is None


@pytest.mark.parametrize("name", ["CON", "nul", "Aux.wav", "prn.tar.gz", "COM1", "com¹", "LPT9.toml", "con .wav", "CONIN$"])
def test_what_windows_keeps_for_itself_is_not(name: str) -> None:
    assert why_unfit(name) == "Windows keeps that name for itself"


@pytest.mark.parametrize("name", ["", " ", ".", "..", "dub.", "dub "])
def test_nor_what_ends_with_a_blank_or_a_point_or_is_nothing(name: str) -> None:
    assert why_unfit(name) == "Windows has no file whose name ends with a blank or a point"


@pytest.mark.parametrize(
    ("name", "why"), [("a/b", "no /"), ("ten:thirty", "no :"), ("what?", "no ?"), ("a\nb", "cannot be shown")]
)
def test_nor_letters_that_no_name_may_have(name: str, why: str) -> None:
    assert why in (why_unfit(name) or "")


def apart(text: str) -> str:
    """As a Mac may spell it: an ü is a u, and two points after it."""
    return unicodedata.normalize("NFD", text)


@pytest.mark.parametrize("written", ["Bässe/tiefe Töne.wav", apart("Bässe/tiefe Töne.wav"), "Bässe/plain.wav"])
@pytest.mark.parametrize("spelled", [str, apart])
def test_a_file_is_found_however_its_disk_spells_it(tmp_path: Path, written: str, spelled: type[str]) -> None:
    file = tmp_path / spelled(unicodedata.normalize("NFC", written))
    file.parent.mkdir()
    file.touch()
    assert file_of(tmp_path, written).samefile(file)
    assert file_of(tmp_path, "Bässe/other.wav") == tmp_path / "Bässe/other.wav"
    assert not file_of(tmp_path, "Tröte.wav").exists()


def test_a_show_that_was_carried_over_from_a_mac_is_read_and_plays(show: Path, tmp_path: Path) -> None:
    song = show / "songs" / "caravan"
    (song / "bass.wav").rename(song / apart("Bässe.wav"))
    (song / "beats.csv").rename(song / apart("Schläge.csv"))
    (song / "song.toml").write_text(
        'beats = "Schläge.csv"\npreset = "Dünn"\n' + (song / "song.toml").read_text().replace("bass.wav", "Bässe.wav"),
        encoding="utf-8",
    )
    (show / "presets").mkdir()
    for name, page in (("Dünn", 'title = "Dünn"\nbased_on = "Größe"'), ("Größe", 'title = "Größe"')):
        (show / "presets" / apart(f"{name}.toml")).write_text(page, encoding="utf-8")
    write_sound(show / apart("Schläger.wav"), 1.0)
    with (show / "show.toml").open("a", encoding="utf-8") as page:
        page.write('[[pads]]\nname = "x"\nfile = "Schläger.wav"\n')
    (show / "voice").mkdir()
    write_sound(show / "voice" / apart(file_name("Schluß, übrigens")), 1.0)
    read = read_show(show)
    assert open_stems(read.songs[0], 48_000, tmp_path / "cache").count == 2
    assert read.songs[0].edition_now() == read.songs[0].edition
    assert Shelf(read.presets, read.folder / "presets").take("Dünn").name == "Dünn"
    assert Voice.of_show(show).says("Schluß, übrigens", SAMPLERATE_HZ) is not None
