"""A preset with strips, in a plain loop: what comes in on each line, and what is heard of it."""

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from live_rig.rack.console import TRY_AGAIN, Console
from live_rig.rack.edits import Edits
from live_rig.rack.inline import InlineRack
from live_rig.rack.knobs import knobs_of
from live_rig.rack.mix import dry_mix
from live_rig.rack.preset import Channel, Effect, Gate, Macro, Move, Preset

SAMPLERATE, BLOCK = 48_000, 64
Lines = NDArray[np.float32]

rng = np.random.default_rng(11)
kit = (rng.standard_normal((3, 24_000)) * np.exp(-(np.arange(24_000) % 6000) / 900) * 0.2).astype(np.float32)


def strip(name: str, *inputs: int, **more: object) -> Channel:
    return Channel(name, "strip", inputs, **more)  # type: ignore[arg-type]


def preset(*channels: Channel, effects: tuple[Effect, ...] = (), **more: object) -> Preset:
    return Preset("p", "P", "", effects, channels, **more)  # type: ignore[arg-type]


def play(preset: Preset, heard: Lines = kit, block: int = BLOCK, allowance_frames: int = 0) -> tuple[Lines, InlineRack]:
    """What is heard, (2, frames), without the delay."""
    rack, out = InlineRack(preset, SAMPLERATE, len(heard), 1024, allowance_frames), []
    for start in range(0, heard.shape[1] - block, block):
        out.append(rack.drums.step(np.ascontiguousarray(heard[:, start : start + block]), start))
        rack.process()
    assert rack.drums.blocks_dry == 0
    return np.concatenate(out, axis=1)[:, rack.drums.delay_frames :], rack


def test_each_strip_has_its_gain_place_polarity_and_delay() -> None:
    out, _ = play(
        preset(
            strip("kick", 1, values={"gain_db": -6.0}),
            strip("snare", 2, values={"pan": 1.0, "invert": True}),
            strip("hat", 3, values={"delay_ms": 5.0, "pan": -1.0}),
        )
    )
    n = out.shape[1]
    late = np.concatenate([np.zeros(240, np.float32), kit[2]])[:n]
    half = np.float32(10 ** (-6 / 20))
    np.testing.assert_allclose(out[0], half * kit[0, :n] + late, atol=1e-6)
    np.testing.assert_allclose(out[1], half * kit[0, :n] - kit[1, :n], atol=1e-6)


def test_two_inputs_of_a_strip_are_left_and_right_and_more_are_the_middle() -> None:
    out, _ = play(preset(strip("overheads", 1, 2)))
    np.testing.assert_array_equal(out, kit[:2, : out.shape[1]])
    out, _ = play(preset(strip("room", 1, 2, 3)))
    np.testing.assert_allclose(out, np.stack([kit.sum(axis=0)] * 2)[:, : out.shape[1]], atol=1e-6)


@pytest.mark.parametrize(
    ("kick", "snare", "heard"),
    [({"mute": True}, {}, [1]), ({"solo": True}, {}, [0]), ({"solo": True}, {"solo": True}, [0, 1]), ({}, {"mute": True}, [0])],
)
def test_mute_and_solo(kick: dict[str, bool], snare: dict[str, bool], heard: list[int]) -> None:
    out, _ = play(preset(strip("kick", 1, values=kick), strip("snare", 2, values=snare)))
    np.testing.assert_allclose(out[0], kit[heard].sum(axis=0)[: out.shape[1]], atol=1e-6)


def test_a_group_carries_its_strips_and_a_send_is_added_after_their_gain() -> None:
    channels = (
        strip("kick", 1, to="shells", values={"gain_db": 6.0}),
        strip("hat", 3, sends={"turned": -6.0}, values={"gain_db": -6.0}),
        Channel("shells", "group", values={"gain_db": -6.0}, effects=(Effect("Invert"),)),
        Channel("turned", "send", effects=(Effect("Invert"),)),
    )
    out, _ = play(preset(*channels))
    half = 10 ** (-6 / 20)
    expected = -kit[0] + half * kit[2] - half * half * kit[2]
    np.testing.assert_allclose(out[0], expected[: out.shape[1]], atol=1e-6)


