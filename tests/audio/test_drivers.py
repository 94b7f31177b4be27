"""The three drivers play one and the same instrument: bit for bit, at every block size.

The one thing that depends on the block is the drums' way through the rack, which takes one block. What is heard otherwise,
the band stretched in the drummer's time, the click and the guide, does not.
"""

import ctypes
from collections.abc import Iterator, Sequence
from functools import cache

import numpy as np
import numpy.typing as npt
import pytest

from cython_core.callback import Device, next_due_ns
from cython_core.drums import Drums
from cython_core.exchange import EventKind
from cython_core.stems import Stems
from live_rig.audio.offline import play
from live_rig.audio.timer import TimerStream
from live_rig.band.renderer import renderers
from live_rig.conducting.chart import chart_of
from live_rig.conducting.cues import Sent
from live_rig.engine import Engine, Setup
from live_rig.instrument import Block, Instrument
from live_rig.paths import examples_dir
from live_rig.rack.inline import InlineRack
from live_rig.rack.preset import Effect, Preset
from live_rig.rehearsal.line import Line
from live_rig.show.store import read_show
from live_rig.wiring import each_bus_apart
from tests.playing import song

RATE_HZ = 48_000
MAX_BLOCK = 1024
LENGTH_S = 4.0
DRUMS, BAND_ON = slice(2, 4), slice(4, 8)  # outputs: the drums; the band, the click and the guide
PORTAUDIO_CALLBACK = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_ulong, ctypes.c_void_p, ctypes.c_ulong, ctypes.c_void_p
)
LOUDER = Preset("louder", "Louder", "", (Effect("Gain", {"gain_db": 6.0}),))
COLOURED = Preset(
    "coloured",
    "Coloured",
    "",
    (Effect("HighpassFilter", {"cutoff_frequency_hz": 80.0}), Effect("Compressor", {}), Effect("Reverb", {"wet_level": 0.2})),
)
PRESETS = {"dry": None, "effects": COLOURED}


@cache
def strokes() -> Block:
    """A loose groove at 132 bpm, (1, frames): decaying noise, every eighth, the beats louder; no work for the guard."""
    noise = np.random.default_rng(7)
    heard = np.zeros(round(LENGTH_S * RATE_HZ), np.float32)
    for eighth in range(int(LENGTH_S * 132 / 30)):
        at = round((0.1 + eighth * 30 / 132 + noise.normal(0, 0.004)) * RATE_HZ)
        stroke = noise.standard_normal(4800) * np.exp(-np.arange(4800) / 600) * (0.2 if eighth % 2 == 0 else 0.06)
        heard[at : at + 4800] += stroke[: len(heard) - at].astype(np.float32)
    return heard[np.newaxis]


@cache
def stems() -> Stems:
    """Two stems of ten seconds: a chord that swells, and noise."""
    time_s = np.arange(10 * RATE_HZ) / RATE_HZ
    chord = sum(np.sin(2 * np.pi * hz * time_s) for hz in (110, 165, 277)) * (0.1 + 0.05 * np.sin(5 * time_s))
    noise = np.random.default_rng(3).standard_normal(len(time_s)) * 0.05
    bank = Stems([np.stack([each, each]).astype(np.float32) for each in (chord, noise)], RATE_HZ)
    bank.all_in_memory()
    return bank


def instrument_with(rack: InlineRack) -> Instrument:
    """A band that plays a song of 120 bpm from the first frame, and a drummer who takes the tempo after a second."""
    instrument = Instrument(rack.drums, RATE_HZ, each_bus_apart(1), MAX_BLOCK, spare_frames=1536, click_on=True)
    instrument.load(chart_of(song(120), RATE_HZ, stems()))
    instrument.send([Sent(EventKind.START)])
    instrument.send([Sent(EventKind.CONDUCT), Sent(EventKind.TEMPO, 126.0)], round(0.4 * RATE_HZ))
    instrument.send([Sent(EventKind.TAKE)], RATE_HZ)
    return instrument


@cache
def by_loop(*blocks: int, preset: str = "dry", is_fed: bool = False) -> Block:
    """(outputs, frames), played by the plain loop: once, for all that are compared with it.

    is_fed: the strokes are a recording's, which the band is to meet where they are heard, as a device that is fed sees to.
    """
    rack = InlineRack(PRESETS[preset], RATE_HZ, 1, MAX_BLOCK)
    instrument, everything = instrument_with(rack), []
    for played in play(instrument, strokes(), blocks, rack.process):
        everything.append(played.block)
        if is_fed:
            instrument.rig.at(-(rack.drums.delay_frames + instrument.rig.guard_delay_frames) / RATE_HZ, 0.0)
    return np.concatenate(everything, axis=1)


