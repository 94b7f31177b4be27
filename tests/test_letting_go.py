"""A set of many songs walked through: what nobody is near is let go, nothing that is used is, and nothing of it is heard."""

import gc
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from cython_core.drums import Drums
from cython_core.exchange import EventKind, NoticeKind
from cython_core.stems import Stems
from live_rig.alerts import Alerts
from live_rig.audio.voice import Voice
from live_rig.conducting.cues import Sent
from live_rig.instrument import Block, Instrument
from live_rig.repertoire import OpenSong, close
from live_rig.running_order import RunningOrder
from live_rig.show.setlist import Audio, Show
from live_rig.show.song import Song, Stem
from live_rig.wiring import each_bus_apart
from tests.playing import song

RATE_HZ, BLOCK, SONGS = 48_000, 256, 7
NEAR = 3  # the song that is loaded, the one before and the one after
BAND = slice(4, 6)
MOMENT = 16  # blocks: what sounded has faded, what was sent is taken
PROCESS = Path("/proc/self")
WALKS = st.lists(
    st.one_of(
        st.tuples(st.just("song"), st.integers(0, SONGS - 1).map(str)),
        st.tuples(st.just("key"), st.sampled_from(["0", "2", "-1"])),
        st.tuples(st.just("key"), st.integers(0, SONGS - 1).map(lambda number: f"tune-{number}=2")),
        st.just(("start", "")),
        st.just(("unqueue", "")),
    ),
    min_size=3,
    max_size=5,
)
Walk = Sequence[tuple[str, str]]