def test_the_block_size_is_not_heard_in_strips() -> None:
    channels = (
        strip("kick", 1, effects=(Effect("Compressor", {"threshold_db": -30.0, "ratio": 4.0}),), sends={"plate": -9.0}),
        strip("snare", 2, gate=Gate("snare", {"threshold_db": -30.0})),
        Channel("plate", "send", effects=(Effect("Reverb", {"wet_level": 1.0, "dry_level": 0.0}),)),
    )
    outs = [play(preset(*channels), block=block)[0] for block in (16, 64, 441)]
    frames = min(out.shape[1] for out in outs)
    for out in outs[1:]:
        np.testing.assert_allclose(out[:, :frames], outs[0][:, :frames], atol=1e-6)


def test_a_gate_is_opened_by_another_strip() -> None:
    heard = np.zeros((2, 48_000), np.float32)
    heard[0, 12_000:12_200] = 0.5  # the key
    heard[1] = 0.1
    gate = Gate("kick", {"threshold_db": -20.0, "range_db": -60.0, "attack_ms": 0.5, "hold_ms": 50.0, "release_ms": 10.0})
    out, _ = play(preset(strip("kick", 1, values={"mute": True}), strip("bass", 2, gate=gate)), heard)
    assert abs(out[0, 11_000]) < 0.001
    assert out[0, 12_200] == pytest.approx(0.1, rel=0.01)
    assert out[0, 14_000] == pytest.approx(0.1, rel=0.01)  # held
    assert abs(out[0, 20_000]) < 0.001


def test_a_gate_whose_key_has_no_microphone_here_stays_open_and_is_said() -> None:
    gated = preset(strip("snare", 1, gate=Gate("kick", {})), strip("kick", 9))
    out, rack = play(gated)
    np.testing.assert_allclose(out, np.repeat(kit[:1, : out.shape[1]], 2, axis=0), atol=1e-6)
    assert "P: the gate of snare stays open, since kick has no microphone here" in rack.says


def test_groups_and_sends_have_their_polarity_delay_and_solo_too() -> None:
    shells = Channel("shells", "group", values={"invert": True, "delay_ms": 5.0, "solo": True})
    echo = Channel("echo", "send", values={"delay_ms": 10.0})
    out, _ = play(preset(strip("kick", 1, to="shells"), strip("hat", 2, sends={"echo": 0.0}), shells, echo))
    late = np.concatenate([np.zeros(240, np.float32), kit[0]])[: out.shape[1]]
    np.testing.assert_allclose(out[0], -late, atol=1e-6)  # what is not soloed is silent, in the echo too
    out, _ = play(preset(strip("hat", 2, sends={"echo": 0.0}), echo))
    late = np.concatenate([np.zeros(480, np.float32), kit[1]])[: out.shape[1]]
    np.testing.assert_allclose(out[0], kit[1, : out.shape[1]] + late, atol=1e-6)


def test_how_far_an_effect_looks_ahead_is_no_knob() -> None:
    knobs = knobs_of(preset(effects=(Effect("BrickwallLimiter"),)))
    assert "master.BrickwallLimiter.ceiling_db" in knobs
    assert "master.BrickwallLimiter.lookahead_ms" not in knobs


def test_a_plugins_switches_and_what_it_has_words_for_are_turned_like_other_knobs(plugin_of_words: Path) -> None:
    effect = Effect("VST3", {"gain": 1, "fault": True}, path=plugin_of_words)
    console, name = Console(preset(effects=(effect,)), SAMPLERATE, 1), f"master.{plugin_of_words.stem}"
    found = console.plugin(name)
    assert found is not None, console.says
    _, made = found
    assert knobs_of(console.preset)[f"{name}.fault"].kind is bool
    numbers = {knob: number for number, knob in enumerate(knobs_of(console.preset))}
    made.gain = "Low"
    console.turn(numbers[f"{name}.gain"], 1.0, at_once=True)
    console.turn(numbers[f"{name}.fault"], 0.0, at_once=True)
    assert (made.gain, bool(made.fault)) == ("1", False)
    console.turn(numbers[f"{name}.fault"], 1.0, at_once=True)
    assert made.fault


