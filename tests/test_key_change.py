"""Another key while the song plays, heard through the real step: from a bar line on, without a gap; and taken back."""

from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from cython_core.drums import Drums
from cython_core.exchange import EventKind
from cython_core.stems import Stems
from live_rig.band.keys import Asked, Keys, key_of
from live_rig.band.stems import open_stems
from live_rig.conducting.chart import chart_of
from live_rig.conducting.cues import Sent
from live_rig.engine import Engine, Setup
from live_rig.errors import DeviceError, ShowError
from live_rig.instrument import Instrument
from live_rig.paths import examples_dir
from live_rig.show.song import Song
from live_rig.show.stem import Stem
from live_rig.show.store import read_show
from live_rig.wiring import each_bus_apart
from tests.playing import song

RATE_HZ, BLOCK, BPM = 48_000, 256, 120
TONE_HZ, HIGHER_HZ = 440.0, 440.0 * 2 ** (3 / 12)
BAR_S = 4 * 60 / BPM
BAND = slice(4, 6)  # of the buses, each on its own outputs
LENGTH_S = 8.0
FIRST_BEAT_S = 0.25  # of the recording
FADE_FRAMES = 480  # the band fades in up to its first beat


@pytest.fixture(scope="module")
def tune(tmp_path_factory: pytest.TempPathFactory) -> Song:
    """A tone that never ends, and a tick of percussion on every beat."""
    folder = tmp_path_factory.mktemp("tune")
    t = np.arange(round(12 * RATE_HZ)) / RATE_HZ
    soundfile.write(folder / "tone.wav", 0.3 * np.sin(2 * np.pi * TONE_HZ * t), RATE_HZ, subtype="FLOAT")
    tick = (t >= FIRST_BEAT_S) * np.exp(-((t - FIRST_BEAT_S) % (60 / BPM)) / 0.002) * np.sin(2 * np.pi * 5000 * t)
    soundfile.write(folder / "tick.wav", 0.3 * tick, RATE_HZ, subtype="FLOAT")
    stems = (Stem(name="tone", file="tone.wav"), Stem(name="tick", file="tick.wav", percussion=True))
    return song(BPM, "head:5", folder=folder).model_copy(update={"stems": stems})


def opened(tune: Song, semitones: int) -> Stems:
    stems = open_stems(tune.model_copy(update={"transpose": semitones}), RATE_HZ, tune.folder / "cache")
    stems.all_in_memory()
    return stems


def heard(tune: Song, says: list[tuple[float, int]], bpm: float = BPM) -> NDArray[np.float32]:
    """The band from its first beat; (seconds after that, semitones) of each key that is asked for, all made already."""
    instrument = Instrument(Drums(RATE_HZ, 1, BLOCK), RATE_HZ, each_bus_apart(1), BLOCK)
    made = {semitones: opened(tune, semitones) for semitones in {0, *(asked for _, asked in says)}}
    instrument.load(chart_of(tune, RATE_HZ, made[0]))
    instrument.send([Sent(EventKind.CONDUCT, bpm), Sent(EventKind.START)])
    silence, played = np.zeros((1, BLOCK), np.float32), np.empty((instrument.outputs, BLOCK), np.float32)
    blocks = []
    for frame in range(0, round(LENGTH_S * RATE_HZ), BLOCK):
        while says and says[0][0] * RATE_HZ <= frame:
            instrument.change_key(made[says.pop(0)[1]])
        instrument.rig.step(silence, played)
        instrument.band.serve()
        blocks.append(played[BAND].copy())
    sound = np.concatenate(blocks, axis=1)
    return sound[:, np.flatnonzero(sound[0])[0] + FADE_FRAMES :]


def strength(sound: NDArray[np.float32], hz: float, from_s: float, to_s: float) -> float:
    """Of a tone, in a stretch."""
    wave = sound[0, round(from_s * RATE_HZ) : round(to_s * RATE_HZ)].astype(np.float64)
    turned = wave * np.exp(-2j * np.pi * hz * np.arange(len(wave)) / RATE_HZ) * np.hanning(len(wave))
    return float(4 * abs(turned.mean()))


