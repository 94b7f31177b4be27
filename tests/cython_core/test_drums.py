"""The drums' way through the callback, heard from outside: what goes in, what comes out, and when."""

from collections.abc import Container

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule
from numpy.typing import NDArray

from cython_core.drums import Drums
from cython_core.rack_ring import RackCounts, RackEnd, shared_bytes

SAMPLERATE = 48_000
FADE = 480
Block = NDArray[np.float32]

noise = np.random.default_rng(4).uniform(-0.5, 0.5, 60_000).astype(np.float32)


class LoudRack:
    """A rack in this process that makes everything `gain` times as loud, when it is called."""

    def __init__(self, drums: Drums, gain: float) -> None:
        self.memory = memoryview(bytearray(shared_bytes(2, drums.ring_frames)))
        self.end, self.counts = RackEnd(self.memory, 2, drums.ring_frames), RackCounts(self.memory)
        self.gain, self.is_dead = np.float32(gain), False
        self.voice = drums.attach(self.memory)
        drums.switch(self.voice)

    def work(self) -> None:
        while (heard := self.end.take()) is not None:
            self.end.give(heard * self.gain)


def play(drums: Drums, signal: Block, blocks: list[int], rack: LoudRack | None = None, away: Container[int] = ()) -> Block:
    """The left side of what comes out; the rack is not called after the blocks in `away`."""
    out, start = [], 0
    for number, frames in enumerate(blocks):
        out.append(drums.step(np.ascontiguousarray(signal[None, start : start + frames]), start)[0])
        start += frames
        if rack is not None and number not in away:
            rack.work()
    return np.concatenate(out)


@pytest.mark.parametrize("block", [16, 64, 100, 441, 1024])
@pytest.mark.parametrize("gain", [1.0, -1.0], ids=["dry", "wet"])
def test_drums_come_out_exactly_one_block_later_dry_and_wet(block: int, gain: float) -> None:
    drums = Drums(SAMPLERATE, 1, 1024)
    rack = LoudRack(drums, gain) if gain != 1.0 else None
    out = play(drums, noise, [block] * 20, rack)
    np.testing.assert_array_equal(out[block:], gain * noise[: 19 * block])
    assert drums.delay_frames == block
    assert drums.blocks_dry == 0


@given(st.lists(st.sampled_from([16, 32, 64, 100, 441]), min_size=20, max_size=60))
@settings(max_examples=40, deadline=None)
def test_blocks_of_any_size_up_to_the_first_are_aligned_to_the_sample(blocks: list[int]) -> None:
    drums = Drums(SAMPLERATE, 1, 1024)
    out = play(drums, noise, [441, *blocks], LoudRack(drums, 0.5))
    np.testing.assert_array_equal(out[441:], noise[: len(out) - 441] * np.float32(0.5))
    assert drums.blocks_dry == 0


@given(
    st.lists(st.sampled_from([16, 32, 64, 100, 441, 1024, 1500]), min_size=5, max_size=40),
    st.lists(st.booleans(), min_size=40, max_size=40),
)
@settings(max_examples=100, deadline=None)
def test_whatever_comes_late_there_is_never_silence_and_never_a_jump(blocks: list[int], comes: list[bool]) -> None:
    drums = Drums(SAMPLERATE, 1, 1024)
    rack = LoudRack(drums, 0.5)
    away = [40 + number for number in range(len(blocks)) if not comes[number]]
    blocks = [64] * 40 + blocks
    heard = play(drums, np.ones(sum(blocks), np.float32), blocks, rack, away)[64:]
    assert heard.min() >= 0.5 - 1e-6
    assert heard.max() <= 1.0 + 1e-6
    assert np.abs(np.diff(heard)).max() <= 0.5 / 96 + 0.5 / FADE + 1e-6


class Evening(RuleBasedStateMachine):
    """Presets are switched, racks die, hang for a while and come back, blocks vary; the drummer plays a steady 1."""

    def __init__(self) -> None:
        super().__init__()
        self.drums, self.racks, self.heard = Drums(SAMPLERATE, 1, 1024), list[LoudRack](), list[Block]()
        self.play(64, 40, True)

    @rule(frames=st.sampled_from([16, 64, 100, 441, 1024]), blocks=st.integers(1, 12), answers=st.booleans())
    def play(self, frames: int, blocks: int, answers: bool) -> None:
        for _ in range(blocks):
            self.heard.append(self.drums.step(np.ones((1, frames), np.float32), 0)[0])
            for rack in self.racks:
                if answers and not rack.is_dead:
                    rack.work()

    @rule(gain=st.sampled_from([0.5, 0.75, 1.0]))
    def switch_to_another_preset(self, gain: float) -> None:
        voice = self.drums.attach()
        if voice >= 0:  # there is room: give it back, and take it for the rack
            self.drums.detach(voice)
            self.racks.append(LoudRack(self.drums, gain))

    @rule()
    def switch_to_no_effects(self) -> None:
        voice = self.drums.attach()
        if voice >= 0:
            self.drums.switch(voice)

    @precondition(lambda self: self.racks)
    @rule()
    def the_newest_rack_dies(self) -> None:
        self.racks[-1].is_dead = True

    @rule(voice=st.integers(0, 3))
    def a_tail_is_asked_to_end(self, voice: int) -> None:
        self.drums.hurry(voice)

    def teardown(self) -> None:
        heard = np.concatenate(self.heard)[64:]
        assert heard.min() >= 0.5 - 1e-6
        assert heard.max() <= 1.0 + 1e-6
        assert np.abs(np.diff(heard)).max() <= 0.5 / 96 + 2 / FADE