@pytest.mark.parametrize("frames", [0, 48, 240])
def test_strips_stay_together_whatever_their_plugins_look_ahead(
    plugin_with_latency: Callable[[int], Path], frames: int
) -> None:
    slow = Effect("VST3", path=plugin_with_latency(frames))
    channels = (strip("kick", 1, effects=(slow,)), strip("snare", 2), Channel("room", "send", effects=(Effect("Invert"),)))
    out, rack = play(preset(*channels), allowance_frames=240)
    assert rack.says == ()
    np.testing.assert_allclose(out[0], (kit[0] + kit[1])[: out.shape[1]], atol=1e-6)


def test_a_plugin_that_looks_too_far_ahead_is_refused_on_a_strip_and_runs_as_a_send(
    plugin_with_latency: Callable[[int], Path],
) -> None:
    slow = Effect("VST3", path=plugin_with_latency(9600))  # 200 ms
    out, rack = play(preset(strip("kick", 1, effects=(slow,))), allowance_frames=240)
    assert "200.0 ms" in rack.says[0]
    assert "It can be a send" in rack.says[0]
    np.testing.assert_array_equal(out[0], kit[0, : out.shape[1]])
    channels = (strip("kick", 1, sends={"far": 0.0}), Channel("far", "send", effects=(slow,)))
    out, rack = play(preset(*channels), allowance_frames=240)
    assert rack.says == ()
    late = np.concatenate([np.zeros(9600, np.float32), kit[0]])
    np.testing.assert_allclose(out[0], (kit[0] + late[: len(kit[0])])[: out.shape[1]], atol=1e-6)


def test_nan_on_one_strip_costs_that_strip_its_effects_and_no_other(plugin: Path) -> None:
    heard = kit.copy()
    heard[0, 9_000] = 0.95
    broken = Effect("VST3", {"gain": 0.5, "fault": 3.0}, path=plugin)
    channels = (strip("kick", 1, effects=(broken,)), strip("snare", 2, effects=(Effect("Invert"),)))
    out, rack = play(preset(*channels), heard)
    block = slice(9_000 - 9_000 % BLOCK, 9_000 - 9_000 % BLOCK + BLOCK)
    expected = 0.5 * heard[0] - heard[1]
    expected[block] = (heard[0] - heard[1])[block]
    np.testing.assert_allclose(out[0], expected[: out.shape[1]], atol=1e-6)
    assert rack.says == ()


def test_a_plugin_that_gives_nan_twice_is_left_out_and_said(plugin: Path) -> None:
    heard = kit.copy()
    heard[0, [3_000, 17_000]] = 0.95
    broken = Effect("VST3", {"gain": 0.5, "fault": 3.0}, path=plugin)
    out, rack = play(preset(strip("kick", 1, effects=(broken,)), strip("snare", 2)), heard)
    assert "kick failed twice and are off" in rack.says[0]
    np.testing.assert_allclose(out[0, 18_000:], (heard[0] + heard[1])[18_000 : out.shape[1]], atol=1e-6)


@pytest.mark.parametrize("failures", [1, 2])
def test_a_strip_whose_plugin_looks_ahead_is_at_its_time_again_after_nan(
    plugin_with_latency: Callable[[int], Path], failures: int
) -> None:
    heard = kit.copy()
    heard[0, [3_000, 17_000][:failures]] = 0.95
    broken, slow = Effect("VST3", {"fault": 3.0}, path=plugin_with_latency(120)), Effect("VST3", path=plugin_with_latency(240))
    channels = (strip("kick", 1, effects=(broken,)), strip("snare", 2, effects=(slow,)))
    rack, out = InlineRack(preset(*channels), SAMPLERATE, 3, BLOCK, 240), []
    for start in range(0, heard.shape[1] - BLOCK, BLOCK):
        if start == 20_032 and rack.console:
            rack.console.turn(TRY_AGAIN, 0.0)
        out.append(rack.drums.step(np.ascontiguousarray(heard[:, start : start + BLOCK]), start))
        rack.process()
    left = np.concatenate(out, axis=1)[0, rack.drums.delay_frames :]
    assert [says for says in rack.says if "failed twice" in says] == [*rack.says]
    assert len(rack.says) == failures - 1
    for calm in (slice(0, 2_690), slice(3_264, 16_690), slice(17_264, len(left))):
        np.testing.assert_allclose(left[calm], (heard[0] + heard[1])[calm], atol=1e-6)


