"""A device that stops asking for sound: the clock takes over, and hands back to the device when it is there again."""

import threading

import numpy as np
import pytest

from cython_core.callback import Device
from cython_core.drums import Drums
from live_rig.audio import lifeline
from live_rig.audio.lifeline import Lifeline
from live_rig.audio.timer import TimerStream
from live_rig.errors import DeviceError, OtherwiseError
from live_rig.instrument import Instrument
from live_rig.wiring import wired

RATE_HZ, BLOCK = 48_000, 64
WITHIN_S = 20.0


@pytest.fixture(autouse=True)
def _no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes seconds on stage."""
    monkeypatch.setattr(lifeline, "STANDS_STILL_S", 0.05)
    monkeypatch.setattr(lifeline, "LOOK_EVERY_S", 0.01)
    monkeypatch.setattr(lifeline, "TRY_EVERY_S", 0.02)


class Counting:
    """A device's stream that says when it has been started; it plays so many frames, and then asks for nothing any more."""

    def __init__(self, device: Device, frames: int, way: int = 0) -> None:
        self._stream = TimerStream(device, BLOCK, way, frames)
        self.is_started = threading.Event()

    def start(self) -> None:
        self._stream.start()
        self.is_started.set()

    def close(self) -> None:
        self._stream.close()

    def keep_joined(self) -> bool:
        return True

    def latencies_s(self) -> tuple[float, float]:
        return 0.021, 0.043


