"""MIDI that comes with JACK's sound, in the real callback, with a JACK that is made here: a plain loop of blocks."""

import ctypes
from collections.abc import Iterable, Sequence
from multiprocessing import get_context
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cython_core.callback import Device
from cython_core.drums import Drums
from cython_core.exchange import EventKind
from cython_core.jack_plugs import JackPlugs
from cython_core.mix import BUSES, PADS_LEFT
from cython_core.pads import Begins, Pads
from cython_core.pedals import Pedals
from cython_core.rack_ring import RackEnd, shared_bytes
from live_rig.audio.midi_routing import Routing
from live_rig.conducting.cues import Sent, midi_event
from live_rig.instrument import Instrument
from live_rig.wiring import Wiring
from tests.audio.test_midi_routing import PEDALS

RATE_HZ, MAX_BLOCK, GUARD = 48_000, 256, 64
KICK, SNARE, RIDE = 36, 38, 51  # only the snare is a pad
MOST = 128  # messages in a block
Message = tuple[int, bytes]  # frame, what is sent
PROCESS = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_uint, ctypes.c_void_p)
BUFFER = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_size_t, ctypes.c_uint)
COUNT = ctypes.CFUNCTYPE(ctypes.c_uint, ctypes.c_void_p)


class MidiEvent(ctypes.Structure):
    """jack_midi_event_t."""

    _fields_ = (("time", ctypes.c_uint32), ("size", ctypes.c_size_t), ("buffer", ctypes.c_void_p))


GET = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(MidiEvent), ctypes.c_void_p, ctypes.c_uint)


class Stage:
    """A rig as a client of a JACK that is made here. Its one pad clicks on the snare's note; its kit is posted to a rack."""

    def __init__(self) -> None:
        click = np.zeros((8, 2), np.float32)
        click[0] = 0.5
        pad = {"note": SNARE, "choke": 0, "gains": (1.0, 1.0), "dynamics_db": 0.0, "line": -1, "is_stroke": True, "slices": 0}
        pads = Pads(RATE_HZ, MAX_BLOCK, [pad | {"beats": 0.0, "begins": int(Begins.AT_ONCE), "layers": [(click, 127)]}])
        route = np.zeros((2, BUSES), np.float32)
        route[0, PADS_LEFT] = route[1, PADS_LEFT + 1] = 1.0
        drums = Drums(RATE_HZ, 1, MAX_BLOCK)
        memory = memoryview(bytearray(shared_bytes(2, drums.ring_frames)))
        drums.switch(drums.attach(memory))
        self._rack = RackEnd(memory, 2, drums.ring_frames)
        self.instrument = Instrument(drums, RATE_HZ, Wiring(1, route), MAX_BLOCK, pads=pads)
        routing = Routing(PEDALS, print, print, print)
        self.pedals = Pedals(routing.least(), get_context("spawn").Semaphore(0))
        self.device = Device(self.instrument.rig, 1, 2, pedals=self.pedals)
        self.played: list[Message] = []  # by the plugins that are instruments
        self._taken = 0
        self._events: list[Message] = []
        self._block = np.zeros((3, 4 * MAX_BLOCK), np.float32)
        self._functions = BUFFER(self._buffer), COUNT(lambda _: len(self._events)), GET(self._get)
        buffer, count, get = (ctypes.cast(each, ctypes.c_void_p).value or 0 for each in self._functions)
        self._plugs = JackPlugs(self.device, self.device.userdata, buffer, [1], [2, 3], (4, count, get))

    def play(self, messages: Iterable[Message], blocks: Sequence[int]) -> npt.NDArray[np.float32]:
        """What comes out on the left, with these messages at their frames."""
        heard, start, waiting = [], 0, sorted(messages, key=lambda message: message[0])
        for frames in blocks:
            self._events = [(at - start, said) for at, said in waiting if start <= at < start + frames]
            PROCESS(self._plugs.callback)(frames, self._plugs.userdata)
            heard.append(self._block[1, :frames].copy())
            while (taken := self._rack.take()) is not None:
                self.played += [(self._taken + into, said) for said, into in self._rack.played()]
                self._taken += taken.shape[1]
                self._rack.give(taken)
            start += frames
        return np.concatenate(heard)

    def is_now(self) -> dict[str, Any]:
        """The newest snapshot, but for how many events it took: which way they came is not to be seen in anything else."""
        return {name: value for name, value in self.instrument.exchange.snapshot().items() if name != "events_taken"}

    def _buffer(self, port: int, _frames: int) -> int:
        return 0 if port == 4 else self._block[port - 1].ctypes.data

    def _get(self, event: "ctypes._Pointer[MidiEvent]", _buffer: int, number: int) -> int:
        at, said = self._events[number]
        self._kept = ctypes.create_string_buffer(said, max(1, len(said)))
        event.contents.time, event.contents.size, event.contents.buffer = at, len(said), ctypes.addressof(self._kept)
        return 0


