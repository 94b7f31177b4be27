"""A song that is asked for before it is ready, through the real door of a real engine: it comes by itself, and nobody waits."""

import asyncio
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Queue
from threading import Event, RLock, Thread
from typing import NoReturn

import numpy as np
import pytest

from cython_core.exchange import EventKind
from cython_core.transport import State
from live_rig.band import stems
from live_rig.coming import Asked, Coming
from live_rig.conducting.cues import Sent
from live_rig.control.client import Door, connect
from live_rig.control.protocol import DoorAddress, StageState
from live_rig.control.server import serve
from live_rig.engine import Engine, Setup
from live_rig.errors import DoorError
from live_rig.repertoire import MOST_TRIES, NOT_PREPARED
from live_rig.running_order import ENDS
from live_rig.show.edition import Stamp
from live_rig.show.store import read_show
from live_rig.song_change import TAKEN_OUT
from tests.playing import STICKS, TICK, beats, rock
from tests.show.conftest import make_show, write_sound

PATIENCE_S = 20.0
SLOW_S = 3.0  # less than a client waits for an answer
Interleaved = stems.Interleaved


class SlowDisk:
    """Gives the stems of every song but the first when it is told to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.is_asked, self.goes_on, self.breaks = Event(), Event(), False
        self.begun = list[str]()  # the songs' folders, once for every file that is decoded
        self._decoded = stems._decoded
        monkeypatch.setattr(stems, "_decoded", self.decoded)

    def decoded(self, path: Path, stamp: Stamp, samplerate_hz: int) -> Iterator[Interleaved]:
        if "caravan" not in str(path):
            self.begun.append(path.parent.name)
            self.is_asked.set()
            while not self.goes_on.wait(0.01):
                yield np.zeros((0, 2), np.float32)
            if self.breaks:
                raise ZeroDivisionError
        yield from self._decoded(path, stamp, samplerate_hz)


class Turn:
    """Knows whether somebody has it."""

    is_held = False

    def __enter__(self) -> None:
        self.is_held = True

    def __exit__(self, *_: object) -> None:
        self.is_held = False


def fails(_: object) -> NoReturn:
    raise ZeroDivisionError


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> SlowDisk:
    return SlowDisk(monkeypatch)


@pytest.fixture
def evening(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, disk: SlowDisk) -> Iterator[Engine]:
    """Three songs, of which but the first is decoded, and nobody is at the others."""
    monkeypatch.setattr("live_rig.repertoire.cache_dir", lambda: tmp_path / "cache")
    monkeypatch.setattr(Engine, "_prepare_the_rest", lambda _: None)
    folder = make_show(tmp_path / "friday")
    (folder / "show.toml").write_text('title = "A Friday"\nsongs = ["caravan", "second", "third"]\n')
    for number, name in enumerate(("second", "third")):
        song = folder / "songs" / name
        song.mkdir()
        for file in (folder / "songs" / "caravan").iterdir():
            if file.suffix == ".toml":
                (song / file.name).write_text(file.read_text().replace("Caravan", name.title()))
            elif file.suffix == ".csv":
                (song / file.name).write_bytes(file.read_bytes())
            else:
                write_sound(song / file.name, 30.0 + number)
    made = Engine(read_show(folder), Setup(device="virtual"))
    yield made
    disk.goes_on.set()
    made.close()


def through_the_door(engine: Engine, tmp_path: Path, talk: Callable[[Door], None]) -> None:
    def spoken(address: DoorAddress) -> None:
        with connect(address) as door:
            talk(door)

    async def open_door() -> None:
        async with serve(engine.state, engine.do, engine.desk, port=0, token="t", door_file=tmp_path / "door.json") as address:
            engine.start()
            await asyncio.to_thread(spoken, address)

    asyncio.run(open_door())


def state_where(door: Door, holds: Callable[[StageState], object]) -> StageState:
    end_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < end_s:
        if holds(state := door.state()):
            return state
    raise AssertionError("that state did not come")


PREPARED = '"{}" is being prepared, and comes as soon as it is ready'


def test_it_is_said_and_comes_when_it_is_ready_and_the_door_answers_meanwhile(
    evening: Engine, tmp_path: Path, disk: SlowDisk
) -> None:
    def talk(door: Door) -> None:
        assert door.do("song", "second") == PREPARED.format("Second")
        assert disk.is_asked.wait(PATIENCE_S)
        assert door.do("click", "on") == "click"
        assert door.do("panic") == "panic"
        assert state_where(door, lambda state: PREPARED.format("Second") in state.alerts).song_id == "caravan"
        with pytest.raises(DoorError, match='"Second" is not ready yet'):
            door.do("start")
        disk.goes_on.set()
        state = state_where(door, lambda state: state.song_id == "second" and state.is_listening)
        assert PREPARED.format("Second") not in state.alerts
        assert door.do("start") == "start"

    through_the_door(evening, tmp_path, talk)


def test_who_asks_for_another_one_meanwhile_gets_that_and_who_takes_it_back_gets_none(
    evening: Engine, tmp_path: Path, disk: SlowDisk
) -> None:
    def talk(door: Door) -> None:
        assert door.do("next-song") == PREPARED.format("Second")
        assert door.do("next-song") == PREPARED.format("Third")
        assert door.do("unqueue") == "unqueue"
        assert state_where(door, lambda state: PREPARED.format("Third") not in state.alerts).song_id == "caravan"
        assert door.do("next-song") == PREPARED.format("Second")
        assert door.do("next-song") == PREPARED.format("Third")
        disk.goes_on.set()
        state_where(door, lambda state: state.song_id == "third")
        assert door.do("previous-song") in ("Second", PREPARED.format("Second"))
        state_where(door, lambda state: state.song_id == "second")
        assert door.do("previous-song") == "Caravan"

    through_the_door(evening, tmp_path, talk)


def test_who_asks_again_for_the_same_does_not_make_it_begin_anew(evening: Engine, tmp_path: Path, disk: SlowDisk) -> None:
    def talk(door: Door) -> None:
        for _ in range(3):
            assert door.do("song", "second") == PREPARED.format("Second")
            assert disk.is_asked.wait(PATIENCE_S)
        disk.goes_on.set()
        state_where(door, lambda state: state.song_id == "second")
        assert disk.begun == ["second"]

    through_the_door(evening, tmp_path, talk)


def test_one_that_is_taken_out_of_the_set_meanwhile_does_not_come(evening: Engine, disk: SlowDisk) -> None:
    assert evening.do("song", "third") == PREPARED.format("Third")
    assert disk.is_asked.wait(PATIENCE_S)
    (evening.show.folder / "show.toml").write_text('title = "A Friday"\nsongs = ["caravan"]\n')
    evening._prepare_anew()
    evening._prepare_anew()
    assert evening.state().alerts == (TAKEN_OUT.format(title="Third"),)
    assert evening.do("next-song", "") == ENDS
    assert evening.do("start", "") == "start"


def test_one_that_fails_is_told_of_in_its_turn_so_that_the_next_one_is_not_forgotten() -> None:
    said: Queue[tuple[bool, str]] = Queue()
    turn = Turn()
    coming = Coming(turn, lambda words: said.put((turn.is_held, words)))
    coming.ask(Asked("second", "Second", fails, print))
    assert said.get(timeout=PATIENCE_S) == (True, '"Second" could not be loaded; the log says more')
    assert coming.asked is None
    coming.close()


def test_who_closes_while_one_is_being_loaded_waits_until_it_is_whole() -> None:
    is_loading, goes_on, happened = Event(), Event(), list[str]()

    def load() -> None:
        is_loading.set()
        assert goes_on.wait(PATIENCE_S)
        happened.append("loaded")

    def close() -> None:
        coming.close()
        happened.append("closed")

    coming = Coming(RLock(), print)
    coming.ask(Asked("second", "Second", lambda _: None, load))
    assert is_loading.wait(PATIENCE_S)
    closing = Thread(target=close)
    closing.start()
    closing.join(0.1)  # so long it may be wrong
    goes_on.set()
    closing.join(PATIENCE_S)
    assert happened == ["loaded", "closed"]


@pytest.mark.parametrize("breaks", [True, False])
def test_one_that_cannot_be_had_is_said_and_the_one_before_plays_on(
    evening: Engine, tmp_path: Path, disk: SlowDisk, breaks: bool
) -> None:
    def talk(door: Door) -> None:
        assert door.do("song", "second") == PREPARED.format("Second")
        assert disk.is_asked.wait(PATIENCE_S)
        disk.breaks = breaks
        if not breaks:
            for stem in (evening.show.folder / "songs" / "second").glob("*.wav"):
                stem.write_bytes(b"")
        disk.goes_on.set()
        words = '"Second" could not be loaded; the log says more' if breaks else "cannot be played"
        state = state_where(door, lambda state: any(words in line for line in state.alerts))
        assert PREPARED.format("Second") not in state.alerts
        assert state.song_id == "caravan"

    through_the_door(evening, tmp_path, talk)


def test_what_a_song_leads_to_is_not_waited_for_either(evening: Engine, disk: SlowDisk) -> None:
    segue = evening.order.songs[0].model_copy(update={"ending": "segue"})
    evening.order.songs[0] = segue
    evening.order.load(0)
    assert not disk.is_asked.is_set()
    assert evening.order._leads_to == []
    disk.goes_on.set()
    evening.order.repertoire.prepare(evening.order.songs[1], lambda: True)
    evening.order.look_ahead()
    assert [song.id for _, song in evening.order._leads_to] == ["second"]


# What the drummer plays meanwhile

BLOCK = 256
BEAT_S = 0.5


class Stage:
    """The same evening, played block by block beside a drummer, who may count at once."""

    def __init__(self, engine: Engine, disk: SlowDisk) -> None:
        self.engine, self.disk, self.instrument = engine, disk, engine.instrument
        self.came_in_s: list[float] = []
        self._plays = False
        self._heard = np.zeros((self.instrument.wiring.inputs, BLOCK), np.float32)
        self._played = np.empty((self.instrument.outputs, BLOCK), np.float32)
        engine._listen()
        self.play(1.0)

    @property
    def now_s(self) -> float:
        return self.instrument.rig.frame / self.engine.samplerate_hz

    def play(self, length_s: float) -> None:
        end_s = self.now_s + length_s
        while self.now_s < end_s:
            begun = self.instrument.rig.frame
            self.instrument.rig.step(self._heard, self._played)
            for tick in range(begun, begun + BLOCK, TICK):
                plays = self.instrument.rig.moment(tick)["state"] == State.PLAYING
                if plays and not self._plays:
                    self.came_in_s.append(tick / self.engine.samplerate_hz)
                self._plays = plays
            self.engine._watch()

    def count(self, *, ready_after_beats: float = 99.0, clicks: int = 4) -> float:
        """Sticks, a beat apart; the song becomes ready meanwhile, or not. When bar 1 is due, in s."""
        begun_s = self.now_s
        for click in range(clicks):
            self.instrument.send([Sent(EventKind.NOTE, STICKS, 100)])
            ready_s = (ready_after_beats - click) * BEAT_S
            if 0 <= ready_s < BEAT_S:
                self.play(ready_s)
                self.bring()
            self.play(begun_s + (click + 1) * BEAT_S - self.now_s)
        return begun_s + clicks * BEAT_S

    def groove(self, length_s: float) -> None:
        begun = beats((60 / BEAT_S, round(length_s / BEAT_S)), start_s=self.now_s)
        for time_s, note, velocity in rock(begun):
            self.play(time_s - self.now_s)
            self.instrument.send([Sent(EventKind.NOTE, note, velocity)])
        self.play(begun[-1] + BEAT_S - self.now_s)

    def bring(self) -> None:
        self.disk.goes_on.set()
        self.engine._song_change._coming._worker.submit(bool).result(PATIENCE_S)


@pytest.fixture
def stage(evening: Engine, disk: SlowDisk) -> Stage:
    return Stage(evening, disk)


def test_a_count_starts_nothing_old_and_the_stage_says_that_the_song_is_still_to_come(stage: Stage) -> None:
    stage.engine.do("next", "")
    stage.count()
    stage.play(2.0)
    assert stage.came_in_s == []
    assert PREPARED.format("Second") in stage.engine.state().alerts
    stage.bring()
    stage.play(2.0)
    assert (stage.engine.state().song_id, stage.came_in_s) == ("second", [])
    due_s = stage.count()
    stage.play(1.0)
    assert stage.came_in_s == [pytest.approx(due_s, abs=0.01)]


@pytest.mark.parametrize("ready_after_beats", [0.5, 1.5, 2.9, 3.2, 3.5])
def test_a_count_during_which_the_song_becomes_ready_counts_it_in(stage: Stage, ready_after_beats: float) -> None:
    stage.engine.do("next", "")
    due_s = stage.count(ready_after_beats=ready_after_beats)
    stage.play(1.0)
    state = stage.engine.state()
    assert (state.song_id, state.is_playing) == ("second", True)
    assert stage.came_in_s == [pytest.approx(due_s, abs=0.01)]


def test_so_does_one_after_the_song_before_has_been_stopped_and_another_one_asked_for(stage: Stage) -> None:
    stage.engine.do("start", "")
    stage.play(1.0)
    stage.engine.do("next-song", "")
    stage.play(1.0)
    assert stage.engine.state().is_playing
    stage.engine.do("stop", "")
    stage.play(3.0)
    stage.count(clicks=2)
    stage.play(2.0)
    stage.engine.do("next", "")
    due_s = stage.count(ready_after_beats=2.5)
    stage.play(1.0)
    assert stage.engine.state().song_id == "third"
    assert stage.came_in_s[1:] == [pytest.approx(due_s, abs=0.01)]


def test_a_count_by_the_click_is_over_when_another_song_is_asked_for(stage: Stage) -> None:
    stage.engine.do("count-in", "")
    stage.play(1.0)
    stage.engine.do("next", "")
    stage.play(3.0)
    assert stage.came_in_s == []


@pytest.mark.parametrize("command", ["start", "count-in", "band-in", "re-enter"])
def test_a_pedal_starts_nothing_old_and_is_told_why(stage: Stage, command: str) -> None:
    stage.engine.do("next", "")
    stage.engine._press(command)
    assert any('"Second" is not ready yet' in words for words in stage.engine.alerts.now())
    stage.count()
    stage.play(2.0)
    assert stage.came_in_s == []


def test_a_song_that_plays_may_come_in_again_after_a_wreck_while_another_one_is_awaited(stage: Stage) -> None:
    stage.engine.do("start", "")
    stage.play(1.0)
    stage.engine.do("next-song", "")
    stage.engine.do("re-enter", "")
    stage.groove(6.0)
    assert len(stage.came_in_s) == 2


@pytest.mark.parametrize("fails", [True, False])
def test_where_it_does_not_come_after_all_a_count_is_for_the_song_that_is_there(stage: Stage, fails: bool) -> None:
    stage.engine.do("next", "")
    if fails:
        stage.disk.breaks = True
        stage.bring()
    else:
        stage.engine.do("unqueue", "")
    stage.play(1.0)
    due_s = stage.count()
    stage.play(1.0)
    assert stage.engine.state().song_id == "caravan"
    assert stage.came_in_s == [pytest.approx(due_s, abs=0.01)]


# What a song leads to, and is not there in time


class Segue(Stage):
    """The last two bars of a song that leads to one which is still being prepared."""

    def __init__(self, engine: Engine, disk: SlowDisk, ending: str = "segue") -> None:
        written = engine.order.songs[0].folder / "song.toml"
        written.write_text(f'ending = "{ending}"\n{written.read_text()}')
        engine.order.load(0)
        super().__init__(engine, disk)
        engine.do("section", "last hit")
        engine.do("start", "")
        self.play(1.0)


STILL = 'What comes next, "Second", is still being prepared'


def test_while_what_comes_next_is_not_there_the_stage_says_so(evening: Engine, disk: SlowDisk) -> None:
    segue = Segue(evening, disk)
    assert STILL in evening.state().alerts
    segue.bring()
    evening.order.repertoire.prepare(evening.order.songs[1], lambda: True)
    evening._look_after_songs()
    assert STILL not in evening.state().alerts
    segue.play(6.0)
    assert (evening.state().song_id, evening.state().is_playing) == ("second", True)


@pytest.mark.parametrize("ending", ["segue", "count-in"])
def test_where_the_song_ends_first_the_next_one_is_counted_in_as_soon_as_it_is_there(
    evening: Engine, disk: SlowDisk, ending: str
) -> None:
    late = Segue(evening, disk, ending)
    late.play(5.0)
    state = evening.state()
    assert (state.song_id, state.is_playing) == ("caravan", False)
    assert PREPARED.format("Second") in state.alerts
    assert STILL not in state.alerts
    late.bring()
    ready_s = late.now_s
    late.play(3.0)
    state = evening.state()
    assert (state.song_id, state.is_playing) == ("second", True)
    assert late.came_in_s[-1] == pytest.approx(ready_s + 4 * BEAT_S, abs=0.2)


def test_a_drummer_who_plays_on_meanwhile_is_met_on_a_bar_line_of_his(evening: Engine, disk: SlowDisk) -> None:
    late = Segue(evening, disk)
    evening.do("take", "")
    begun_s = late.now_s
    late.groove(8.0)
    assert not evening.state().is_playing
    late.bring()
    late.groove(8.0)
    (_, came_in_s) = late.came_in_s
    assert (evening.state().song_id, evening.state().leader) == ("second", "drummer")
    assert came_in_s == pytest.approx(begun_s + 5 * 4 * BEAT_S, abs=0.02)


def test_who_takes_it_back_or_has_stopped_the_song_waits_for_nothing(evening: Engine, disk: SlowDisk) -> None:
    late = Segue(evening, disk)
    evening.do("stop", "")
    late.play(5.0)
    assert evening._song_change.asked is None
    evening.do("section", "last hit")
    evening.do("start", "")
    late.play(6.0)
    assert evening._song_change.asked is not None
    evening.do("unqueue", "")
    late.bring()
    late.play(3.0)
    assert evening.state().song_id == "caravan"


# The first decoding of the set


def test_a_decoding_that_ends_in_an_error_which_nobody_foresaw_is_said_and_tried_again(evening: Engine, disk: SlowDisk) -> None:
    repertoire = evening.order.repertoire
    disk.breaks = True
    disk.goes_on.set()
    repertoire.decode(evening.order.songs)
    assert disk.begun == ["second", "third"]
    repertoire.decode_anew(evening.order.songs)
    assert sorted(evening.alerts.now()) == [NOT_PREPARED.format(title=title) for title in ("Second", "Third")]
    assert not evening.order.is_prepared(1)
    disk.breaks = False
    repertoire.decode_anew(evening.order.songs)
    assert evening.order.is_prepared(1)
    begun = list(disk.begun)
    repertoire.decode_anew(evening.order.songs)
    assert disk.begun == begun


def test_it_is_not_tried_all_evening(evening: Engine, disk: SlowDisk) -> None:
    disk.breaks = True
    disk.goes_on.set()
    evening.order.repertoire.decode(evening.order.songs)
    for _ in range(10):
        evening.order.repertoire.decode_anew(evening.order.songs)
    assert disk.begun.count("second") == MOST_TRIES


def test_presets_that_cannot_be_made_ready_keep_no_song_from_being_decoded(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare = Engine._prepare_the_rest
    evening: Engine = request.getfixturevalue("evening")
    request.getfixturevalue("disk").goes_on.set()
    monkeypatch.setattr(evening.colour, "keep_ready", fails)
    with pytest.raises(ZeroDivisionError):
        prepare(evening)
    assert evening.order.is_prepared(2)
