"""The chain in a plain loop, against pedalboard used offline on the whole signal."""

from pathlib import Path

import numpy as np
import pedalboard
import pytest
import soundfile
from numpy.typing import NDArray

from cython_core.drums import Drums
from cython_core.rack_ring import SUB_BLOCK
from live_rig.rack.chain import build, look_ahead_frames
from live_rig.rack.effects import effect_types
from live_rig.rack.inline import InlineConsole, InlineRack
from live_rig.rack.preset import Channel, Effect, Preset
from live_rig.rack.swap import Swap

SAMPLERATE = 48_000
LOOKING_AHEAD = {"BrickwallLimiter", "GSMFullRateCompressor", "MP3Compressor", "PitchShift", "Resample"}
BLOCKS = pytest.mark.parametrize("blocks", [[16], [64], [441], [100, 16, 64, 33]], ids=str)
SHELVES = {"HighShelfFilter", "LowShelfFilter"}  # they round their faintest state to zero at the end of a call: -100 dB
TELLING = {  # parameters at which an effect does something to hear
    "BrickwallLimiter": {"ceiling_db": -12.0},
    "Compressor": {"threshold_db": -30.0, "ratio": 4.0},
    "Delay": {"delay_seconds": 0.05, "feedback": 0.5},
    "HighShelfFilter": {"gain_db": 6.0},
    "LowShelfFilter": {"gain_db": 6.0},
    "PeakFilter": {"gain_db": 6.0},
    "LadderFilter": {"mode": "HPF24", "resonance": 0.4, "drive": 2.0},
    "NoiseGate": {"threshold_db": -20.0},
}

rng = np.random.default_rng(7)
strokes = (rng.standard_normal(SAMPLERATE) * np.exp(-(np.arange(SAMPLERATE) % 6000) / 800) * 0.4).astype(np.float32)


def effect(name: str) -> Effect:
    return Effect(name, TELLING.get(name, {}))


def played(
    preset: Preset, blocks: list[int], allowance_frames: int = 0, length: int = SAMPLERATE
) -> tuple[NDArray[np.float32], InlineRack]:
    rack, out, start, number = InlineRack(preset, SAMPLERATE, 1, 1024, allowance_frames), [], 0, 0
    while start < length:
        frames = min(blocks[number % len(blocks)], length - start)
        out.append(rack.drums.step(np.ascontiguousarray(strokes[None, start : start + frames]), start))
        rack.process()
        start, number = start + frames, number + 1
    return np.concatenate(out, axis=1), rack


@pytest.mark.parametrize(
    "name",
    sorted(effect_types().keys() - {"Convolution", "GSMFullRateCompressor", "MP3Compressor", "PitchShift", "Resample"}),
)
@BLOCKS
def test_an_effect_is_bit_for_bit_what_pedalboard_makes_offline(name: str, blocks: list[int]) -> None:
    allowance = 240 if name in LOOKING_AHEAD else 0
    out, rack = played(Preset("one", "One", "", (effect(name),)), blocks, allowance)
    assert rack.says == ()
    offline = pedalboard.Pedalboard([build(effect(name))]).process(np.stack([strokes] * 2), SAMPLERATE, buffer_size=SUB_BLOCK)
    late = rack.drums.delay_frames
    assert late == max(blocks) + allowance
    difference = np.abs(out[:, late:] - offline[:, : out.shape[1] - late]).max()
    assert difference == 0.0 or (name in SHELVES and difference < 1e-5)
    assert rack.drums.blocks_dry == 0


@pytest.mark.parametrize("name", sorted(LOOKING_AHEAD))
def test_an_effect_that_looks_ahead_further_than_allowed_is_left_out_and_said(name: str) -> None:
    out, rack = played(Preset("two", "Two", "", (effect(name), Effect("Invert"))), [64])
    assert len(rack.says) == 1
    assert name in rack.says[0]
    np.testing.assert_array_equal(out[:, 64:], -np.stack([strokes] * 2)[:, :-64])


def test_a_plugin_that_is_missing_is_left_out_and_said_and_the_rest_plays(tmp_path: Path) -> None:
    missing = Effect("VST3", path=tmp_path / "Lost.vst3")
    out, rack = played(Preset("three", "Three", "", (missing, Effect("Invert"))), [64])
    assert "Lost.vst3" in rack.says[0]
    np.testing.assert_array_equal(out[:, 64:], -np.stack([strokes] * 2)[:, :-64])


