"""show.toml is written while the rig runs: the set follows, and the rest is said."""

import shutil
from pathlib import Path

import pytest

from live_rig.alerts import Alerts
from live_rig.sheet_watch import SheetWatch
from live_rig.show.store import read_show
from tests.show.conftest import make_show

ANEW = "show.toml was written anew: start Live Rig again to use its {}"


class Desk:
    """Where somebody writes, and what the rig makes of it."""

    def __init__(self, folder: Path) -> None:
        self.sheet = make_show(folder) / "show.toml"
        shutil.copytree(folder / "songs" / "caravan", folder / "songs" / "perdido")
        self.songs = list(read_show(folder).songs)
        self.alerts = Alerts()
        self.watch = SheetWatch(read_show(folder), self.alerts)
        assert self.ids() is None

    def write(self, old: str, new: str) -> None:
        text = self.sheet.read_text()
        assert old in text
        self.sheet.write_text(text.replace(old, new))

    def ids(self) -> list[str] | None:
        """At the second look nobody is at it any more."""
        assert self.watch.look(self.songs) is None
        songs = self.watch.look(self.songs)
        return None if songs is None else [song.id for song in songs]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "friday")


def test_the_set_is_as_it_is_written_now_and_known_songs_are_as_they_were(desk: Desk) -> None:
    desk.write('["caravan"]', '["perdido", "caravan"]')
    assert desk.watch.look(desk.songs) is None
    songs = desk.watch.look(desk.songs)
    assert songs is not None
    assert songs[1] is desk.songs[0]
    assert (songs[0].id, desk.alerts.now()) == ("perdido", ())
    desk.songs = songs
    desk.write('"caravan"', '"caravan" ')
    assert desk.ids() is None


def test_what_needs_a_new_start_is_said_and_taken_back_when_it_is_written_as_it_was(desk: Desk) -> None:
    desk.write("A Friday", "A Monday")
    desk.write("[pedals]", 'gives_way = "easy"\n[pedals]')
    assert desk.ids() is None
    assert desk.alerts.now() == (ANEW.format("title, gives_way"),)
    desk.write('gives_way = "easy"\n', "")
    desk.write("A Monday", "A Friday")
    assert desk.ids() is None
    assert desk.alerts.now() == ()


def test_pedals_are_as_they_are_written_now_unless_something_is_wrong_with_them(desk: Desk) -> None:
    assert desk.watch.pedals == {"cc:64": "take"}
    desk.write('"take"', '"give"')
    assert desk.ids() is None
    assert (desk.watch.pedals, desk.alerts.now()) == ({"cc:64": "give"}, ())
    desk.write('"give"', '"gvie"')
    assert desk.ids() is None
    assert desk.watch.pedals == {"cc:64": "give"}


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('["caravan"]', '["perdido", "nowhere"]', 'there is no song "nowhere" in songs/'),
        ('["caravan"]', '["perdido"', "cannot be read"),
        ('"take"', '"tkae"', "tkae"),
    ],
)
def test_where_something_is_wrong_the_set_stays_as_it_was_and_it_is_said(desk: Desk, old: str, new: str, says: str) -> None:
    desk.write(old, new)
    assert desk.ids() is None
    (words,) = desk.alerts.now()
    assert words.startswith("The set stays as it was: show.toml:")
    assert says in words


def test_a_new_song_with_a_fault_is_said_and_the_set_stays(desk: Desk) -> None:
    (desk.sheet.parent / "songs" / "perdido" / "bass.wav").unlink()
    desk.write('["caravan"]', '["perdido", "caravan"]')
    assert desk.ids() is None
    (words,) = desk.alerts.now()
    assert words.startswith("The set stays as it was: songs/perdido/song.toml:")


def test_what_was_wrong_with_a_new_song_is_mended_in_its_own_folder_and_then_it_is_in_the_set(desk: Desk) -> None:
    bass = desk.sheet.parent / "songs" / "perdido" / "bass.wav"
    bass.rename(bass.with_suffix(".away"))
    desk.write('["caravan"]', '["perdido", "caravan"]')
    assert desk.ids() is None
    said = desk.alerts.now()
    assert desk.watch.look(desk.songs) is None
    assert desk.alerts.now() == said
    bass.with_suffix(".away").rename(bass)
    songs = desk.watch.look(desk.songs)
    assert [song.id for song in songs or ()] == ["perdido", "caravan"]
    assert desk.alerts.now() == ()


def test_a_file_that_has_gone_says_nothing(desk: Desk) -> None:
    desk.sheet.unlink()
    assert desk.ids() is None
    assert desk.alerts.now() == ()


def test_a_pedal_that_is_written_anew_and_calls_what_is_not_there_is_said_and_all_stays_as_it_was(desk: Desk) -> None:
    before = desk.watch.pedals
    desk.write('"cc:64" = "take"', '"cc:64" = "preset dubb"')
    assert desk.ids() is None
    (said,) = desk.alerts.now()
    assert 'pedals.cc:64: there is no preset "dubb". Change it to "dub", the nearest there is' in said
    assert desk.watch.pedals == before
    desk.write("dubb", "dub")
    desk.ids()
    assert (desk.watch.pedals, desk.alerts.now()) == ({"cc:64": "preset dub"}, ())
