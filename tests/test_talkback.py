"""Talkback: heard where it is sent while it is open, and nowhere else; never a part of the kit."""

import numpy as np
import numpy.typing as npt
import pytest

from cython_core.drums import Drums
from cython_core.exchange import EventKind
from cython_core.mix import TALK
from live_rig.conducting.cues import Sent
from live_rig.instrument import Instrument
from live_rig.show.mix import Mix
from live_rig.wiring import Wiring, each_bus_apart, wired
from tests.playing import RATE_HZ

BLOCK = 64
HOUSE = Mix(name="house", outputs=(1,))
EARS = Mix(name="drummer", outputs=(2,), drummer=True)
BASS = Mix(name="bass", outputs=(3,))
voice = (0.25 * np.sin(2 * np.pi * 300 * np.arange(48_000) / RATE_HZ)).astype(np.float32)


class Room:
    """A kit on input 1 that is silent, and somebody who speaks into input 2."""

    def __init__(self, wiring: Wiring) -> None:
        self.instrument = Instrument(Drums(RATE_HZ, 2, BLOCK), RATE_HZ, wiring, BLOCK)
        self.frame = 0

    def latch(self, is_open: bool) -> None:
        self.instrument.send([Sent(EventKind.BUS, float(is_open), TALK)])

    def hears(self, frames: int = 9_600) -> npt.NDArray[np.float64]:
        """The loudest sample at each output, in the last half of the time."""
        peaks = np.zeros(self.instrument.outputs)
        for at in range(0, frames, BLOCK):
            heard = np.zeros((2, BLOCK), np.float32)
            heard[1] = voice[(self.frame + np.arange(BLOCK)) % len(voice)]
            out = np.empty((self.instrument.outputs, BLOCK), np.float32)
            self.instrument.rig.step(heard, out)
            self.frame += BLOCK
            if at > frames / 2:
                peaks = np.maximum(peaks, np.abs(out).max(axis=1))
        return peaks


def test_talkback_is_in_the_drummers_ears_while_it_is_latched_and_never_in_the_house() -> None:
    room = Room(wired(2, 3, [HOUSE, EARS, BASS]).with_talkback(1, None, 0.0))
    assert room.hears().max() == 0.0
    room.latch(True)
    assert room.hears() == pytest.approx([0.0, 0.25, 0.0], abs=1e-3)
    room.latch(False)
    assert room.hears().max() < 1e-5


def test_a_panic_leaves_the_talkback_as_it_is() -> None:
    room = Room(wired(2, 3, [HOUSE, EARS, BASS]).with_talkback(1, None, 0.0))
    for is_open, heard in ((True, 0.25), (False, 0.0)):
        room.latch(is_open)
        room.instrument.send([Sent(EventKind.PANIC)])
        assert room.hears() == pytest.approx([0.0, heard, 0.0], abs=1e-3)
        room.instrument.send([Sent(EventKind.COUNT_IN)])
        room.instrument.send([Sent(EventKind.STOP)])
        assert room.hears() == pytest.approx([0.0, heard, 0.0], abs=1e-3)


def test_talkback_goes_to_those_who_are_named_and_as_loud_as_is_said() -> None:
    room = Room(wired(2, 3, [HOUSE, EARS, BASS]).with_talkback(1, ("bass",), -6.0206))
    room.latch(True)
    assert room.hears() == pytest.approx([0.0, 0.0, 0.125], abs=1e-3)


def test_a_recording_of_the_buses_has_no_talkback() -> None:
    room = Room(wired(2, 3, [HOUSE, EARS, BASS]).with_talkback(1, None, 0.0).and_also(each_bus_apart(2)))
    room.latch(True)
    assert room.hears()[3:].max() == 0.0


def test_whoever_speaks_is_taken_for_no_drummer() -> None:
    room = Room(wired(2, 3, [HOUSE, EARS, BASS]).with_talkback(1, None, 0.0))
    room.latch(True)
    room.hears()
    assert room.instrument.exchange.snapshot()["input_peak"] == 0.0


def test_what_is_no_number_is_silence() -> None:
    room = Room(wired(2, 3, [HOUSE, EARS, BASS]).with_talkback(1, None, 0.0))
    room.latch(True)
    out = np.empty((3, BLOCK), np.float32)
    for _ in range(4):
        room.instrument.rig.step(np.full((2, BLOCK), np.nan, np.float32), out)
    assert np.isfinite(out).all()
    assert room.hears()[1] == pytest.approx(0.25, abs=1e-3)


@pytest.mark.parametrize("talk_input", [0, 1, 2])
def test_two_microphones_are_left_and_right_whichever_input_somebody_speaks_into(talk_input: int) -> None:
    wiring = wired(3, 2, [Mix(name="house", outputs=(1, 2))]).with_talkback(talk_input, (), 0.0)
    instrument = Instrument(Drums(RATE_HZ, 3, BLOCK), RATE_HZ, wiring, BLOCK)
    heard, out = np.zeros((3, BLOCK), np.float32), np.empty((2, BLOCK), np.float32)
    left, right = (number for number in range(3) if number != talk_input)
    heard[left], heard[right] = voice[:BLOCK], -0.5 * voice[:BLOCK]
    for _ in range(4):
        instrument.rig.step(heard, out)
    assert out[1] == pytest.approx(-0.5 * out[0], abs=1e-6)
    assert np.abs(out[0]).max() == pytest.approx(np.abs(voice[:BLOCK]).max(), rel=1e-3)


@pytest.mark.parametrize("talk_input", [0, 1])
def test_one_microphone_goes_to_both_sides_whichever_input_somebody_speaks_into(talk_input: int) -> None:
    wiring = wired(2, 2, [Mix(name="house", outputs=(1, 2))]).with_talkback(talk_input, (), 0.0)
    instrument = Instrument(Drums(RATE_HZ, 2, BLOCK), RATE_HZ, wiring, BLOCK)
    heard, out = np.zeros((2, BLOCK), np.float32), np.empty((2, BLOCK), np.float32)
    heard[1 - talk_input] = voice[:BLOCK]
    for _ in range(4):
        instrument.rig.step(heard, out)
    assert out[0].any()
    assert np.array_equal(out[0], out[1])