@pytest.mark.parametrize(
    ("frames", "sides", "rate_hz"),
    [(64, 1, SAMPLERATE), (65, 2, SAMPLERATE), (2_400, 2, 44_100), (48_000, 1, SAMPLERATE), (240_000, 2, 96_000)],
)
@BLOCKS
def test_convolution_is_what_pedalboard_makes_offline_however_long_the_hall(
    tmp_path: Path, frames: int, sides: int, rate_hz: int, blocks: list[int]
) -> None:
    """To the bit where the device has blocks of 64; others it adds up in another order, and rounds otherwise."""
    file = tmp_path / "room.wav"
    room = rng.standard_normal((frames, sides)) * np.exp(-np.arange(frames) / (frames / 5))[:, None] * 0.1
    soundfile.write(file, room, rate_hz, subtype="FLOAT")
    hall = Effect("Convolution", {"mix": 0.5}, path=file)
    out, rack = played(Preset("hall", "Hall", "", (hall,)), blocks)
    offline = pedalboard.Pedalboard([build(hall)]).process(np.stack([strokes] * 2), SAMPLERATE, buffer_size=SUB_BLOCK)
    heard = out[:, rack.drums.delay_frames :]
    difference = np.abs(heard - offline[:, : heard.shape[1]]).max() / np.abs(offline).max()
    assert difference == 0.0 if blocks == [64] else difference < 10 ** (-135 / 20)


@pytest.mark.parametrize("name", ["BrickwallLimiter", "MP3Compressor", "Resample"])
@BLOCKS
def test_an_effect_that_looks_ahead_is_bit_for_bit_itself_as_a_send(name: str, blocks: list[int]) -> None:
    """It comes as much later as it looks ahead; of shorter blocks MP3Compressor has to gather a few frames more."""
    far = Channel("far", "send", effects=(effect(name),))
    out, rack = played(Preset("p", "P", "", (), (Channel("kit", "strip", (1,), sends={"far": 0.0}), far)), blocks)
    assert rack.says == ()
    offline = pedalboard.Pedalboard([build(effect(name))]).process(np.stack([strokes] * 2), SAMPLERATE, buffer_size=SUB_BLOCK)
    heard = out[:, rack.drums.delay_frames :]
    dry = np.stack([strokes] * 2)[:, : heard.shape[1]]
    looks = look_ahead_frames(build(effect(name)), SAMPLERATE)

    def as_heard(late: int) -> NDArray[np.float32]:
        return dry + np.pad(offline, ((0, 0), (late, 0)))[:, : heard.shape[1]]

    more = SUB_BLOCK if name == "MP3Compressor" else 0
    whole = slice(looks + 2 * more, None)  # it is only while it begins that it has not gathered enough
    assert any(np.array_equal(heard[:, whole], as_heard(late)[:, whole]) for late in range(looks, looks + more + 1))