def test_an_input_that_is_not_there_is_said_and_the_rest_plays() -> None:
    out, rack = play(preset(strip("kick", 1), strip("gong", 17)))
    assert rack.says == ("P: gong wants input 17, and there are 3",)
    np.testing.assert_array_equal(out[0], kit[0, : out.shape[1]])


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        ({"gong": (17, 18)}, "gong wants inputs 17, 18"),
        ({"gong": (17,), "bells": (17,)}, "gong, bells want input 17"),
        ({f"s{line}": (line,) for line in range(17, 33)}, "s17, s18, s19 and 13 more want inputs 17 to 32"),
    ],
)
def test_however_many_inputs_are_not_there_they_are_said_in_one_line(wanted: dict[str, tuple[int, ...]], says: str) -> None:
    _, rack = play(preset(strip("kick", 1), *(strip(name, *inputs) for name, inputs in wanted.items())))
    assert rack.says == (f"P: {says}, and there are 3",)


@pytest.mark.parametrize(("inputs", "left", "right"), [(1, [0], [0]), (2, [0], [1]), (3, [0, 1, 2], [0, 1, 2])])
def test_a_kit_that_has_none_of_a_presets_inputs_is_heard_through_the_master(
    inputs: int, left: list[int], right: list[int]
) -> None:
    larger = preset(strip("gong", 17), strip("bells", 18, to="metal"), Channel("metal", "group"), effects=(Effect("Invert"),))
    out, rack = play(larger, kit[:inputs])
    assert rack.says[-1] == "P: no strip hears this kit, so all of it is heard without them"
    for side, lines in zip(out, (left, right), strict=True):
        np.testing.assert_allclose(side, -kit[lines].sum(axis=0)[: out.shape[1]], atol=1e-6)


def test_such_a_kit_is_heard_at_its_time_when_the_strips_look_ahead(plugin_with_latency: Callable[[int], Path]) -> None:
    slow = Effect("VST3", path=plugin_with_latency(240))
    out, rack = play(preset(strip("gong", 17, effects=(slow,))), allowance_frames=240)
    assert rack.says == (
        "P: gong wants input 17, and there are 3",
        "P: no strip hears this kit, so all of it is heard without them",
    )
    np.testing.assert_allclose(out[0], kit.sum(axis=0)[: out.shape[1]], atol=1e-6)


def test_such_a_kit_is_there_without_its_effects_too() -> None:
    np.testing.assert_allclose(dry_mix(preset(strip("gong", 17)), 2), [[1.0, 0.0], [0.0, 1.0]])
    played_by_midi = preset(strip("ekit"))
    np.testing.assert_allclose(dry_mix(played_by_midi, 2), np.zeros((2, 2)))


@pytest.mark.parametrize("inputs", [1, 32])
def test_one_input_and_as_many_as_there_can_be(inputs: int) -> None:
    heard = np.repeat(kit[:1], inputs, axis=0) / inputs
    out, _ = play(preset(*(strip(f"s{i}", i) for i in range(1, inputs + 1))), heard)
    np.testing.assert_allclose(out[0], kit[0, : out.shape[1]], atol=1e-6)


def test_without_its_effects_the_kit_sounds_as_its_strips_are_mixed() -> None:
    channels = (strip("kick", 1, values={"gain_db": -6.0}, to="low"), strip("snare", 2, values={"pan": 0.5, "invert": True}))
    mixed = preset(*channels, Channel("low", "group", values={"gain_db": -6.0}))
    rack = InlineRack(mixed, SAMPLERATE, 3, 1024)
    out = []
    for start in range(0, 6400, BLOCK):
        out.append(rack.drums.step(np.ascontiguousarray(kit[:, start : start + BLOCK]), start))  # the rack never answers
    heard, _ = play(mixed)
    np.testing.assert_allclose(np.concatenate(out, axis=1)[:, 128 + 96 :], heard[:, 128 + 96 - 64 : 6400 - 64], atol=1e-6)


