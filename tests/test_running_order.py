"""Where in the set we are, also when a song of it cannot be had."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile

from cython_core.drums import Drums
from cython_core.exchange import EventKind, NoticeKind
from cython_core.stems import Stems
from live_rig.alerts import Alerts
from live_rig.audio.voice import Voice
from live_rig.conducting.cues import Sent
from live_rig.errors import ShowError
from live_rig.instrument import Instrument
from live_rig.running_order import RunningOrder
from live_rig.show.setlist import Audio, Show
from live_rig.show.song import Song, Stem
from live_rig.show.store import read_show
from live_rig.wiring import each_bus_apart
from tests.playing import song
from tests.show.conftest import beats_text, make_show, write_sound

RATE_HZ, BLOCK = 48_000, 256


class Evening:
    """A set of three songs that lead into each other, and what has been said of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.songs = tuple(self.tune(name) for name in ("first", "second", "third"))
        self.show = Show("Evening", folder, self.songs, {}, Audio(), {})
        self.begun: list[str] = []
        self.alerts = Alerts()
        self.instrument = Instrument(Drums(RATE_HZ, 1, BLOCK), RATE_HZ, each_bus_apart(1), BLOCK)
        voice = Voice.of_show(folder)
        self.order = RunningOrder(self.show, self.instrument, voice, lambda song: self.begun.append(song.id), self.alerts)

    @property
    def said(self) -> list[str]:
        return list(self.alerts.now())

    def tune(self, name: str) -> Song:
        soundfile.write(self.folder / f"{name}.wav", np.full(RATE_HZ // 4, 0.1), RATE_HZ)
        stems = (Stem(name="tone", file=f"{name}.wav"),)
        plain = song(120, "head:1", folder=self.folder)
        return plain.model_copy(update={"id": name, "title": name, "stems": stems, "ending": "segue"})

    def lose(self, name: str) -> None:
        (self.folder / f"{name}.wav").unlink()

    def fill(self) -> None:
        """Nobody plays, and too much waits for anything else to be handed over."""
        while self.instrument.exchange.send(EventKind.CHIME):
            pass

    def drain(self) -> None:
        """The sound is back."""
        self.instrument.rig.step(np.zeros((1, BLOCK), np.float32), np.empty((self.instrument.outputs, BLOCK), np.float32))

    def play_into_the_next(self) -> int:
        """The song that is loaded, until the instrument has gone on by itself: the chart that it went on to."""
        self.instrument.send([Sent(EventKind.START)])
        silence, played = np.zeros((1, BLOCK), np.float32), np.empty((self.instrument.outputs, BLOCK), np.float32)
        for _ in range(30 * RATE_HZ // BLOCK):
            self.instrument.rig.step(silence, played)
            for notice in self.instrument.exchange.notices():
                if notice["kind"] == NoticeKind.NEXT_SONG:
                    return int(notice["value"])
        raise AssertionError("it did not go on")


@pytest.fixture
def evening(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Evening:
    monkeypatch.setattr("live_rig.repertoire.cache_dir", lambda: tmp_path / "cache")
    return Evening(tmp_path)


def test_a_song_that_is_loaded_is_the_song_and_is_said_to_have_begun(evening: Evening) -> None:
    evening.order.load(1)
    assert evening.order.song == evening.songs[1]
    assert evening.begun == ["second"]
    assert evening.said == []


def test_a_song_without_its_stems_is_refused_and_the_one_before_stays_the_song(evening: Evening) -> None:
    evening.order.load(0)
    evening.lose("third")
    with pytest.raises(ShowError, match=r"third\.wav"):
        evening.order.load(2)
    assert (evening.order.number, evening.begun) == (0, ["first"])


def test_when_the_band_has_gone_on_and_what_comes_then_has_no_stems_it_is_said_and_the_song_plays(evening: Evening) -> None:
    evening.order.load(0)
    evening.lose("third")
    evening.order.went_on_to(evening.play_into_the_next())
    assert (evening.order.number, evening.begun) == (1, ["first", "second"])
    (words,) = evening.said
    assert "third.wav" in words


def test_a_song_that_is_loaded_in_the_moment_in_which_the_band_goes_on_stays_the_song(evening: Evening) -> None:
    evening.order.load(0)
    gone_on_to = evening.play_into_the_next()
    evening.order.load(2)  # before anybody has heard that it went on
    evening.order.went_on_to(gone_on_to)
    assert (evening.order.number, evening.begun) == (2, ["first", "third"])


def test_the_set_ends_after_its_last_song(evening: Evening) -> None:
    evening.order.load(2)
    assert evening.said == []
    assert [evening.order.has(number) for number in (-1, 0, 2, 3)] == [False, True, True, False]


def test_a_song_that_is_not_in_the_set_is_refused_with_those_that_are(evening: Evening) -> None:
    with pytest.raises(ShowError, match="first, second, third"):
        evening.order.number_of("fourth")


def test_a_song_whose_tempo_is_outside_its_own_limits_is_said_when_it_is_loaded(evening: Evening) -> None:
    evening.order.load(0)
    assert evening.said == []
    hasty = evening.songs[1].model_copy(update={"slowest_bpm": 130.0})
    evening.order.songs[1] = hasty
    evening.order.load(1)
    assert evening.said == [
        "songs/second/song.toml tempo_bpm: the tempo is 120, and the song is to be no slower than 130. "
        "Change one of the two, or the band holds at 130."
    ]


# The set in another order


def test_in_another_order_the_song_leads_to_the_one_that_comes_then(evening: Evening) -> None:
    first, second, third = evening.songs
    evening.order.load(0)
    evening.order.arrange([second, first, third])
    assert (evening.order.number, [song.id for song in evening.order.songs]) == (1, ["second", "first", "third"])
    evening.order.went_on_to(evening.play_into_the_next())
    assert (evening.order.number, evening.begun) == (2, ["first", "third"])


def test_a_set_that_is_arranged_while_the_rig_stands_still_leads_where_it_says_once_it_plays(evening: Evening) -> None:
    first, second, third = evening.songs
    evening.order.load(0)
    evening.fill()
    evening.order.arrange([first, third, second])
    assert [song.id for song in evening.order.songs] == ["first", "third", "second"]
    evening.drain()
    evening.order.look_ahead()
    evening.order.went_on_to(evening.play_into_the_next())
    assert (evening.order.number, evening.begun) == (1, ["first", "third"])


def test_so_does_one_in_which_the_song_leads_nowhere_any_more(evening: Evening) -> None:
    first, second, _ = evening.songs
    evening.order.load(0)
    evening.fill()
    evening.order.arrange([second, first])
    evening.drain()
    evening.order.look_ahead()
    with pytest.raises(AssertionError, match="it did not go on"):
        evening.play_into_the_next()


def test_a_song_that_is_the_last_now_leads_nowhere(evening: Evening) -> None:
    evening.order.load(0)
    evening.order.arrange([*evening.songs[1:], evening.songs[0]])
    with pytest.raises(AssertionError, match="it did not go on"):
        evening.play_into_the_next()


def test_the_song_that_is_loaded_stays_in_the_set(evening: Evening) -> None:
    first, _, third = evening.songs
    evening.order.load(1)
    evening.order.arrange([third])
    assert (evening.order.number, [song.id for song in evening.order.songs]) == (1, ["third", "second"])
    evening.order.load(0)
    evening.order.arrange([first])
    assert (evening.order.number, [song.id for song in evening.order.songs]) == (0, ["third", "first"])


def test_a_song_that_is_taken_out_in_the_moment_in_which_the_band_goes_on_to_it_is_the_song(evening: Evening) -> None:
    evening.order.load(0)
    gone_on_to = evening.play_into_the_next()
    evening.order.arrange([evening.songs[0], evening.songs[2]])
    evening.order.went_on_to(gone_on_to)
    assert evening.begun == ["first", "second"]
    assert [song.id for song in evening.order.songs] == ["first", "second", "third"]


# Songs that are written anew while the rig plays


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Of a show of three songs that lead into each other, as it lies on a disk."""
    show = make_show(tmp_path / "friday")
    (show / "show.toml").write_text('title = "A Friday"\nsongs = ["caravan", "second", "third"]\n')
    for name in ("second", "third"):
        shutil.copytree(show / "songs" / "caravan", show / "songs" / name)
        song_toml = show / "songs" / name / "song.toml"
        song_toml.write_text(song_toml.read_text().replace("Caravan", name.title()))
    for song_toml in show.glob("songs/*/song.toml"):
        song_toml.write_text('ending = "segue"\n' + song_toml.read_text().replace("vamp = true", ""))
    return show


@pytest.fixture
def friday(folder: Path, monkeypatch: pytest.MonkeyPatch) -> "Friday":
    monkeypatch.setattr("live_rig.repertoire.cache_dir", lambda: folder / "cache")
    return Friday(folder)


class Friday(Evening):
    """That show, read."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.show = folder, read_show(folder)
        self.begun, self.alerts = [], Alerts()
        self.instrument = Instrument(Drums(RATE_HZ, 1, BLOCK), RATE_HZ, each_bus_apart(1), BLOCK)
        begun = self.begun
        self.order = RunningOrder(
            self.show, self.instrument, Voice.of_show(folder), lambda song: begun.append(song.title), self.alerts
        )

    def song_folder(self, name: str) -> Path:
        return self.folder / "songs" / name

    def write(self, name: str, old: str, new: str) -> None:
        """Into its song.toml."""
        song_toml = self.song_folder(name) / "song.toml"
        song_toml.write_text(song_toml.read_text().replace(old, new))

    def export_longer(self, name: str) -> None:
        """A new mix of twelve bars, with its beats; the song had eight."""
        (self.song_folder(name) / "beats.csv").write_text(beats_text(bars=12))
        self.write(name, "first_bar = 7\nlength_bars = 2", "first_bar = 7\nlength_bars = 6")
        for stem in ("bass.wav", "horns.wav"):
            write_sound(self.song_folder(name) / stem, length_s=25.0)

    def bars_and_seconds(self) -> tuple[int, int]:
        """Of the song that is loaded: by its beat map, and by its stems."""
        now = self.order.song
        assert now is not None
        return now.bars, round(self.order.repertoire.chart(now).stems.frames / RATE_HZ)  # type: ignore[union-attr]


def test_a_song_that_was_exported_anew_comes_with_its_new_beats_when_it_is_loaded(friday: Friday) -> None:
    friday.order.load(0)
    friday.export_longer("caravan")
    friday.export_longer("third")
    assert friday.bars_and_seconds() == (8, 17)
    friday.order.load(0)
    assert friday.bars_and_seconds() == (12, 25)
    friday.order.load(2)
    assert friday.bars_and_seconds() == (12, 25)
    assert friday.said == []


def test_words_that_were_written_while_it_plays_are_there_when_it_is_loaded_again(friday: Friday) -> None:
    friday.order.load(0)
    friday.write("caravan", "Caravan", "Caravan, slower")
    friday.order.load(0)
    assert friday.begun == ["Caravan", "Caravan, slower"]
    assert [song.title for song in friday.order.show.songs] == ["Caravan, slower", "Second", "Third"]


@pytest.mark.parametrize("broken", ["half a stem", "no beats", "half a page", "gone"])
def test_a_song_that_cannot_be_played_as_it_is_now_stays_as_it_was_and_it_is_said(friday: Friday, broken: str) -> None:
    friday.order.load(2)
    friday.order.load(0)
    songs = friday.song_folder("third")
    if broken == "half a stem":  # a whole file, of which more is to come
        write_sound(songs / "horns.wav", length_s=5.0)
    elif broken == "no beats":
        (songs / "beats.csv").write_text("")
    elif broken == "half a page":
        friday.write("third", "[[cues]]", "[[cu")
    else:
        shutil.rmtree(songs)
    friday.order.load(2)
    assert friday.bars_and_seconds() == (8, 17)
    (said,) = friday.said
    assert said.startswith('"Third" stays as it was: songs/third/')


@pytest.mark.parametrize("is_left_so", [True, False])
def test_a_mistake_is_said_no_longer_than_it_is_there(friday: Friday, is_left_so: bool) -> None:
    friday.write("third", "tempo_bpm", "tempo_bmp")
    friday.order.load(2)
    friday.order.repertoire.decode_anew(friday.order.songs)
    (said,) = friday.said
    assert "tempo_bmp" in said
    friday.write("third", "tempo_bmp", "tempo" if is_left_so else "tempo_bpm")
    friday.order.repertoire.decode_anew(friday.order.songs)
    assert friday.said == ([said] if is_left_so else [])


def test_another_mistake_is_said_in_place_of_the_first_and_none_of_it_when_the_song_is_loaded(friday: Friday) -> None:
    friday.write("third", "tempo_bpm", "tempo_bmp")
    friday.order.load(2)
    friday.write("third", "tempo_bmp", "tempo")
    friday.order.load(2)
    (said,) = friday.said
    assert "song.toml" in said
    assert "tempo_bmp" not in said
    friday.write("third", "tempo =", "tempo_bpm =")
    friday.order.load(2)
    assert friday.said == []


def test_what_a_song_leads_to_is_played_as_it_was_when_that_song_was_loaded(friday: Friday) -> None:
    friday.order.load(0)
    friday.export_longer("second")
    friday.order.went_on_to(friday.play_into_the_next())
    assert friday.begun == ["Caravan", "Second"]
    assert friday.bars_and_seconds() == (8, 17)
    friday.order.load(0)
    friday.order.went_on_to(friday.play_into_the_next())
    assert friday.bars_and_seconds() == (12, 25)


def test_a_key_of_the_song_as_it_was_is_never_played_to_its_new_beats(friday: Friday, monkeypatch: pytest.MonkeyPatch) -> None:
    friday.order.load(0)
    made: list[Stems] = []
    monkeypatch.setattr(friday.instrument, "change_key", made.append)
    as_it_was = friday.order.song
    assert as_it_was is not None
    friday.export_longer("caravan")
    friday.order.load(0)
    friday.order._in_new_key(as_it_was, friday.order.repertoire.chart(as_it_was).stems)  # type: ignore[arg-type]
    assert made == []
    editions = {friday.order.repertoire.chart(song).stems.song for song in (as_it_was, friday.order.song)}  # type: ignore
    assert len(editions) == 2  # the core changes the key between stems of one number only


def test_what_was_written_anew_is_decoded_as_soon_as_nobody_is_at_it(friday: Friday) -> None:
    def copies() -> int:
        return len(list((friday.folder / "cache").rglob("*.npy")))

    repertoire, songs = friday.order.repertoire, friday.order.songs
    repertoire.decode(songs)
    assert copies() == 1  # all stems of the show are the same noise
    friday.export_longer("third")
    repertoire.decode_anew(songs)
    assert copies() == 1
    repertoire.decode_anew(songs)
    assert copies() == 2