def by_portaudio(*blocks: int, preset: str = "dry") -> Block:
    """The same, by the function that PortAudio is given, called at its address as PortAudio calls it."""
    rack = InlineRack(PRESETS[preset], RATE_HZ, 1, MAX_BLOCK)
    instrument = instrument_with(rack)
    device = Device(instrument.rig, 1, instrument.outputs)
    callback = PORTAUDIO_CALLBACK(device.callback)
    heard = np.ascontiguousarray(strokes()[0])
    everything = []
    for begin, size in cut(len(heard), blocks):
        block, played = heard[begin : begin + size].copy(), np.full((size, instrument.outputs), np.nan, np.float32)
        assert callback(block.ctypes.data, played.ctypes.data, size, None, 0, device.userdata) == 0
        instrument.band.serve()
        rack.process()
        everything.append(played)
    return np.concatenate(everything).T


def by_timer(block: int) -> Block:
    """The same, by the machine's clock in a thread of its own, the band by its renderer's thread, out of the capture ring."""
    rack = InlineRack(None, RATE_HZ, 1, MAX_BLOCK)
    instrument = instrument_with(rack)
    heard = strokes()[0]
    device = Device(instrument.rig, 0, 2, heard, 2 * len(heard))
    (band,), timer = renderers(instrument.band), TimerStream(device, block, frames=len(heard))
    band.start()
    timer.start()
    timer.wait()
    band.stop()
    assert instrument.band.frames_missing == 0, "a clock waits for the band"
    return device.collect()[: len(heard)].T