# Knobs

TONE = (0.25 * np.sin(2 * np.pi * 220 * np.arange(96_000) / SAMPLERATE)).astype(np.float32)[None]
SMOOTHEST = np.abs(np.diff(TONE[0])).max()


Turns = Mapping[int, dict[str, float]]  # by the frame in whose block they come


def turned(
    preset: Preset,
    turns: Turns | Callable[[int], dict[str, float]],
    *,
    block: int = BLOCK,
    inputs: int = 1,
    frames: int = 64_000,
) -> Lines:
    """The left side while knobs are turned: before each block by what `turns` says of it, by frame or by number."""
    rack, out = InlineRack(preset, SAMPLERATE, inputs, 1024), []
    numbers = {name: number for number, name in enumerate(knobs_of(preset))}
    assert rack._swap.heard is not None
    for start in range(0, frames - block + 1, block):
        due = (
            [turns[at] for at in turns if start <= at < start + block]
            if isinstance(turns, Mapping)
            else [turns(start // block)]
        )
        for name, value in (pair for each in due for pair in each.items()):
            assert rack._swap.heard.counts.edit(numbers[name], value)
        out.append(rack.drums.step(np.repeat(TONE[:, start : start + block], inputs, axis=0), start)[0])
        rack.process()
    assert rack.drums.blocks_dry == 0
    return np.concatenate(out)


@pytest.mark.parametrize(
    ("knob", "effect", "low", "high"),
    [
        ("master.gain_db", Effect("Invert"), -30.0, 0.0),
        ("master.pan", Effect("Invert"), -1.0, 1.0),
        ("master.mute", Effect("Invert"), 0.0, 1.0),
        ("master.invert", Effect("Invert"), 0.0, 1.0),
        ("master.Gain.gain_db", Effect("Gain"), -30.0, 0.0),
        ("master.Compressor.threshold_db", Effect("Compressor", {"ratio": 10.0}), -40.0, 0.0),
        ("master.LowpassFilter.cutoff_frequency_hz", Effect("LowpassFilter"), 200.0, 18_000.0),
        ("master.Reverb.wet_level", Effect("Reverb"), 0.0, 1.0),
        ("master.Delay.mix", Effect("Delay"), 0.0, 1.0),
    ],
)
def test_a_knob_thrown_from_end_to_end_makes_no_click(knob: str, effect: Effect, low: float, high: float) -> None:
    heard = turned(
        preset(effects=(effect,)), lambda block: {knob: high if block // 100 % 2 else low} if block % 100 == 0 else {}
    )
    after = heard[2_000:]
    assert np.abs(np.diff(after)).max() < 2.2 * SMOOTHEST * max(1.0, np.abs(after).max() / 0.25)


@pytest.mark.parametrize("block", [16, 64, 1024])
@pytest.mark.parametrize("switch", ["kick.mute", "kick.solo", "kick.invert", "hat.solo", "shells.invert"])
def test_a_switch_makes_no_click_whatever_the_block_and_is_there_within_ten_milliseconds(switch: str, block: int) -> None:
    channels = (strip("kick", 1, to="shells"), strip("hat", 2), Channel("shells", "group"))
    heard = turned(preset(*channels), {0: {}, 24_000: {switch: 1.0}, 48_000: {switch: 0.0}}, block=block, inputs=2)
    assert np.abs(np.diff(heard[2_000:])).max() < 1.2 * 2 * SMOOTHEST
    levels = {"kick.mute": 0.25, "kick.solo": 0.25, "kick.invert": 0.0, "hat.solo": 0.25, "shells.invert": 0.0}
    for at in (24_000, 48_000):
        settled = heard[at + block + 480 : at + 20_000]
        assert np.abs(settled).max() == pytest.approx(levels[switch] if at == 24_000 else 0.5, abs=1e-3)


def test_a_parameter_moved_a_thousand_times_a_second_makes_no_gap_and_no_click() -> None:
    effects = (Effect("Gain"), Effect("LowpassFilter"))

    def turns(block: int) -> dict[str, float]:
        return {
            "master.Gain.gain_db": -6 + 6 * np.sin(block / 20),
            "master.LowpassFilter.cutoff_frequency_hz": 3000 + 2000 * np.sin(block / 9),
        }  # 750 blocks a second, two knobs each

    assert np.abs(np.diff(turned(preset(effects=effects), turns)[2_000:])).max() < 2 * SMOOTHEST


def test_a_knob_arrives_where_it_was_turned_to() -> None:
    heard = turned(preset(effects=(Effect("Gain"),)), lambda block: {"master.Gain.gain_db": -20.0} if block == 100 else {})
    np.testing.assert_allclose(heard[32_000:], 0.1 * TONE[0, 32_000 - 64 : 64_000 - 64], atol=1e-5)


@given(st.lists(st.tuples(st.integers(-5, 5000), st.floats(allow_nan=True, allow_infinity=True)), max_size=20))
@settings(max_examples=30, deadline=None)
def test_no_edit_whatever_it_says_breaks_the_rack(edits: list[tuple[int, float]]) -> None:
    console = Console(preset(strip("kick", 1), effects=(Effect("Gain"), Effect("Reverb"))), SAMPLERATE, 1)
    for knob, value in edits:
        console.turn(knob, value, at_once=True)
    console(np.full((1, 64), 0.1, np.float32))
    for number, (name, kind) in enumerate(knobs_of(console.preset).items()):
        console.turn(number, float(kind.default or 0.0) if kind.low <= float(kind.default or 0.0) else 1.0, at_once=True)
        assert name
    console.reset()
    assert np.isfinite(console(np.full((1, 64), 0.1, np.float32))).all()


# Macros, snapshots, undo, A/B


def with_macro() -> Preset:
    crush = Macro("crush", "", (Move("kick.gain_db", 0.0, -12.0), Move("kick.Compressor.threshold_db", 0.0, -40.0, 2.0)))
    return preset(
        strip("kick", 1, effects=(Effect("Compressor", {"threshold_db": -10.0}),)),
        macros=(crush,),
        snapshots={"chorus": {"crush": 0.5, "kick.pan": 0.2}},
    )


def test_a_macro_turns_many_knobs_each_along_its_own_curve() -> None:
    edits = Edits(with_macro())
    assert edits.turn("crush", 0.5) == {"kick.gain_db": -6.0}  # its threshold stands at -10 already
    assert edits.now["kick.Compressor.threshold_db"] == -10.0
    assert edits.turn("crush", 1.0) == {"kick.gain_db": -12.0, "kick.Compressor.threshold_db": -40.0}


def test_a_snapshot_is_the_preset_as_written_but_for_what_it_names() -> None:
    edits = Edits(with_macro())
    edits.turn("kick.gain_db", 3.0)
    edits.recall("chorus")
    assert edits.kept() == {"kick.gain_db": -6.0, "kick.pan": 0.2}


def test_undo_redo_and_a_b() -> None:
    edits = Edits(with_macro())
    for db in (1.0, 2.0, 3.0):
        edits.turn("kick.gain_db", db)
    edits.turn("kick.pan", 0.5)
    assert edits.undo() == {"kick.pan": 0.0}
    assert edits.undo() == {"kick.gain_db": 0.0}  # one turn of one knob, however many values
    assert edits.undo() == {}
    assert edits.redo() == {"kick.gain_db": 3.0}
    assert edits.compare() == {"kick.gain_db": 0.0}
    assert edits.compare() == {"kick.gain_db": 3.0}


def test_each_side_of_a_b_undoes_what_was_turned_on_it() -> None:
    edits = Edits(with_macro())
    edits.turn("kick.gain_db", 3.0)
    edits.compare()
    assert not edits.can_undo
    assert edits.undo() == {}
    edits.turn("kick.pan", 0.5)
    edits.compare()
    assert edits.undo() == {"kick.gain_db": 0.0}
    assert edits.redo() == {"kick.gain_db": 3.0}
    edits.compare()
    assert edits.undo() == {"kick.pan": 0.0}
