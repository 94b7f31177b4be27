"""The rings between the callback and a rack, from the rack's end."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cython_core.drums import Drums
from cython_core.rack_ring import MIDI_KEPT, SUB_BLOCK, RackCounts, RackEnd, shared_bytes


def attached() -> tuple[Drums, RackEnd, RackCounts]:
    drums = Drums(48_000, 1, 1024)
    memory = memoryview(bytearray(shared_bytes(2, drums.ring_frames)))
    drums.switch(drums.attach(memory))
    return drums, RackEnd(memory, 2, drums.ring_frames), RackCounts(memory)


@given(st.lists(st.integers(1, 1024), min_size=1, max_size=30))
@settings(max_examples=60, deadline=None)
def test_the_rack_gets_every_frame_once_and_never_more_than_a_sub_block(blocks: list[int]) -> None:
    drums, end, counts = attached()
    ramp = np.arange(sum(blocks), dtype=np.float32) / 65_536
    got, start = [], 0
    for frames in blocks:
        drums.step(ramp[None, start : start + frames].copy(), start)
        start += frames
        while (heard := end.take()) is not None:
            assert 1 <= heard.shape[1] <= SUB_BLOCK
            got.append(heard[0].copy())
            end.give(heard)
    np.testing.assert_array_equal(np.concatenate(got), ramp)
    assert (counts.late, counts.skipped_frames, counts.behind_frames) == (0, 0, 0)


def test_a_late_rack_takes_the_newest_block_and_leaves_the_older_ones_out() -> None:
    drums, end, counts = attached()
    for number in range(100):
        drums.step(np.full((1, 64), number / 100, np.float32), number * 64)
        if number == 0:
            heard = end.take()
            assert heard is not None
            end.give(heard)
    assert counts.behind_frames == 99 * 64
    heard = end.take()
    assert heard is not None
    np.testing.assert_array_equal(heard, np.float32(0.99))
    assert end.take() is None
    assert counts.skipped_frames == 98 * 64


def test_effects_that_look_ahead_stay_aligned_and_what_was_inside_them_at_a_skip_is_dropped() -> None:
    drums = Drums(48_000, 1, 64, allowance_frames=48)
    memory = memoryview(bytearray(shared_bytes(2, drums.ring_frames)))
    drums.switch(drums.attach(memory))
    end, inside, heard_by_drums = RackEnd(memory, 2, drums.ring_frames), np.zeros((2, 0), np.float32), []
    ramp = (np.arange(64 * 60, dtype=np.float32) + 1) / 65_536
    for number in range(60):
        heard_by_drums.append(drums.step(ramp[None, number * 64 : number * 64 + 64].copy(), number * 64)[0])
        while not 20 <= number < 30 and (heard := end.take()) is not None:
            inside = np.concatenate([inside, heard], axis=1)
            end.give(np.ascontiguousarray(inside[:, : max(0, inside.shape[1] - 48)]))
            inside = inside[:, max(0, inside.shape[1] - 48) :]
    out = np.concatenate(heard_by_drums)
    np.testing.assert_allclose(out[112:], ramp[: len(out) - 112], atol=1e-7)
    assert drums.delay_frames == 64 + 48
    assert drums.blocks_dry >= 10


def test_a_sub_block_that_came_after_it_was_due_is_counted() -> None:
    drums, end, counts = attached()
    drums.step(np.ones((1, 64), np.float32), 0)
    heard = end.take()
    assert heard is not None
    drums.step(np.ones((1, 64), np.float32), 64)
    end.give(heard)
    assert counts.late == 1


@pytest.mark.parametrize("sent", [MIDI_KEPT - 1, MIDI_KEPT, 2 * MIDI_KEPT + 7])
def test_of_the_kits_midi_a_late_rack_takes_what_cannot_be_written_over_meanwhile_and_counts_the_rest(sent: int) -> None:
    drums, end, _ = attached()
    messages = [bytes((0xB9, number // 128, number % 128)) for number in range(sent)]
    for number, message in enumerate(messages):
        drums.play(message)
        drums.step(np.zeros((1, 64), np.float32), number * 64)
    end.take()
    assert [message for message, _ in end.played()] == messages[-(MIDI_KEPT - 1) :]
    assert end.midi_lost == sent - (MIDI_KEPT - 1)


def test_rings_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        RackEnd(memoryview(bytearray(100)), 2, 4096)
    with pytest.raises(ValueError, match="do not fit"):
        RackEnd(memoryview(bytearray(100_000)), 2, 1000)