class AtOnce(Executor):
    """Does what it is given before it goes on."""

    def __init__(self, *_: object) -> None:
        """However it is to be made."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        fn(*args, **kwargs)
        return Future()


class Fetching:
    """Fetches when it is told to: in the place of the thread that does so all the time."""

    running: ClassVar[list["Fetching"]] = []

    def __init__(self, stems: Stems) -> None:
        self.stems = stems

    def start(self) -> None:
        self.running.append(self)

    def stop(self) -> None:
        if self in self.running:
            self.running.remove(self)


class Evening:
    """A set that goes from song to song by segue, played block by block."""

    def __init__(self, songs: tuple[Song, ...], *, lets_go: bool = True) -> None:
        show = Show("Evening", songs[0].folder, songs, {}, Audio(), {})
        self.instrument = Instrument(Drums(RATE_HZ, 1, BLOCK), RATE_HZ, each_bus_apart(1), BLOCK)
        self.alerts = Alerts()
        self.order = RunningOrder(show, self.instrument, Voice(()), lambda _: None, self.alerts)
        self.lets_go = lets_go
        self.order.load(0)

    def do(self, command: str, value: str) -> None:
        if command == "song":
            self.order.load(int(value))
        elif command == "key":
            self.order.change_key(value)
        elif command == "unqueue":
            waits = self.instrument.exchange.snapshot()["key_waits"]
            self.order.keys.take_back(self.order.song, is_waiting=bool(waits))  # type: ignore[arg-type]
        else:
            self.instrument.send([Sent(EventKind.START)])

    def let_go(self) -> list[OpenSong]:
        far_away = self.order.let_go() if self.lets_go else []
        held = set(self.instrument.exchange.snapshot()["held"])
        for each in far_away:
            assert not self.instrument.band.is_using(each.stems)
            assert held.isdisjoint(each.chart.addresses)
        close(far_away)
        return far_away

    def play(self, blocks: int) -> Block:
        """What is heard of the band."""
        silence, heard = np.zeros((1, BLOCK), np.float32), []
        for _ in range(blocks):
            played = np.empty((self.instrument.outputs, BLOCK), np.float32)
            self.instrument.rig.step(silence, played)
            for each in Fetching.running:
                each.stems.load()
            self.instrument.band.serve()
            heard.append(played[BAND])
        return np.concatenate(heard, axis=1)

    def walk(self, walk: Walk) -> Block:
        """What is heard on the way; after each step what is far away is let go, in the middle of it and at its end."""
        heard = []
        for command, value in walk:
            self.do(command, value)
            for blocks in (1, MOMENT):
                self.let_go()
                heard.append(self.play(blocks))
        self.let_go()
        return np.concatenate(heard, axis=1)


@pytest.fixture(scope="module")
def songs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Song, ...]]:
    """Each a tone of its own."""
    folder = tmp_path_factory.mktemp("evening")
    t = np.arange(2 * RATE_HZ) / RATE_HZ
    for number in range(SONGS):
        soundfile.write(folder / f"{number}.wav", 0.3 * np.sin(2 * np.pi * 100 * (number + 2) * t), RATE_HZ)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("live_rig.repertoire.cache_dir", lambda: folder / "cache")
        patch.setattr("live_rig.repertoire.prefetch", Fetching)
        patch.setattr("live_rig.band.keys.ThreadPoolExecutor", AtOnce)
        yield tuple(
            song(120, "head:1", folder=folder).model_copy(
                update={
                    "id": f"tune-{number}",
                    "title": f"Tune {number}",
                    "stems": (Stem(name="tone", file=f"{number}.wav", percussion=True),),
                    "ending": "segue",
                }
            )
            for number in range(SONGS)
        )


@pytest.fixture(autouse=True)
def _nothing_is_fetched_yet() -> None:
    Fetching.running.clear()


def test_of_a_whole_set_only_what_is_near_stays_open(songs: tuple[Song, ...]) -> None:
    evening, most = Evening(songs), 0
    evening.walk([("start", "")])
    for number in [*range(SONGS), 2]:
        evening.walk([("song", str(number)), ("key", "2"), ("key", f"tune-{SONGS - 1 - number}=-1")])
        most = max(most, len(Fetching.running))
    assert most <= NEAR + 1  # and the key in which the song was loaded
    assert evening.alerts.now() == ()


@pytest.mark.skipif(sys.platform != "linux", reason="counts in /proc")
def test_files_and_mappings_are_given_back(songs: tuple[Song, ...]) -> None:
    def taken() -> tuple[int, int]:
        gc.collect()  # evenings of the tests before
        maps = (PROCESS / "maps").read_text(encoding="utf-8").splitlines()
        return len(list((PROCESS / "fd").iterdir())), sum(line.endswith(".npy") for line in maps)

    evening = Evening(songs)
    evening.walk([("song", "4"), ("song", "0")])
    before = taken()
    evening.walk([("song", str(number)) for number in (3, 6, 2, 0)])
    assert taken() == before


@given(walk=WALKS)
@settings(max_examples=3, deadline=None, derandomize=True)
def test_what_is_used_is_never_let_go_and_nothing_is_heard_of_it(songs: tuple[Song, ...], walk: Walk) -> None:
    Fetching.running.clear()
    lets_go = Evening(songs).walk(walk)
    Fetching.running.clear()
    np.testing.assert_array_equal(lets_go, Evening(songs, lets_go=False).walk(walk))


def test_a_song_that_was_let_go_sounds_as_before(songs: tuple[Song, ...]) -> None:
    evening = Evening(songs)
    away: Walk = [("song", "5"), ("song", "0")]
    evening.walk(away)
    first = evening.walk([("start", "")])
    evening.walk(away)
    again = evening.walk([("start", "")])
    assert np.abs(first).max() > 0.2
    np.testing.assert_array_equal(again, first)


def test_a_song_is_kept_until_it_has_faded_out_and_the_callback_has_taken_the_next(songs: tuple[Song, ...]) -> None:
    evening = Evening(songs)
    evening.walk([("start", "")])
    evening.do("song", "6")
    assert evening.let_go() == []  # nobody has played since
    evening.play(2)
    assert "tune-0" not in [each.watch._song.id for each in evening.let_go()]  # it fades
    evening.play(MOMENT)
    assert "tune-0" in [each.watch._song.id for each in evening.let_go()]


def test_after_the_last_song_nothing_comes_of_what_was_next_before(songs: tuple[Song, ...]) -> None:
    evening = Evening(songs)
    evening.walk([("song", str(SONGS - 1)), ("start", "")])
    evening.play(3 * RATE_HZ // BLOCK)
    happened = [each["kind"] for each in evening.instrument.exchange.notices()]
    assert NoticeKind.ENDED in happened
    assert NoticeKind.NEXT_SONG not in happened
    assert not evening.play(MOMENT).any()


def test_a_key_that_waits_and_the_one_to_go_back_to_are_kept(songs: tuple[Song, ...]) -> None:
    evening = Evening(songs)
    evening.walk([("start", ""), ("key", "2")])
    assert evening.instrument.exchange.snapshot()["key_waits"]
    assert evening.order.keys.of(songs[0]) == 2
    evening.walk([("unqueue", "")])
    assert not evening.instrument.exchange.snapshot()["key_waits"]
    assert evening.order.keys.of(songs[0]) == 0
    assert np.abs(evening.play(10)).max() > 0.2


def test_a_song_that_was_let_go_is_come_back_to_in_its_key(songs: tuple[Song, ...]) -> None:
    evening = Evening(songs)
    evening.walk([("key", "2"), ("song", "6"), ("song", "0")])
    assert evening.order.keys.of(songs[0]) == 2
    assert len(Fetching.running) <= NEAR
