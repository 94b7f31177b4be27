"""A preset that is called for the next beat or bar is heard from the block in which that falls, whatever the block."""

import numpy as np
import pytest

from cython_core.drums import AT_ONCE, ON_THE_BAR, ON_THE_BEAT
from cython_core.exchange import EventKind
from live_rig.conducting.chart import chart_of
from live_rig.conducting.cues import Sent
from live_rig.instrument import Instrument
from live_rig.rack.inline import InlineRack
from live_rig.rack.preset import Effect, Preset
from live_rig.wiring import each_bus_apart
from tests.playing import RATE_HZ, TICK, song

UPSIDE_DOWN = Preset("down", "Upside down", "", (Effect("Invert"),))
BPM, ASKED_FRAME = 137.0, 100_000
tone = (0.25 * np.sin(2 * np.pi * 200 * np.arange(RATE_HZ * 6) / RATE_HZ)).astype(np.float32)


def played(block: int, when: int, *, with_band: bool = True) -> tuple[int, list[tuple[int, int]]]:
    """(frame of the first block that sounds otherwise, [(frame, number in the bar) of every beat]) since it was asked for."""
    rack = InlineRack(None, RATE_HZ, 1, block)
    instrument = Instrument(rack.drums, RATE_HZ, each_bus_apart(1), block)
    if with_band:
        instrument.load(chart_of(song(BPM), RATE_HZ, None))
        instrument.send([Sent(EventKind.START)])
    before, changed, beats = np.zeros(block, np.float32), -1, []
    for frame in range(0, len(tone) - block, block):
        if frame <= ASKED_FRAME < frame + block:
            rack.load_next(UPSIDE_DOWN)
            rack.switch(when)
        out = np.empty((instrument.outputs, block), np.float32)
        heard = tone[None, frame : frame + block]
        instrument.rig.step(np.ascontiguousarray(heard), out)
        instrument.band.serve()
        rack.process()
        delay, guard = rack.drums.delay_frames, instrument.rig.guard_delay_frames
        late = frame - delay - guard
        expected = tone[late : late + block] if late >= 0 else before
        if changed < 0 and frame > 20_000 and np.abs(out[2] - expected).max() > 1e-4:
            changed = frame - delay - guard
        if frame >= ASKED_FRAME:
            for tick in range(-(-frame // TICK) * TICK, frame + block, TICK):
                moment = instrument.rig.moment(tick)
                if moment["beat_at"] >= 0:
                    beats.append((tick + moment["beat_at"], moment["beat_in_bar"]))
    return changed, beats


@pytest.mark.parametrize("block", [32, 64, 256])
@pytest.mark.parametrize("when", [ON_THE_BEAT, ON_THE_BAR], ids=["beat", "bar"])
def test_a_preset_called_for_a_beat_or_a_bar_comes_with_it(block: int, when: int) -> None:
    changed, beats = played(block, when)
    due = next(frame for frame, number in beats if when == ON_THE_BEAT or number == 1)
    assert due - ASKED_FRAME > 2 * block  # it had to wait
    assert abs(changed - due) <= 2 * block


def test_a_preset_called_at_once_does_not_wait() -> None:
    changed, _ = played(64, AT_ONCE)
    assert abs(changed - ASKED_FRAME) <= 128


def test_where_nothing_counts_a_preset_called_for_a_bar_comes_at_once() -> None:
    changed, _ = played(64, ON_THE_BAR, with_band=False)
    assert abs(changed - ASKED_FRAME) <= 128