@pytest.mark.parametrize("bpm", [BPM, 108])
def test_a_key_is_heard_from_the_bar_line_on_and_percussion_stays(tune: Song, bpm: float) -> None:
    sound, bar_s = heard(tune, [(2.5, 3)], bpm), BAR_S * BPM / bpm
    assert strength(sound, TONE_HZ, 2 * bar_s - 0.4, 2 * bar_s - 0.02) == pytest.approx(0.3, rel=0.03)
    assert strength(sound, HIGHER_HZ, 2 * bar_s - 0.4, 2 * bar_s - 0.02) < 0.01
    assert strength(sound, HIGHER_HZ, 2 * bar_s + 0.02, 2 * bar_s + 0.4) == pytest.approx(0.3, rel=0.03)
    assert strength(sound, TONE_HZ, 2 * bar_s + 0.02, 2 * bar_s + 0.4) < 0.01
    for beat in range(8, 12):
        assert tick_s(sound, beat * bar_s / 4) == pytest.approx(beat * bar_s / 4, abs=0.001)


def tick_s(sound: NDArray[np.float32], near_s: float) -> float:
    """When the percussion is struck near a time: where what is high is loudest."""
    first = round((near_s - 0.02) * RATE_HZ)
    high = np.abs(np.diff(sound[0, first : first + round(0.04 * RATE_HZ)], 3))
    return (first + int(high.argmax())) / RATE_HZ


def test_at_the_change_there_is_no_gap_and_no_click(tune: Song) -> None:
    sound = heard(tune, [(2.5, 3)])[:, round(2 * BAR_S * RATE_HZ) - 4800 :][:, : 4800 - 480]
    before = heard(tune, [])[:, round(2 * BAR_S * RATE_HZ) - 4800 :][:, : 4800 - 480]
    np.testing.assert_array_equal(sound, before)
    around = heard(tune, [(2.5, 3)])[0, round(2 * BAR_S * RATE_HZ) - 1440 :][:1392]  # up to the tick
    assert np.abs(np.diff(around)).max() < 1.2 * 0.3 * 2 * np.pi * HIGHER_HZ / RATE_HZ
    loudness = np.sqrt(np.mean(around.reshape(-1, 232) ** 2, axis=1))
    assert loudness.min() > 0.1


def test_a_key_that_waits_can_be_taken_back(tune: Song) -> None:
    np.testing.assert_array_equal(heard(tune, [(2.2, 3), (2.6, 0)]), heard(tune, []))


def test_before_the_band_plays_another_key_is_there_at_once(tune: Song) -> None:
    sound = heard(tune, [(0.0, 3)])
    assert strength(sound, HIGHER_HZ, 0.1, 0.4) == pytest.approx(0.3, rel=0.03)


def test_the_key_of_another_song_is_not_heard_in_this_one(tune: Song) -> None:
    instrument = Instrument(Drums(RATE_HZ, 1, BLOCK), RATE_HZ, each_bus_apart(1), BLOCK)
    instrument.load(chart_of(tune, RATE_HZ, opened(tune, 0)))
    strange = opened(tune, 3)
    strange.song = 7
    instrument.change_key(strange)
    for _ in range(100):
        instrument.rig.step(np.zeros((1, BLOCK), np.float32), np.empty((instrument.outputs, BLOCK), np.float32))
        instrument.band.serve()
    assert not instrument.exchange.snapshot()["key_waits"]
    assert not instrument.band.is_using(strange)


@pytest.mark.parametrize(
    ("value", "now", "semitones"), [("2", 0, 2), ("+3", 0, 3), ("-6", 0, -6), ("0", 4, 0), ("up", 1, 2), ("down", 0, -1)]
)
def test_a_key_is_said_in_semitones_or_as_a_step(value: str, now: int, semitones: int) -> None:
    assert key_of(value, now) == semitones


@pytest.mark.parametrize(("value", "now"), [("7", 0), ("-99", 0), ("up", 6), ("down", -6)])
def test_a_key_out_of_reach_is_refused_in_words(value: str, now: int) -> None:
    with pytest.raises(ShowError):
        key_of(value, now)


class Later(Executor):
    """Does what it is given when it is told to."""

    def __init__(self) -> None:
        self.jobs: list[Callable[[], object]] = []

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.jobs.append(partial(fn, *args, **kwargs))
        return Future()

    def work(self) -> None:
        while self.jobs:
            self.jobs.pop(0)()