def struck(note: int, velocity: int = 127) -> bytes:
    return bytes((0x99, note, velocity))


@given(st.lists(st.integers(0, 4 * MAX_BLOCK - 1), min_size=1, max_size=6, unique=True), st.sampled_from([16, 64, 100, 1024]))
@settings(max_examples=30, deadline=None)
def test_a_stroke_sounds_at_its_own_frame_in_the_block_that_it_comes_in(frames: list[int], block: int) -> None:
    heard = Stage().play([(at, struck(SNARE)) for at in frames], [block] * (1 + 1100 // block))
    assert sorted(np.flatnonzero(np.abs(heard) > 0.3)) == sorted(at + GUARD for at in frames if at + GUARD < len(heard))


@given(
    st.lists(
        st.tuples(st.integers(1, 9_000), st.sampled_from([KICK, SNARE, RIDE]), st.integers(0, 127)), max_size=20, unique=True
    ),
    st.sampled_from([[16], [64], [100, 33], [441]]),
)
@settings(max_examples=25, deadline=None)
def test_it_is_played_like_a_note_that_was_sent_for_that_frame(notes: list[tuple[int, int, int]], sizes: list[int]) -> None:
    blocks = (sizes * 700)[: 10_000 * len(sizes) // sum(sizes)]
    notes.sort()
    here, there = Stage(), Stage()
    for at, note, velocity in notes:
        sent = [Sent(EventKind.NOTE, note, velocity)] if velocity else []
        there.instrument.send([*sent, midi_event(struck(note, velocity))], at)
    heard = here.play([(at, struck(note, velocity)) for at, note, velocity in notes], blocks)
    np.testing.assert_array_equal(heard, there.play([], blocks))
    assert here.played == there.played
    np.testing.assert_equal(here.is_now(), there.is_now())


def test_the_follower_finds_the_drummer() -> None:
    stage = Stage()
    beats = [(1_000 + 24_000 * beat, struck(KICK if beat % 2 == 0 else SNARE, 100)) for beat in range(16)]
    stage.play(beats, [64] * 6_000)
    now = stage.instrument.exchange.snapshot()
    assert now["drummer_found"]
    assert now["drummer_bpm"] == pytest.approx(120, abs=0.5) or now["drummer_bpm"] == pytest.approx(60, abs=0.5)


def test_instruments_get_what_the_kit_sends_and_not_what_strikes_a_pad() -> None:
    stage = Stage()
    lifted, half_open, choked = b"\x89\x24\x00", b"\xb9\x04\x40", b"\xd9\x5a"
    stage.play(
        [(10, struck(KICK)), (20, struck(SNARE)), (30, lifted), (70, half_open), (300, choked), (400, b"\xc9\x07")], [256, 256]
    )
    assert stage.played == [(10, struck(KICK)), (30, lifted), (70, half_open), (300, choked)]


def test_a_pedal_of_the_map_is_kept_for_python_and_neither_sounds_nor_is_played() -> None:
    stage = Stage()
    heard = stage.play([(5, b"\xb0\x40\x7f"), (6, struck(60)), (7, b"\xc0\x01"), (8, b"\xb3\x07\x00")], [64] * 4)
    assert stage.pedals.taken() == [(0xB0, 64, 127), (0x99, 60, 127), (0xC0, 1, 0), (0xB3, 7, 0)]
    assert stage.pedals.taken() == []
    assert stage.played == []
    assert not heard.any()


def test_another_map_holds_from_then_on() -> None:
    stage = Stage()
    stage.pedals.know(Routing({"cc:65": "take"}, print, print, print).least())
    stage.play([(5, b"\xb0\x40\x7f"), (6, b"\xb0\x41\x7f")], [64] * 2)
    assert stage.pedals.taken() == [(0xB0, 65, 127)]


@given(
    st.lists(st.tuples(st.sampled_from([0x80, 0x90, 0xA0, 0xB0, 0xC0, 0xD0, 0xE0]), st.integers(0, 127), st.integers(0, 127)))
)
@settings(max_examples=50, deadline=None)
def test_what_is_a_pedal_is_the_same_here_as_elsewhere(messages: list[tuple[int, int, int]]) -> None:
    stage, routing = Stage(), Routing(PEDALS, print, print, print)
    said = [bytes(message[:2] if message[0] in (0xC0, 0xD0) else message) for message in messages]
    stage.play(enumerate(said), [256])
    assert [(each[0], each[1], (*each, 0)[2]) for each in said if routing.command_of(each) is not None] == stage.pedals.taken()


@given(st.lists(st.binary(min_size=0, max_size=12), max_size=60))
@settings(max_examples=60, deadline=None)
def test_no_message_is_too_odd(messages: list[bytes]) -> None:
    stage = Stage()
    assert np.isfinite(stage.play([(7 * number, said) for number, said in enumerate(messages)], [64] * 8)).all()
    assert all(len(said) in (2, 3) and 0x80 <= said[0] < 0xF0 for _, said in stage.played)


def test_long_messages_clocks_and_what_leaves_its_status_out_are_passed_over() -> None:
    stage = Stage()
    odd = [b"\xf0" + bytes(5_000) + b"\xf7", b"\xf8", b"\x26\x64", b"\x99\x26", b"\x99\x26\x64\x26\x64", b""]
    heard = stage.play([(number, said) for number, said in enumerate(odd)], [64] * 4)
    assert stage.played == []
    assert not heard.any()


def test_of_a_flood_so_many_are_played_and_the_rest_is_counted() -> None:
    stage = Stage()
    heard = stage.play([(at // 8, struck(SNARE if at % 2 else KICK)) for at in range(2_000)], [256] * 8)
    assert stage.device.counts["midi_lost"] == 2_000 - MOST
    assert len(stage.played) == MOST // 2
    assert np.isfinite(heard).all()


def test_where_nobody_carries_out_what_is_pressed_the_newest_is_lost_and_counted() -> None:
    stage = Stage()
    stage.play([(at, bytes((0xB0, 7, at % 128))) for at in range(1_100)], [16] * 70)
    assert stage.device.counts["midi_lost"] == 1_100 - 1_024
    assert stage.pedals.taken() == [(0xB0, 7, at % 128) for at in range(1_024)]
    stage.play([(3, b"\xb0\x07\x05")], [16])
    assert stage.pedals.taken() == [(0xB0, 7, 5)]


def test_by_a_way_that_is_shut_nothing_is_heard() -> None:
    stage = Stage()
    stage.device.shut(stage.device.userdata)
    assert not stage.play([(0, struck(SNARE)), (1, b"\xb0\x40\x7f")], [64] * 4).any()
    assert (stage.pedals.taken(), stage.played) == ([], [])