def fed(*blocks: int, allowance_frames: int = 0) -> float:
    """How far the band is off the strokes of a recording that is fed, where both are heard, in ms: mean of two seconds.

    blocks: each for as long as the others.
    """
    drums = Drums(RATE_HZ, 1, MAX_BLOCK, allowance_frames)
    instrument = Instrument(drums, RATE_HZ, each_bus_apart(1), MAX_BLOCK, spare_frames=1536)
    instrument.load(chart_of(song(126), RATE_HZ, stems()))
    instrument.send([Sent(EventKind.START)])
    instrument.send([Sent(EventKind.TAKE)], RATE_HZ)
    recording = strokes()[0]
    device = Device(instrument.rig, 0, instrument.outputs, recording)
    callback = PORTAUDIO_CALLBACK(device.callback)
    played = np.empty((MAX_BLOCK, instrument.outputs), np.float32)
    line = Line()
    for block in blocks:
        for _ in range(0, len(recording) // len(blocks), block):
            callback(None, played.ctypes.data, block, None, 0, device.userdata)
            instrument.band.serve()
            line.look(instrument, drums.delay_frames)
    beats_s = np.arange(0.1, LENGTH_S - 0.1, 60 / 132)
    return float(np.mean([line.asynchrony_ms(beat_s) for beat_s in beats_s[beats_s > LENGTH_S - 2.0]]))


def cut(frames: int, blocks: Sequence[int]) -> Iterator[tuple[int, int]]:
    """(begin, size) of blocks of these sizes, over and over."""
    begin = turn = 0
    while begin < frames:
        size = min(blocks[turn % len(blocks)], frames - begin)
        yield begin, size
        begin, turn = begin + size, turn + 1


def assert_same_bits(one: npt.NDArray[np.float32], other: npt.NDArray[np.float32]) -> None:
    """Not merely equal: the same bits, a negative zero and all."""
    assert np.array_equal(np.ascontiguousarray(one).view(np.uint32), np.ascontiguousarray(other).view(np.uint32))


def test_there_is_something_to_compare() -> None:
    loudest = np.abs(by_loop(64)).max(axis=1)
    assert (loudest[:7] > 0.05).all(), "the drums, the band and the click are to be heard"


@pytest.mark.parametrize("blocks", [[16], [24], [100], [441], [1024], [32, 64, 17, 1, 480, 3]], ids=str)
def test_the_band_the_click_and_the_guide_do_not_depend_on_the_block(blocks: list[int]) -> None:
    assert_same_bits(by_loop(*blocks)[BAND_ON], by_loop(64)[BAND_ON])


@pytest.mark.parametrize(("block", "preset"), [(16, "dry"), (441, "dry"), (1024, "dry"), (128, "effects"), (1024, "effects")])
def test_the_drums_depend_on_the_block_only_by_when_they_come(preset: str, block: int) -> None:
    one, other = apart_by_the_block(block, preset)
    assert_same_bits(one, other)


def test_effects_in_blocks_shorter_than_theirs_differ_in_the_last_bits_alone() -> None:
    """The rack hands its effects 64 frames at a time; in shorter pieces they round otherwise."""
    one, other = apart_by_the_block(16, "effects")
    assert np.abs(one - other).max() < 1e-6


def apart_by_the_block(block: int, preset: str) -> tuple[Block, Block]:
    """The drums in blocks of 64 and of `block`, each from its first frame that can sound."""
    reference, other = by_loop(64, preset=preset)[DRUMS], by_loop(block, preset=preset)[DRUMS]
    frames = reference.shape[1] - MAX_BLOCK
    return reference[:, 64 : 64 + frames], other[:, block : block + frames]


@pytest.mark.parametrize("blocks", [[64], [441], [16, 100, 1024]], ids=str)
@pytest.mark.parametrize("preset", PRESETS)
def test_portaudio_plays_what_the_loop_plays(preset: str, blocks: list[int]) -> None:
    assert_same_bits(by_portaudio(*blocks, preset=preset), by_loop(*blocks, preset=preset))


def test_a_block_larger_than_the_rig_was_made_for_is_played_in_pieces() -> None:
    drums_click_guide = [2, 3, 6, 7]  # the band's renderer is not asked in between, and is too late for such a block
    whole, pieces = by_portaudio(3000), by_portaudio(1024, 1024, 952)
    assert_same_bits(whole[drums_click_guide], pieces[drums_click_guide])


@pytest.mark.parametrize("block", [64, 441])
def test_the_timer_plays_what_the_loop_plays(block: int) -> None:
    assert_same_bits(by_timer(block), by_loop(block, is_fed=True))


@pytest.mark.parametrize("block", [16, 32, 64, 128, 441])
def test_a_stroke_is_heard_with_its_effects_one_block_and_the_guard_later(block: int) -> None:
    rack = InlineRack(LOUDER, RATE_HZ, 1, MAX_BLOCK)
    instrument = Instrument(rack.drums, RATE_HZ, each_bus_apart(1), MAX_BLOCK)
    struck = 20 * block + 5
    heard = np.zeros((1, 60 * block), np.float32)
    heard[0, struck] = 0.25
    out = np.concatenate([played.block for played in play(instrument, heard, [block], rack.process)], axis=1)
    (frames,) = np.nonzero(np.abs(out[2]) > 1e-6)
    assert frames.tolist() == [struck + block + instrument.rig.guard_delay_frames]
    assert out[2, frames[0]] / 0.25 == pytest.approx(10 ** (6 / 20), rel=1e-3)


def test_the_band_follows_live_as_closely_as_offline_however_long_a_block_might_be() -> None:
    offline = Instrument(InlineRack(None, RATE_HZ, 1, 64).drums, RATE_HZ, each_bus_apart(1), 64)
    engine = Engine(read_show(examples_dir() / "festival"), Setup(device="virtual"))
    try:
        assert engine.instrument.band.ahead_frames == offline.band.ahead_frames
    finally:
        engine.close()


def test_a_stream_that_is_late_is_counted_and_goes_on() -> None:
    rack = InlineRack(None, RATE_HZ, 1, MAX_BLOCK)
    instrument = instrument_with(rack)
    device = Device(instrument.rig, 1, 8)
    callback = PORTAUDIO_CALLBACK(device.callback)
    block, played = np.zeros(64, np.float32), np.zeros((64, 8), np.float32)
    output_underflow = 4
    for flags in (0, output_underflow, 0):
        assert callback(block.ctypes.data, played.ctypes.data, 64, None, flags, device.userdata) == 0
    assert (device.counts["callbacks"], device.counts["late"]) == (3, 1)


def test_the_virtual_device_waits_for_a_band_that_is_late() -> None:
    instrument = instrument_with(InlineRack(None, RATE_HZ, 1, MAX_BLOCK))
    device = Device(instrument.rig, 0, 2)
    device.run(64, 0, 512)
    instrument.band.serve()  # it has been rendered, so the clock may rely on it
    stream = TimerStream(device, 64, frames=8192)
    stream.start()
    while not device.counts["waited"]:
        instrument.exchange.snapshot()
    renderer = renderers(instrument.band)[0]
    renderer.start()
    stream.wait()
    renderer.stop()
    assert device.counts["callbacks"] == (512 + 8192) / 64
    assert instrument.band.frames_missing == 0


@pytest.mark.parametrize(
    ("ready_at", "next_due"),
    [(1_000, 2_000), (1_999, 2_000), (2_500, 2_000), (3_000, 2_000), (3_001, 3_001), (900_000, 900_000)],
)
def test_a_block_more_than_a_block_late_is_not_caught_up(ready_at: int, next_due: int) -> None:
    assert next_due_ns(1_000, 1_000, ready_at) == next_due


def test_a_device_with_fewer_channels_than_the_rig_hears_silence_and_plays_what_it_can() -> None:
    rack = InlineRack(None, RATE_HZ, 1, MAX_BLOCK)
    instrument = instrument_with(rack)
    device = Device(instrument.rig, 0, 2)
    callback = PORTAUDIO_CALLBACK(device.callback)
    played = np.full((64, 2), np.nan, np.float32)
    assert callback(None, played.ctypes.data, 64, None, 0, device.userdata) == 0
    assert np.isfinite(played).all()


def test_the_band_meets_a_recording_that_is_fed_where_it_is_heard_however_late_that_is() -> None:
    at_once = fed(32)
    assert abs(at_once) < 10
    assert fed(MAX_BLOCK) == pytest.approx(at_once, abs=2)
    assert fed(64, allowance_frames=240) == pytest.approx(at_once, abs=2)
    assert fed(32, 480, 480, 480) == pytest.approx(at_once, abs=2)