@dataclass
class Wanted:
    """Keys that are made when the test says so, and what came of them."""

    tune: Song
    taken: list[int] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    later: Later = field(default_factory=Later)
    disk_is_full: bool = False
    opened: list[int] = field(default_factory=list)
    meanwhile: Callable[[], object] = lambda: None

    def __post_init__(self) -> None:
        self.keys = Keys(self.open, lambda song, _: self.taken.append(self.keys.of(song)), self.failed.append, self.later)
        self.keys.stems(self.tune)

    def open(self, song: Song) -> Stems:
        if self.disk_is_full:
            raise DeviceError("The disk is full", where="cache", do="Make room")
        self.opened.append(song.transpose)
        self.meanwhile()
        return opened(self.tune, song.transpose)


def test_a_key_is_taken_when_it_has_been_made_and_the_one_before_at_once(tune: Song) -> None:
    wanted = Wanted(tune)
    wanted.keys.ask(tune, 3)
    assert wanted.keys.asked(tune) == Asked(tune, 3)
    assert (wanted.taken, wanted.keys.of(tune)) == ([], 0)
    wanted.later.work()
    assert (wanted.taken, wanted.keys.of(tune), wanted.keys.asked(tune)) == ([3], 3, None)
    wanted.keys.ask(tune, 0)
    assert wanted.taken == [3, 0]


def test_a_key_is_taken_back_while_it_is_made_and_while_it_waits(tune: Song) -> None:
    wanted = Wanted(tune)
    wanted.keys.ask(tune, 3)
    wanted.keys.take_back(tune, is_waiting=False)
    wanted.later.work()
    assert (wanted.taken, wanted.keys.of(tune)) == ([], 0)
    wanted.keys.ask(tune, 3)
    wanted.later.work()
    wanted.keys.take_back(tune, is_waiting=True)
    assert (wanted.taken, wanted.keys.of(tune)) == ([3, 0], 0)


def test_of_two_keys_asked_for_the_second_is_made(tune: Song) -> None:
    wanted = Wanted(tune)
    wanted.keys.ask(tune, -2)
    wanted.keys.ask(tune, 3)
    wanted.later.work()
    assert wanted.taken == [3]


def test_a_key_that_is_asked_for_again_while_it_is_being_made_is_opened_once(tune: Song) -> None:
    wanted = Wanted(tune)
    again = iter([3])
    wanted.meanwhile = lambda: [wanted.keys.ask(tune, semitones) for semitones in again]
    wanted.keys.ask(tune, 3)
    wanted.later.work()
    assert (wanted.taken, wanted.opened) == ([3], [0, 3])


def test_a_key_that_cannot_be_made_is_said_and_the_song_stays_as_it_is(tune: Song) -> None:
    wanted = Wanted(tune)
    wanted.disk_is_full = True
    wanted.keys.ask(tune, 3)
    wanted.later.work()
    assert wanted.failed == ["The disk is full (cache). Make room."]
    assert (wanted.taken, wanted.keys.of(tune), wanted.keys.asked(tune)) == ([], 0, None)


def test_a_key_that_fails_for_whatever_reason_is_no_longer_on_its_way_and_is_said(tune: Song) -> None:
    def break_down() -> NoReturn:
        raise ZeroDivisionError

    wanted = Wanted(tune)
    wanted.meanwhile = break_down
    wanted.keys.ask(tune, 3)
    wanted.later.work()
    assert wanted.failed == [f'"{tune.title}" stays in its key: the other one could not be made; the log says more']
    assert (wanted.taken, wanted.keys.of(tune), wanted.keys.asked(tune)) == ([], 0, None)


def test_the_stage_says_what_waits_and_then_the_key(tune: Song, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    engine = Engine(replace(read_show(examples_dir() / "festival"), songs=(tune,)), Setup(device="virtual"))
    try:
        assert engine.do("key", "3") == "Tune: key +3, as soon as it is made"
        assert engine.state().queued in ("key +3, soon", "key +3")
        engine.start()
        engine.do("start", "")
        while not (engine.state().transposed == 3 and engine.state().queued == ""):  # the tune may be over by then
            assert engine.now_s() < 60, engine.state()
        assert engine.do("key", "0") == "Tune: the recorded key"
    finally:
        engine.close()
