"""Where in the set we are, also when a song of it cannot be had."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from cython_core.drums import Drums
from cython_core.exchange import EventKind, NoticeKind
from live_rig.audio.voice import Voice
from live_rig.conducting.cues import Sent
from live_rig.errors import ShowError
from live_rig.instrument import Instrument, each_bus_apart
from live_rig.running_order import RunningOrder
from live_rig.show.setlist import Audio, Show
from live_rig.show.song import Song, Stem
from tests.playing import song

RATE_HZ, BLOCK = 48_000, 256


class Evening:
    """A set of three songs that lead into each other, and what has been said of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.songs = tuple(self.tune(name) for name in ("first", "second", "third"))
        self.show = Show("Evening", folder, self.songs, {}, Audio(), {})
        self.begun: list[str] = []
        self.said: list[str] = []
        self.instrument = Instrument(Drums(RATE_HZ, 1, BLOCK), RATE_HZ, each_bus_apart(1), BLOCK)
        voice = Voice.of_show(folder)
        self.order = RunningOrder(self.show, self.instrument, voice, lambda song: self.begun.append(song.id), self.said.append)

    def tune(self, name: str) -> Song:
        soundfile.write(self.folder / f"{name}.wav", np.full(RATE_HZ // 4, 0.1), RATE_HZ)
        stems = (Stem(name="tone", file=f"{name}.wav"),)
        plain = song(120, "head:1", folder=self.folder)
        return plain.model_copy(update={"id": name, "title": name, "stems": stems, "ending": "segue"})

    def lose(self, name: str) -> None:
        (self.folder / f"{name}.wav").unlink()

    def play_into_the_next(self) -> int:
        """The song that is loaded, until the instrument has gone on by itself: the chart that it went on to."""
        self.instrument.send([Sent(EventKind.START)])
        silence, played = np.zeros((1, BLOCK), np.float32), np.empty((self.instrument.outputs, BLOCK), np.float32)
        for _ in range(10 * RATE_HZ // BLOCK):
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
    evening.order.has_gone_on(evening.play_into_the_next())
    assert (evening.order.number, evening.begun) == (1, ["first", "second"])
    (words,) = evening.said
    assert "third.wav" in words


def test_a_song_that_is_loaded_in_the_moment_in_which_the_band_goes_on_stays_the_song(evening: Evening) -> None:
    evening.order.load(0)
    gone_on_to = evening.play_into_the_next()
    evening.order.load(2)  # before anybody has heard that it went on
    evening.order.has_gone_on(gone_on_to)
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
    evening.order._show = Show("Evening", evening.folder, (evening.songs[0], hasty), {}, Audio(), {})
    evening.order.load(1)
    assert evening.said == [
        "songs/second/song.toml tempo_bpm: the tempo is 120, and the song is to be no slower than 130. "
        "Change one of the two, or the band holds at 130."
    ]