Evening.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
test_whatever_happens_in_an_evening_there_is_never_silence_and_never_a_jump = Evening.TestCase


def test_a_missing_block_is_dry_at_once_and_the_step_decays_within_2_ms() -> None:
    drums = Drums(SAMPLERATE, 1, 1024)
    out = play(drums, np.ones(64 * 40, np.float32), [64] * 40, LoudRack(drums, 0.25), away=range(19, 40))
    np.testing.assert_array_equal(out[64 : 20 * 64], np.float32(0.25))
    gone = out[20 * 64 : 22 * 64]
    assert np.all(np.diff(gone[:96]) > 0)
    assert gone[0] - 0.25 < 0.01
    np.testing.assert_array_equal(gone[96:], np.float32(1.0))
    assert drums.blocks_dry == 20


def test_effects_come_back_by_a_crossfade_of_10_ms() -> None:
    drums = Drums(SAMPLERATE, 1, 1024)
    out = play(drums, np.ones(64 * 60, np.float32), [64] * 60, LoudRack(drums, 0.25), away=range(19, 30))
    back = 31 * 64
    np.testing.assert_allclose(np.diff(out[back : back + FADE]), -0.75 / FADE, atol=1e-6)
    np.testing.assert_array_equal(out[back + FADE :], np.float32(0.25))


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1e30])
def test_what_is_no_sound_never_gets_through_from_the_effects(bad: float) -> None:
    drums = Drums(SAMPLERATE, 1, 1024)
    rack = LoudRack(drums, 0.5)
    out = [play(drums, noise, [64] * 20, rack)]
    rack.gain = np.float32(bad)
    out.append(play(drums, noise[64:], [64] * 20, rack))
    assert np.abs(np.concatenate(out)).max() <= 0.75  # dry, and the step from wet that still decays
    assert rack.counts.unsound == 20
    assert drums.blocks_dry == 19


@pytest.mark.parametrize("bad", [np.nan, np.inf, 1e30])
def test_an_input_that_is_no_sound_counts_as_silence(bad: float) -> None:
    drums = Drums(SAMPLERATE, 2, 64)
    heard = np.full((2, 64), 0.25, np.float32)
    heard[0] = bad
    drums.step(heard, 0)
    out = drums.step(heard, 64)
    np.testing.assert_array_equal(out, [[0.0] * 64, [0.25] * 64])


def test_a_larger_block_is_dry_and_sets_the_delay_anew_without_a_click() -> None:
    drums = Drums(SAMPLERATE, 1, 1024)
    time_s = np.arange(60_000) / SAMPLERATE
    tone = (0.5 * np.sin(2 * np.pi * 200 * time_s)).astype(np.float32)
    out = play(drums, tone, [64] * 40 + [256] * 40, LoudRack(drums, 0.5))
    assert drums.delay_frames == 256
    assert drums.delay_changes == 1
    assert drums.blocks_dry == 1
    np.testing.assert_array_equal(out[40 * 64 + 1024 :], tone[40 * 64 + 1024 - 256 : len(out) - 256] * np.float32(0.5))
    assert np.abs(np.diff(out)).max() < 2 * np.abs(np.diff(tone)).max()


@pytest.mark.parametrize("large", [100, 160, 256, 441])
@pytest.mark.parametrize("after", [1, 5, 11, 19, 29])
def test_a_switch_adds_up_while_the_delay_is_set_anew(large: int, after: int) -> None:
    drums = Drums(SAMPLERATE, 1, 1024)
    same = LoudRack(drums, 1.0)
    heard = [play(drums, np.ones(16 * 60, np.float32), [16] * 60, same)[16:]]
    drums.switch(drums.attach())
    heard.append(play(drums, np.ones(16 * after, np.float32), [16] * after, same))
    heard.append(play(drums, np.ones(large * 12, np.float32), [large] * 12, same))
    assert drums.delay_changes == 1
    np.testing.assert_allclose(np.concatenate(heard), 1.0, atol=1e-6)