def test_an_effect_of_which_pedalboard_makes_nothing_in_blocks_is_left_out_and_said() -> None:
    """When pedalboard has mended it, this says so: then it need not be left out."""
    made = pedalboard.Pedalboard([pedalboard.GSMFullRateCompressor()])
    blocks = np.split(np.stack([strokes] * 2), len(strokes) // SUB_BLOCK, axis=1)
    out = np.concatenate([made.process(block, SAMPLERATE, buffer_size=SUB_BLOCK, reset=False) for block in blocks], axis=1)
    assert np.abs(out).max() < 0.01 * np.abs(strokes).max()
    far = Channel("far", "send", effects=(Effect("GSMFullRateCompressor"),))
    kit = Channel("kit", "strip", (1,), sends={"far": 0.0})
    assert (
        "P: far plays without GSMFullRateCompressor: It is silent"
        in played(Preset("p", "P", "", (), (kit, far)), [64])[1].says[0]
    )


@pytest.mark.parametrize("blocks", [[1], [2], [66, 1, 2], [3, 1, 2]], ids=str)
def test_blocks_of_one_and_two_frames_are_heard_as_they_are(blocks: list[int]) -> None:
    out, rack = played(Preset("p", "P", "", (effect("LadderFilter"), effect("Compressor"))), blocks, length=4096)
    offline = pedalboard.Pedalboard([build(effect("LadderFilter")), build(effect("Compressor"))])
    wet = offline.process(np.stack([strokes] * 2), SAMPLERATE, buffer_size=SUB_BLOCK)
    heard = out[:, rack.drums.delay_frames :]
    np.testing.assert_array_equal(heard, wet[:, : heard.shape[1]])
    assert rack.drums.blocks_dry == 0


def test_a_chain_that_turns_to_nan_is_silenced_and_plays_on() -> None:
    out, rack = played(Preset("broken", "Broken", "", (Effect("LowpassFilter", {"cutoff_frequency_hz": float("nan")}),)), [64])
    np.testing.assert_array_equal(out[0, 64 + 96 :], strokes[96:-64])
    assert rack.drums.blocks_dry > 700


def test_a_preset_that_is_called_again_while_its_tail_is_cut_short_is_there_within_ten_milliseconds() -> None:
    drums = Drums(SAMPLERATE, 1, 64)
    swap: Swap[InlineConsole] = Swap(drums)
    echo = Effect("Delay", {"delay_seconds": 0.1, "feedback": 0.8, "mix": 0.5})
    loud, soft = (
        InlineConsole(Preset(name, name, "", (*effects, Effect("Gain", {"gain_db": db}))), SAMPLERATE, drums, 0)
        for name, effects, db in (("loud", (echo,), -6.0), ("soft", (), -20.0))
    )
    tone, out = 0.25 * np.sin(2 * np.pi * 200 * np.arange(2 * SAMPLERATE) / SAMPLERATE), []

    def play(blocks: int) -> None:
        for _ in range(blocks):
            start = 64 * len(out)
            out.append(drums.step(np.ascontiguousarray(tone[None, start : start + 64], np.float32), start)[0])
            loud.work()
            soft.work()

    for rack in (loud, soft):
        assert swap.stand(rack, rack.memory, 0, rack.mix)
        swap.to(rack)
        play(200)
    drums.hurry(swap._voices[loud])
    play(30)  # 40 of the 100 ms that its tail takes to end
    swap.to(loud)
    play(60)
    assert swap.sounding is loud
    heard = np.concatenate(out)
    assert np.abs(np.diff(heard[64 * 420 :])).max() < 3 * np.abs(np.diff(tone)).max()
    again = heard[64 * 440 : 64 * 450]  # 13 ms after it was called
    assert np.abs(again).max() > 0.1
    assert drums.blocks_dry == 0


def test_a_preset_switch_is_no_click_and_the_old_ones_tail_rings_on() -> None:
    echo = Preset("echo", "Echo", "", (Effect("Delay", {"delay_seconds": 0.2, "feedback": 0.0, "mix": 0.5}),))
    rack, out = InlineRack(echo, SAMPLERATE, 1, 64), []
    tone = (0.25 * np.sin(2 * np.pi * 220 * np.arange(SAMPLERATE) / SAMPLERATE)).astype(np.float32)
    for start in range(0, SAMPLERATE - 64, 64):
        if start == 24_000 - 24_000 % 64:
            rack.load_next(None)
            rack.switch()
        out.append(rack.drums.step(tone[None, start : start + 64].copy(), start)[0])
        rack.process()
    heard = np.concatenate(out)
    assert np.abs(np.diff(heard[11_000:])).max() < 2 * np.abs(np.diff(tone)).max()
    after = slice(24_000 + 2_000, 24_000 + 8_000)  # the echo of what was played before the switch
    dry = tone[after.start - 64 : after.stop - 64]
    echoed = 0.5 * tone[after.start - 64 - 9_600 : after.stop - 64 - 9_600]
    np.testing.assert_allclose(heard[after], dry + echoed, atol=1e-5)
    assert rack.status() == "none"


def test_what_dies_away_ends_in_silence_and_not_in_numbers_that_cost_a_processor_more_than_others() -> None:
    echoes = Effect("Delay", {"delay_seconds": 0.01, "feedback": 0.5, "mix": 1.0})
    rack, out = InlineRack(Preset("echo", "Echo", "", (echoes,)), SAMPLERATE, 1, 64), []
    for start in range(0, 2 * SAMPLERATE, 64):
        heard = np.zeros((1, 64), np.float32)
        heard[0, 0] = float(start == 0)
        out.append(rack.drums.step(heard, start))
        rack.process()
    sounds = np.abs(np.concatenate(out, axis=1))
    assert sounds[sounds > 0].min() < 1e-37  # it was as soft as a number can be
    assert sounds[sounds > 0].min() >= np.finfo(np.float32).tiny
    assert not sounds[:, -SAMPLERATE // 4 :].any()
