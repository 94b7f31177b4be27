"""The chain in a plain loop, against pedalboard used offline on the whole signal."""

from pathlib import Path

import numpy as np
import pedalboard
import pytest
import soundfile
from numpy.typing import NDArray

from cython_core.drums import Drums
from cython_core.rack_ring import SUB_BLOCK
from live_rig.rack.chain import build
from live_rig.rack.effects import effect_types
from live_rig.rack.inline import InlineConsole, InlineRack
from live_rig.rack.preset import Effect, Preset
from live_rig.rack.swap import Swap

SAMPLERATE = 48_000
LOOKING_AHEAD = {"BrickwallLimiter", "GSMFullRateCompressor", "MP3Compressor", "PitchShift", "Resample"}
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


def played(preset: Preset, blocks: list[int], allowance_frames: int = 0) -> tuple[NDArray[np.float32], InlineRack]:
    rack, out, start, number = InlineRack(preset, SAMPLERATE, 1, 1024, allowance_frames), [], 0, 0
    while start < len(strokes):
        frames = min(blocks[number % len(blocks)], len(strokes) - start)
        out.append(rack.drums.step(np.ascontiguousarray(strokes[None, start : start + frames]), start))
        rack.process()
        start, number = start + frames, number + 1
    return np.concatenate(out, axis=1), rack


@pytest.mark.parametrize(
    "name",
    sorted(effect_types().keys() - {"Convolution", "GSMFullRateCompressor", "MP3Compressor", "PitchShift", "Resample"}),
)
@pytest.mark.parametrize("blocks", [[16], [64], [441], [100, 16, 64, 33]], ids=str)
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


def test_convolution_plays_an_impulse_response_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "room.wav"
    room = (rng.standard_normal((2400, 2)) * np.exp(-np.arange(2400) / 500)[:, None] * 0.1).astype(np.float32)
    soundfile.write(file, room, SAMPLERATE, subtype="FLOAT")
    hall = Effect("Convolution", {"mix": 0.5}, path=file)
    out, _ = played(Preset("hall", "Hall", "", (hall,)), [64])
    offline = pedalboard.Pedalboard([build(hall)]).process(np.stack([strokes] * 2), SAMPLERATE, buffer_size=SUB_BLOCK)
    np.testing.assert_array_equal(out[:, 64:], offline[:, :-64])


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
    assert swap.is_heard(loud)
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
