"""Where knobs of plugins stand, whoever looks when."""

from pathlib import Path

from cython_core.drums import Drums
from live_rig.rack.preset import Effect, Preset
from live_rig.rack.standing import Standing
from live_rig.rack.swap import Swap
from live_rig.rack.turning import Turning


def test_a_knob_of_a_plugin_that_was_moved_in_its_window_counts_again_when_it_is_turned() -> None:
    turning = Turning(Swap(Drums(48_000.0, 1, 64)))
    effect = Effect("VST3", {"gain": 1.0}, path=Path("Faulty.vst3"))
    turning.call(Standing(Preset("mine", "Mine", "", (effect,))))
    assert turning.moved_in_window("master.Faulty") == {}
    assert turning.edits is not None
    moved = turning.edits.turn("master.Faulty.gain", 0.5)
    assert turning.plugins_stand() == {}  # somebody looks before it is told
    turning.turn(moved)
    assert turning.plugins_stand() == {"master.Faulty.gain": 0.5}