def test_the_song_goes_on_while_the_device_is_away_and_on_the_device_when_it_is_back() -> None:
    instrument = Instrument(Drums(RATE_HZ, 1, BLOCK), RATE_HZ, wired(1, 2), BLOCK)
    feed = np.arange(1, 480_001, dtype=np.float32) / 1e6  # a ramp: a frame that is left out, or played twice, would show
    device = Device(instrument.rig, 0, 2, feed, RATE_HZ * 5)
    tried: list[int] = []
    told: list[tuple[float, float, bool]] = []
    back: list[Counting] = []
    is_back = threading.Event()

    def reopen(way: int) -> Counting:
        tried.append(instrument.rig.frame)
        if len(tried) < 4:
            raise DeviceError("It is not there", where="here", do="Wait")
        back.append(Counting(device, RATE_HZ // 10, way))
        is_back.set()
        return back[0]

    def make_up_for(latencies_s: tuple[float, float]) -> None:
        told.append((*latencies_s, back[0].is_started.is_set()))

    first = Counting(device, 100 * BLOCK)
    life = Lifeline(device, first, BLOCK, reopen, make_up_for)
    assert not life.is_lost
    life.start()
    try:
        assert is_back.wait(WITHIN_S)
        assert back[0].is_started.wait(WITHIN_S)
        assert tried[0] >= 100 * BLOCK
        assert np.all(np.diff(tried) > 0)  # the clock played all along
    finally:
        life.close()
    assert told == [(0.021, 0.043, False)]  # of the one that is back, which does not play yet
    played = device.collect()[:, 1]
    assert len(played) == instrument.rig.frame
    fed = np.concatenate([np.zeros(BLOCK + instrument.rig.guard_delay_frames, np.float32), feed])[: len(played)]
    assert np.abs(np.diff(played) - np.diff(fed))[200:].max() < 1e-4


class Refusing(Counting):
    """Opens, and does not start."""

    def start(self) -> None:
        raise DeviceError("It would not start", where="here", do="Wait")


class Breaking(Counting):
    """Opens, and fails at the start as nobody foresaw."""

    def start(self) -> None:
        raise RuntimeError("The driver is not ready yet")


@pytest.mark.parametrize(("opens", "logged"), [(Refusing, False), (Breaking, True), (None, True)])
def test_a_device_that_fails_in_the_moment_in_which_it_is_back_is_tried_again_while_the_clock_plays_on(
    opens: type[Counting] | None, logged: bool, caplog: pytest.LogCaptureFixture
) -> None:
    instrument = Instrument(Drums(RATE_HZ, 1, BLOCK), RATE_HZ, wired(1, 2), BLOCK)
    device = Device(instrument.rig, 0, 2)
    tried: list[int] = []
    is_back = threading.Event()

    class Back(Counting):
        def start(self) -> None:
            super().start()
            is_back.set()

    def reopen(way: int) -> Counting:
        tried.append(instrument.rig.frame)
        if len(tried) >= 4:
            return Back(device, RATE_HZ // 10, way)
        if opens:
            return opens(device, RATE_HZ, way)
        raise RuntimeError("It cannot be asked just now")

    life = Lifeline(device, Counting(device, 100 * BLOCK), BLOCK, reopen, bool)
    life.start()
    try:
        assert is_back.wait(WITHIN_S)
        assert np.all(np.diff(tried) > 0)  # the clock played all along
    finally:
        life.close()
    assert bool(caplog.records) == logged


def test_a_device_that_is_back_only_after_the_end_is_closed_and_plays_nothing() -> None:
    instrument = Instrument(Drums(RATE_HZ, 1, BLOCK), RATE_HZ, wired(1, 2), BLOCK)
    device = Device(instrument.rig, 0, 2)
    is_asked, has_ended, is_closed = threading.Event(), threading.Event(), threading.Event()

    class TooLate(Counting):
        def close(self) -> None:
            super().close()
            is_closed.set()

    late: list[TooLate] = []

    def reopen(way: int) -> Counting:
        is_asked.set()
        assert has_ended.wait(WITHIN_S)
        late.append(TooLate(device, RATE_HZ, way))
        return late[0]

    life = Lifeline(device, Counting(device, BLOCK), BLOCK, reopen, bool)
    life.start()
    assert is_asked.wait(WITHIN_S)
    life.close()
    frame = instrument.rig.frame
    has_ended.set()
    assert is_closed.wait(WITHIN_S)
    assert not late[0].is_started.is_set()
    assert instrument.rig.frame == frame


def test_whoever_is_shut_out_plays_silence_and_moves_nothing() -> None:
    instrument = Instrument(Drums(RATE_HZ, 1, BLOCK), RATE_HZ, wired(1, 2), BLOCK)
    device = Device(instrument.rig, 0, 2, np.full(48_000, 0.1, np.float32))
    lost, way = device.userdata, device.way()
    device.run(BLOCK, way, 10 * BLOCK)  # it has not been let in
    assert instrument.rig.frame == 0
    device.run(BLOCK, lost, 10 * BLOCK)
    assert instrument.rig.frame == 10 * BLOCK
    device.let_in(way)
    device.run(BLOCK, lost, 10 * BLOCK)
    assert instrument.rig.frame == 10 * BLOCK
    device.run(BLOCK, way, 10 * BLOCK)
    assert instrument.rig.frame == 20 * BLOCK


def test_why_a_device_that_is_there_again_cannot_be_played_on_is_told_and_what_is_not_there_has_no_reason() -> None:
    instrument = Instrument(Drums(RATE_HZ, 1, BLOCK), RATE_HZ, wired(1, 2), BLOCK)
    device = Device(instrument.rig, 0, 2)
    refusals = [
        DeviceError("It is not there", where="here", do="Wait"),
        OtherwiseError("It has 2 inputs", where="here", do="Ask"),
    ]
    told: list[str] = []
    is_over = threading.Event()

    def reopen(_way: int) -> Counting:
        told.append(life.runs_otherwise)
        if len(told) > len(refusals):
            is_over.set()
        raise refusals[min(len(told), len(refusals)) - 1]

    life = Lifeline(device, Counting(device, BLOCK), BLOCK, reopen, bool)
    life.start()
    try:
        assert is_over.wait(WITHIN_S)
    finally:
        life.close()
    assert told[:3] == ["", "", "It has 2 inputs (here). Ask."]