def test_the_delay_shrinks_again_when_blocks_have_been_small_for_long() -> None:
    drums = Drums(SAMPLERATE, 1, 1024)
    play(drums, noise, [1024] + [64] * 10)
    assert drums.delay_frames == 1024
    block = np.zeros((1, 64), np.float32)
    for number in range(2 * 10 * SAMPLERATE // 64 + 2):
        drums.step(block, number * 64)
    assert drums.delay_frames == 64


def test_of_a_device_that_says_what_it_asks_for_the_delay_is_that_block_as_soon_as_it_comes() -> None:
    drums = Drums(SAMPLERATE, 1, 1024, 32)
    play(drums, noise, [64, 1024])
    assert drums.delay_frames == 1024 + 32
    drums.expect(64)
    play(drums, noise, [1024] * 4)
    assert drums.delay_frames == 1024 + 32
    play(drums, noise, [64] * 40)
    assert drums.delay_frames == 64 + 32
    play(drums, noise, [256])
    assert drums.delay_frames == 256 + 32


def test_a_switch_is_a_crossfade_whose_shares_add_up() -> None:
    drums = Drums(SAMPLERATE, 1, 64)
    racks = [LoudRack(drums, 1.0)]
    out = []
    for number in range(200):
        if number in (50, 54):  # the second one while the first still fades
            racks.append(LoudRack(drums, 1.0))
        out.append(drums.step(np.ones((1, 64), np.float32), 0)[0])
        for rack in racks:
            rack.work()
    np.testing.assert_allclose(np.concatenate(out)[64:], 1.0, atol=1e-6)
    assert drums.blocks_dry == 0
    assert drums.stage(racks[2].voice) == "playing"


def test_a_tail_rings_out_after_the_switch_and_its_voice_is_free_again() -> None:
    drums = Drums(SAMPLERATE, 1, 64)
    memory = memoryview(bytearray(shared_bytes(2, drums.ring_frames)))
    end, echo, heard_before = RackEnd(memory, 2, drums.ring_frames), 4800, np.zeros((2, 4800), np.float32)
    voice = drums.attach(memory)
    drums.switch(voice)
    dry = drums.attach()
    out = []
    for number in range(3000):
        block = np.full((1, 64), 0.5 if number < 20 else 0.0, np.float32)
        if number == 20:
            drums.switch(dry)
        out.append(drums.step(block, 0)[0])
        while (heard := end.take()) is not None:
            heard_before = np.concatenate([heard_before, heard], axis=1)
            frames = heard.shape[1]
            end.give(np.ascontiguousarray(heard_before[:, -echo - frames : -echo]))
    tail = np.concatenate(out)
    assert np.all(tail[20 * 64 + 64 + FADE : 4800 + 63] == 0)
    np.testing.assert_array_equal(tail[4800 + 64 : 4800 + 64 + 20 * 64], np.float32(0.5))
    assert drums.stage(voice) == "done"
    assert drums.detach(voice)


def test_a_tail_that_is_asked_to_end_gives_its_voice_back_without_a_click() -> None:
    drums = Drums(SAMPLERATE, 1, 64)
    racks = [LoudRack(drums, 1.0)]
    while drums.attach() >= 0:
        drums.step(np.zeros((1, 64), np.float32), 0)
    assert drums.stage(racks[0].voice) == "playing"
    out = []
    for number in range(300):
        if number == 100:
            drums.switch(1 + racks[0].voice)
        if number == 120:
            drums.hurry(racks[0].voice)
        out.append(drums.step(np.ones((1, 64), np.float32), 0)[0])
        while (heard := racks[0].end.take()) is not None:  # a rack that hums by itself, for ever
            racks[0].end.give(heard * 0 + 1)
    assert drums.stage(racks[0].voice) == "done"
    assert drums.attach() == racks[0].voice
    assert np.abs(np.diff(np.concatenate(out)[64:])).max() <= 1 / FADE + 1e-6


@given(gain_db=st.floats(-60, 40), pan=st.floats(-1, 1))
def test_pan_makes_one_side_quieter_and_leaves_the_other(gain_db: float, pan: float) -> None:
    drums = Drums(SAMPLERATE, 3, 64)
    for index in range(3):
        drums.place_input(index, gain_db, pan)
    one = np.zeros((3, 64), np.float32)
    one[1] = 0.001
    for _ in range(3):
        out = drums.step(one, 0)
    expected = 0.001 * 10 ** (gain_db / 20) * np.array([min(1, 1 - pan), min(1, 1 + pan)])
    np.testing.assert_allclose(out[:, -1], expected, rtol=1e-5, atol=1e-12)


def test_thirty_two_inputs_are_mixed() -> None:
    drums = Drums(SAMPLERATE, 32, 16)
    drums.step(np.full((32, 16), 0.01, np.float32), 0)
    np.testing.assert_allclose(drums.step(np.full((32, 16), 0.01, np.float32), 16), 0.32, rtol=1e-5)


def test_an_input_placed_anew_while_it_plays_gets_there_within_a_block_and_without_a_step() -> None:
    drums = Drums(SAMPLERATE, 1, 64)
    out = []
    for number in range(6):
        if number == 3:
            drums.place_input(0, gain_db=-20.0, pan=1.0)
        out.append(drums.step(np.full((1, 64), 0.5, np.float32), number * 64))
    left, right = np.concatenate(out, axis=1)[:, 64:]
    np.testing.assert_allclose(left[-64:], 0.0, atol=1e-7)
    np.testing.assert_allclose(right[-64:], 0.05, atol=1e-7)
    assert np.abs(np.diff(left)).max() <= 0.5 / 64 + 1e-6
