"""A real rack in a process of its own: its sound, its death, its return."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from numpy.typing import NDArray

from live_rig.rack.inline import InlineRack
from live_rig.rack.preset import Channel, Effect, Preset
from live_rig.rack.process import RackProcess
from live_rig.rack.shared_block import SharedBlock
from live_rig.rack.supervisor import Rack
from tests.waiting import DEADLINE_S, until

SAMPLERATE, BLOCK = 48_000, 64
COLOUR = Preset(
    "colour", "Colour", "", (Effect("Compressor", {"threshold_db": -20.0, "ratio": 3.0}), Effect("Reverb", {"wet_level": 0.2}))
)
UPSIDE_DOWN = Preset("down", "Upside down", "", (Effect("Invert"),))
NOT_A_NUMBER = Preset("nan", "Not a number", "", (Effect("LowpassFilter", {"cutoff_frequency_hz": float("nan")}),))


def with_gain(name: str, gain_db: float) -> Preset:
    return Preset(name, name.capitalize(), "", (Effect("Gain", {"gain_db": gain_db}),))


SET = [with_gain(f"p{number}", -float(number)) for number in range(11)]

rng = np.random.default_rng(3)
strokes = (rng.standard_normal(400_000) * np.exp(-(np.arange(400_000) % 6000) / 800) * 0.2).astype(np.float32)
tone = (0.25 * np.sin(2 * np.pi * 200 * np.arange(48_000) / SAMPLERATE)).astype(np.float32)


class Stage:
    """A drummer who plays a signal into a rack, and waits after each block until the rack has answered, while it lives."""

    def __init__(self, rack: Rack, signal: NDArray[np.float32]) -> None:
        self.rack, self.signal, self.out, self.frame = rack, signal, list[NDArray[np.float32]](), 0

    def play(self, blocks: int = 1, frames: int = BLOCK, answered: bool = True) -> None:
        for _ in range(blocks):
            block = given(self.signal, self.frame, self.frame + frames)
            self.out.append(self.rack.drums.step(block[None], self.frame))
            self.frame += frames
            if answered:
                until(lambda: self.rack.has_answered() or self.rack.status() == "restarting")

    def play_until(self, what: Callable[[], bool]) -> None:
        """At a device's pace: whoever brings it needs the processor more than the drummer does."""
        end_s = time.monotonic() + DEADLINE_S
        while not what():
            assert time.monotonic() < end_s
            over_s = time.monotonic() + BLOCK / SAMPLERATE
            self.play()
            until(lambda over_s=over_s: time.monotonic() > over_s)

    def go_on_until(self, what: Callable[[], bool]) -> None:
        """As a device does: no answer is waited for longer than a block lasts. A rack hangs when many are owing."""
        end_s = time.monotonic() + DEADLINE_S
        while not what():
            assert time.monotonic() < end_s
            self.play(answered=False)
            self.wait_a_block()

    def wait_a_block(self) -> None:
        over_s = time.monotonic() + BLOCK / SAMPLERATE
        until(lambda: self.rack.has_answered() or time.monotonic() > over_s)

    @property
    def heard(self) -> NDArray[np.float32]:
        return np.concatenate(self.out, axis=1)


def given(signal: NDArray[np.float32], start: int, stop: int) -> NDArray[np.float32]:
    """Frames of a signal that goes round and round."""
    return signal[np.arange(start, stop) % len(signal)]


def has_successor(rack: Rack, lost: int) -> bool:
    """Whether another process than that one is heard. What comes between may be over before anybody looks."""
    return rack.process_id not in (None, lost) and rack.status() == "on"


def spares(rack: Rack) -> list[psutil.Process]:
    """The processes that are being started, or stand by."""
    others = (child for child in psutil.Process().children() if child.pid != rack.process_id)
    return [child for child in others if "resource_tracker" not in str(child.cmdline())]


def die_until_off(stage: Stage) -> None:
    """Kill the rack as often as it comes back, until it stays off and says so."""
    rack, told = stage.rack, list[str]()
    for _ in range(4):
        stage.play_until(lambda: rack.status() == "on")
        assert rack.process_id is not None
        os.kill(rack.process_id, signal.SIGKILL)
        stage.play_until(lambda: rack.status() != "on")
    until(lambda: bool(told.extend(rack.alerts()) or any("are off" in alert for alert in told)))


@pytest.fixture
def preset() -> Preset:
    return COLOUR


@pytest.fixture
def rack(preset: Preset) -> Iterator[Rack]:
    rack = Rack.start(preset, SAMPLERATE, 1, 1024)
    until(lambda: rack.status() != "restarting")
    yield rack
    rack.close()


def test_the_process_makes_the_same_bits_as_the_plain_loop(rack: Rack) -> None:
    stage, inline = Stage(rack, strokes), InlineRack(COLOUR, SAMPLERATE, 1, 1024)
    expected, start = [], 0
    for frames in [441] * 20 + [64] * 200 + [16, 100, 33] * 50:
        stage.play(1, frames)
        expected.append(inline.drums.step(np.ascontiguousarray(strokes[None, start : start + frames]), start))
        inline.process()
        start += frames
    np.testing.assert_array_equal(stage.heard, np.concatenate(expected, axis=1))
    assert rack.drums.blocks_dry == 0
    assert rack.status() == "on"


@pytest.mark.parametrize("preset", [UPSIDE_DOWN], ids=["upside down"])
def test_a_rack_killed_while_it_plays_leaves_no_gap_and_no_click_and_comes_back(rack: Rack) -> None:
    stage = Stage(rack, tone)
    stage.play(60)
    first = rack.process_id
    assert first is not None
    killed_at = stage.frame
    os.kill(first, signal.SIGKILL)
    stage.play(12, answered=False)  # sooner than any successor can be there
    stage.play_until(lambda: has_successor(rack, first))
    stage.play(30)
    assert rack.process_id != first
    heard, late = stage.heard[0], given(tone, killed_at - 2_000 - BLOCK, stage.frame - BLOCK)
    since = heard[killed_at - 2_000 :]
    assert np.abs(np.diff(since)).max() < np.abs(np.diff(tone)).max() + 0.5 / 96 + 0.005
    wet_before, wet_after = slice(0, 2_000 - BLOCK), slice(-BLOCK * 10, None)
    np.testing.assert_array_equal(since[wet_before], -late[wet_before])
    np.testing.assert_allclose(since[wet_after], -late[wet_after], atol=1e-6)
    dry = np.flatnonzero(since == late)
    assert len(dry) > 500
    assert any("died" in alert for alert in rack.alerts())


def test_a_rack_that_hangs_is_replaced(rack: Rack) -> None:
    stage = Stage(rack, tone)
    stage.play(50)
    first = rack.process_id
    assert first is not None
    os.kill(first, signal.SIGSTOP)  # it lives, and answers nothing
    until(lambda: psutil.Process(first).status() == psutil.STATUS_STOPPED)
    for _ in range(2 * SAMPLERATE // 4 // BLOCK):
        stage.play(answered=False)
    stage.play_until(lambda: has_successor(rack, first))
    assert not psutil.pid_exists(first) or psutil.Process(first).status() == psutil.STATUS_ZOMBIE
    assert any("hang" in alert for alert in rack.alerts())


def test_nan_from_the_effects_is_heard_as_dry_drums(rack: Rack) -> None:
    rack.load_next(NOT_A_NUMBER)
    until(lambda: rack.next_is_ready)
    rack.switch()
    stage = Stage(rack, tone)
    for _ in range(100):
        stage.play(answered=False)
    np.testing.assert_array_equal(stage.heard[0, BLOCK * 50 :], given(tone, BLOCK * 49, stage.frame - BLOCK))
    until(lambda: rack.status() == "dry")


def test_a_preset_switch_has_no_click_and_drops_nothing(rack: Rack) -> None:
    stage = Stage(rack, tone)
    stage.play(100)
    for preset in (UPSIDE_DOWN, COLOUR, None, UPSIDE_DOWN):
        rack.load_next(preset)
        stage.play_until(lambda: rack.next_is_ready)
        rack.switch()
        stage.play(60)
    stage.play(1500)  # the reverb of the second rings out
    heard = stage.heard[0]
    assert np.abs(np.diff(heard[2_000:])).max() < 2 * np.abs(np.diff(tone)).max()
    assert rack.drums.blocks_dry == 0
    np.testing.assert_allclose(heard[-64:], -given(tone, stage.frame - 128, stage.frame - 64), atol=1e-3)


def test_a_preset_whose_rack_dies_while_loading_is_loaded_again(rack: Rack) -> None:
    rack.load_next(UPSIDE_DOWN)
    until(lambda: bool(spares(rack)))
    for child in spares(rack):
        child.kill()
    until(lambda: rack.next_is_ready)
    rack.switch()
    Stage(rack, tone).play(20)
    assert rack.preset == UPSIDE_DOWN


def test_a_rack_does_not_outlive_its_engine(tmp_path: Path) -> None:
    script = tmp_path / "engine.py"
    script.write_text(
        "import os, sys\nfrom live_rig.rack.preset import Effect, Preset\nfrom live_rig.rack.supervisor import Rack\n"
        "if __name__ == '__main__':\n"
        "    rack = Rack.start(Preset('a', 'A', '', (Effect('Invert'),)), 48000, 1, 64)\n"
        "    while rack.process_id is None:\n        os.sched_yield()\n"
        "    print(rack.process_id, flush=True)\n    sys.stdin.read()\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    engine = subprocess.Popen(
        [sys.executable, str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    )
    assert engine.stdin is not None
    assert engine.stdout is not None
    pid = int(engine.stdout.readline())
    os.kill(pid, signal.SIGINT)  # Ctrl-C is the engine's to answer
    engine.kill()
    engine.wait()
    engine.stdin.close()
    engine.stdout.close()
    until(lambda: not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)


def test_closing_ends_every_process_and_leaves_the_drums_dry() -> None:
    rack = Rack.start(COLOUR, SAMPLERATE, 1, 1024)
    until(lambda: rack.status() != "restarting")
    rack.load_next(UPSIDE_DOWN)
    pid = rack.process_id
    assert pid is not None
    rack.close()
    assert not psutil.pid_exists(pid)
    assert all("resource_tracker" in str(child.cmdline()) for child in psutil.Process().children())
    for start in range(0, 6400, 64):
        out = rack.drums.step(tone[None, start : start + 64].copy(), start)
    np.testing.assert_array_equal(out[0], tone[6400 - 128 : 6400 - 64])


@pytest.mark.parametrize("preset", [UPSIDE_DOWN], ids=[""])
@pytest.mark.parametrize("fault", [1.0, 2.0], ids=["a crash", "a hang"])
def test_a_plugin_that_fails_costs_its_effects_until_its_rack_is_back_with_the_same_parameters(
    rack: Rack, plugin: Path, fault: float
) -> None:
    stage = Stage(rack, np.full(BLOCK, 0.5, np.float32))
    rack.load_next(Preset("vst", "Plugin", "", (Effect("VST3", {"gain": 0.25, "fault": fault}, path=plugin),)))
    stage.play_until(lambda: rack.next_is_ready)
    rack.switch()
    stage.play(20)
    assert stage.out[-1][0, 0] == 0.125
    first = rack.process_id
    stage.signal = np.full(BLOCK, 0.95, np.float32)  # strokes that are too much for it: were it late, it would leave one out
    begin = len(stage.out)
    stage.go_on_until(lambda: rack.status() == "restarting" or rack.process_id not in (None, first))
    stage.signal = np.full(BLOCK, 0.5, np.float32)
    for _ in range(SAMPLERATE // 2 // BLOCK):
        stage.play(answered=False)
    stage.play_until(lambda: rack.status() == "on")
    stage.play(20)
    heard = np.concatenate(stage.out[begin:], axis=1)[0]
    assert heard.min() >= 0.125 - 1e-3
    assert heard[-1] == 0.125


@pytest.mark.parametrize("preset", [UPSIDE_DOWN], ids=[""])
@pytest.mark.parametrize("fault", [1.0, 2.0], ids=["crashes", "hangs"])
def test_a_plugin_that_fails_twice_is_left_out_and_can_be_tried_again(rack: Rack, plugin: Path, fault: float) -> None:
    failing = Preset("vst", "Plugin", "", (Effect("VST3", {"fault": fault}, path=plugin), Effect("Invert")))
    stage = Stage(rack, np.full(BLOCK, 0.95, np.float32))
    rack.load_next(failing)
    stage.play_until(lambda: rack.next_is_ready)
    rack.switch()
    told: list[str] = []

    def is_told(words: str) -> bool:
        told.extend(rack.alerts())
        return any(words in alert for alert in told)

    stage.go_on_until(lambda: is_told("failed twice and is off"))
    stage.go_on_until(lambda: rack.status() == "on")
    stage.play(20)
    np.testing.assert_allclose(stage.out[-1], -0.95, atol=1e-6)
    assert sum("come back by themselves" in alert for alert in told) == 1
    told.clear()
    rack.load_next(failing)
    stage.go_on_until(lambda: rack.next_is_ready)
    rack.switch()
    stage.go_on_until(lambda: is_told("come back by themselves"))


def test_a_rack_that_keeps_dying_stays_off_until_its_preset_is_chosen_again(rack: Rack) -> None:
    stage = Stage(rack, tone)
    die_until_off(stage)
    assert rack.status() == "dry"
    rack.load_next(UPSIDE_DOWN)
    rack.switch()
    stage.play_until(lambda: rack.status() == "on")
    assert rack.preset == UPSIDE_DOWN


@pytest.mark.parametrize("preset", [UPSIDE_DOWN], ids=[""])
def test_a_preset_of_the_set_that_keeps_dying_stays_off_until_it_is_chosen_again_and_the_others_play(
    rack: Rack, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("live_rig.rack.standing.RETRY_S", (0.0, 0.0, 0.0))
    rack.keep(SET[:2])
    until(lambda: rack.kept_ready == 2)
    rack.load_next(SET[1])
    rack.switch()
    stage = Stage(rack, tone)
    die_until_off(stage)
    until(lambda: rack.kept_ready == 2)
    for preset in (SET[0], SET[1]):
        rack.load_next(preset)
        assert rack.next_is_ready
        rack.switch()
        stage.play_until(lambda: rack.status() == "on")
        stage.play(20)
        assert rack.preset == preset
    assert not caplog.records  # nobody stumbled


def test_presets_whose_plugin_crashes_while_it_is_loaded_cost_those_beside_them_nothing(
    rack: Rack, plugin_built: Callable[[int, int], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A plugin was brought up to date, say, and is in several presets of the set."""
    monkeypatch.setattr("live_rig.rack.standing.RETRY_S", (0.0, 0.0, 0.0))
    crashes = [Preset(f"c{n}", f"C{n}", "", (Effect("VST3", path=plugin_built(0, 1)), Effect("Invert"))) for n in range(3)]
    told: list[str] = []
    rack.keep([*crashes, UPSIDE_DOWN])
    until(lambda: bool(told.extend(rack.alerts()) or rack.kept_ready == 4))
    assert not [words for words in told if "are off" in words]


def test_presets_of_the_set_do_not_wait_for_a_plugin_that_hangs_while_it_is_loaded(
    rack: Rack, plugin_built: Callable[[int, int], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("live_rig.rack.standing.LOADING_S", 1000.0)
    hangs = [Preset(f"h{n}", f"H{n}", "", (Effect("VST3", path=plugin_built(0, 2)), Effect("Invert"))) for n in range(2)]
    rack.keep([hangs[0], *SET[:5], hangs[1], *SET[5:]])
    until(lambda: rack.kept_ready == len(SET))
    assert rack.alerts() == ("Faulty0Hang takes long to load (H0)",)


@pytest.mark.parametrize("preset", [UPSIDE_DOWN], ids=[""])
def test_a_plugin_that_hung_once_while_it_was_loaded_is_left_out_of_every_preset_from_then_on(
    rack: Rack, plugin_built: Callable[[int, int], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("live_rig.rack.standing.LOADING_S", 5.0)
    hang = Effect("VST3", path=plugin_built(0, 2))
    hangs = [Preset(f"h{n}", f"H{n}", "", (hang, Effect("Invert"))) for n in range(3)]
    told: list[str] = []
    rack.keep(hangs)
    until(lambda: bool(told.extend(rack.alerts()) or rack.kept_ready == 3))
    assert sum("did not load within 5 s" in words for words in told) == 1
    monkeypatch.setattr("live_rig.rack.standing.LOADING_S", 1000.0)
    stage = Stage(rack, tone)
    for preset in (hangs[2], Preset("more", "More", "", (Effect("Invert"), hang))):
        rack.load_next(preset)
        rack.switch()
        stage.play_until(lambda preset=preset: rack.preset == preset and rack.status() == "on")
        assert any(words.startswith(f"{preset.title} plays without Faulty0Hang: it did not load") for words in rack.alerts())
        stage.play(20)
        assert_gain(stage, -1.0)


@pytest.mark.parametrize("preset", [UPSIDE_DOWN], ids=[""])
def test_a_plugin_that_never_came_is_tried_again_when_its_preset_is_chosen_by_hand(
    rack: Rack, plugin_built: Callable[[int, int], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three seconds are too long for it at first, say while the machine was busy."""
    monkeypatch.setattr("live_rig.rack.standing.LOADING_S", 1.0)
    slow = Effect("VST3", {"gain": 0.25}, path=plugin_built(0, 3))
    presets = [Preset(f"s{n}", f"S{n}", "", (slow, Effect("Invert"))) for n in range(2)]
    told: list[str] = []
    rack.keep(presets)
    until(lambda: bool(told.extend(rack.alerts()) or rack.kept_ready == 2))
    assert any(words.endswith("is off (S0). Choose the preset to try it again") for words in told)
    monkeypatch.setattr("live_rig.rack.standing.LOADING_S", 1000.0)
    stage = Stage(rack, tone)

    def choose(preset: Preset, *, by_hand: bool) -> None:
        rack.load_next(preset)
        rack.switch(by_hand=by_hand)
        stage.play_until(lambda: rack.preset == preset and rack.status() == "on")
        stage.play(20)

    choose(presets[0], by_hand=False)
    assert "S0 plays without Faulty0Slow: it did not load. Choose the preset to try it again" in rack.alerts()
    choose(presets[0], by_hand=True)
    assert_gain(stage, -1.0)  # it is tried beside what sounds
    stage.play_until(lambda: abs(gain_of(stage) + 0.25) < 1e-4)
    assert rack.drums.blocks_dry == 0
    stage.play_until(lambda: rack.kept_ready == 2)  # and so it is in all others
    choose(presets[1], by_hand=False)
    assert_gain(stage, -0.25)


@pytest.mark.parametrize("preset", [with_gain("half", -6.0)], ids=[""])
def test_a_preset_whose_plugin_takes_long_to_load_plays_without_it_until_it_is_there(
    rack: Rack, plugin_built: Callable[[int, int], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("live_rig.rack.standing.SLOW_S", 0.5)
    slow = Effect("VST3", {"gain": 0.25}, path=plugin_built(0, 3))
    stage, told = Stage(rack, tone), list[str]()
    rack.load_next(Preset("slow", "Slow", "", (slow, Effect("Invert"), Effect("Gain", {"gain_db": 0.0}))))
    rack.switch()
    stage.play_until(lambda: rack.edits is not None and rack.edits.preset.name == "slow")
    assert rack.edits
    stage.play(20)
    assert_gain(stage, -1.0)
    rack.turn(rack.edits.turn("master.Gain.gain_db", 6.0))
    stage.play_until(lambda: bool(told.extend(rack.alerts()) or abs(gain_of(stage) + 0.25 * 10 ** (6 / 20)) < 1e-4))
    assert any(words == "Slow plays without Faulty0Slow: it is still being loaded" for words in told)
    assert rack.drums.blocks_dry == 0
    assert rack.status() == "on"


@pytest.mark.parametrize("preset", [UPSIDE_DOWN], ids=[""])
def test_where_a_rack_that_has_died_cannot_load_a_plugin_again_the_rest_of_its_preset_is_soon_back(
    rack: Rack, plugin_built: Callable[[int, int], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it asks for its licence is not at the venue, say."""
    monkeypatch.setattr("live_rig.rack.standing.SLOW_S", 0.5)
    bundle = tmp_path / "Faulty0.vst3"
    shutil.copytree(plugin_built(0, 0), bundle)
    rack.load_next(Preset("vst", "Plugin", "", (Effect("VST3", {"gain": 0.25}, path=bundle), Effect("Invert"))))
    rack.switch()
    stage = Stage(rack, tone)
    stage.play_until(lambda: rack.edits is not None and rack.edits.preset.name == "vst")
    stage.play(20)
    assert_gain(stage, -0.25)
    (binary,), (hangs,) = bundle.rglob("*.so"), plugin_built(0, 2).rglob("*.so")
    binary.unlink()
    shutil.copy(hangs, binary)
    first = rack.process_id
    assert first is not None
    os.kill(first, signal.SIGKILL)
    stage.play_until(lambda: has_successor(rack, first))
    stage.play(20)
    assert_gain(stage, -1.0)


@pytest.mark.parametrize("preset", [UPSIDE_DOWN], ids=[""])
def test_an_instrument_that_takes_long_to_load_is_waited_for_while_another_preset_sounds(
    rack: Rack, plugin_built: Callable[[int, int], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without it the kit would be silent."""
    monkeypatch.setattr("live_rig.rack.standing.SLOW_S", 0.5)
    slow = Channel("ekit", "strip", (), effects=(Effect("VST3", path=plugin_built(0, 3)),))
    rack.load_next(Preset("kit", "Kit", "", (), (slow,)))
    rack.switch()
    stage, told = Stage(rack, tone), list[str]()
    stage.play_until(lambda: bool(told.extend(rack.alerts()) or rack.preset != UPSIDE_DOWN))
    assert told == ["Faulty0Slow takes long to load (Kit)"]


@pytest.mark.parametrize(
    ("error", "says"),
    [(12, "Cannot allocate memory). Close other programs"), (28, "/dev/shm, the machine's shared memory, is full")],
)
def test_a_system_without_room_for_a_rack_is_said_and_tried_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, error: int, says: str
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(error, os.strerror(error))

    with monkeypatch.context() as full:
        full.setattr("live_rig.rack.supervisor.RackProcess", refuse)
        full.setattr("live_rig.rack.spare.NO_ROOM_S", 0.1)
        rack = Rack.start(UPSIDE_DOWN, SAMPLERATE, 1, 1024)
        until(lambda: any(says in alert for alert in rack.alerts()))
        stage = Stage(rack, tone)
        stage.play(20, answered=False)
        np.testing.assert_array_equal(stage.heard[0, BLOCK:], tone[: 19 * BLOCK])
    stage.play_until(lambda: rack.status() == "on")
    rack.close()
    assert [says in said for said in caplog.messages] == [True]  # once, however often it was tried


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the system takes the room by itself")
def test_memory_that_is_not_there_is_refused_before_anybody_plays_in_it() -> None:
    frames_of_terabytes = 1 << 35
    with pytest.raises(OSError, match="No space left"):
        SharedBlock(2, frames_of_terabytes, 8)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere its name is nowhere to be seen")
def test_of_a_rack_that_cannot_start_no_memory_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    names: list[str] = []

    def refuse(process: object) -> None:
        names.append(process._args[3]._shared.name)  # type: ignore[attr-defined]  # tried again all evening, it would fill up
        raise OSError(11, os.strerror(11))

    monkeypatch.setattr("multiprocessing.context.SpawnProcess.start", refuse)
    with pytest.raises(OSError, match="Resource temporarily unavailable"):
        RackProcess(SAMPLERATE, 1, 2, 1024, 0)
    assert not Path("/dev/shm", names[0].lstrip("/")).exists()


@pytest.mark.skipif(sys.platform != "linux", reason="shared memory that is a file, as Linux has it")
def test_a_spare_that_stands_by_keeps_no_name_in_shared_memory_so_that_whoever_is_killed_leaves_nothing(rack: Rack) -> None:
    until(lambda: rack._spare.process is not None)
    spare = rack._spare.process
    assert spare
    until(lambda: not Path("/dev/shm", spare.block._shared.name.lstrip("/")).exists())
    assert rack._spare.process is spare  # it still waits for a preset


@pytest.mark.parametrize("preset", [UPSIDE_DOWN], ids=[""])
def test_the_presets_of_a_set_stand_ready_in_few_processes_and_each_is_heard_with_the_next_block(rack: Rack) -> None:
    rack.keep(SET)
    until(lambda: rack.kept_ready == len(SET))
    assert len(rack.process_ids) <= 4  # the one that plays, two for the set, the spare
    stage = Stage(rack, np.full(BLOCK, 0.5, np.float32))
    stage.play(20)
    for number in (3, 9, 3, 0, 10, 3, 4, 5, 6, 7, 8, 9):
        rack.load_next(SET[number])
        assert rack.next_is_ready
        rack.switch()
        stage.play(30)
        assert stage.out[-1][0, -1] == pytest.approx(0.5 * 10 ** (-number / 20), abs=1e-3)
    assert np.abs(np.diff(stage.heard[0][BLOCK * 20 :])).max() < 0.01
    assert rack.drums.blocks_dry == 0
    assert rack.alerts() == ()


@pytest.mark.parametrize("preset", [UPSIDE_DOWN], ids=[""])
def test_what_stands_ready_is_heard_at_once_even_while_a_process_is_being_started(
    rack: Rack, monkeypatch: pytest.MonkeyPatch
) -> None:
    rack.keep(SET[:3])
    until(lambda: rack.kept_ready == 3 and len(rack.process_ids) == 3)
    is_starting, may_go_on = threading.Event(), threading.Event()

    def slow(*args: Any) -> RackProcess:
        is_starting.set()
        assert may_go_on.wait(DEADLINE_S)
        return RackProcess(*args)

    def recall() -> None:
        for number in (2, 0, 1):
            rack.load_next(SET[number])
            assert rack.next_is_ready
            rack.switch()

    monkeypatch.setattr("live_rig.rack.supervisor.RackProcess", slow)
    rack.load_next(COLOUR)  # takes the spare, and another one is started
    caller = threading.Thread(target=recall, daemon=True)
    stage = Stage(rack, np.full(BLOCK, 0.5, np.float32))
    try:
        assert is_starting.wait(DEADLINE_S)
        caller.start()
        caller.join(DEADLINE_S)
        assert not caller.is_alive()
        stage.play(20)
        assert rack.preset == SET[1]
        assert stage.out[-1][0, -1] == pytest.approx(0.5 * 10 ** (-1 / 20), abs=1e-3)
        assert not may_go_on.is_set()
    finally:
        may_go_on.set()


@pytest.mark.parametrize("preset", [UPSIDE_DOWN], ids=[""])
def test_a_process_that_dies_with_part_of_the_set_is_replaced_and_the_preset_that_is_heard_comes_first(rack: Rack) -> None:
    rack.keep(SET)
    until(lambda: rack.kept_ready == len(SET))
    rack.load_next(SET[2])
    rack.switch()
    stage = Stage(rack, np.full(BLOCK, 0.5, np.float32))
    stage.play(40)
    first = rack.process_id
    assert first is not None
    os.kill(first, signal.SIGKILL)
    stage.play_until(lambda: has_successor(rack, first))
    stage.play(30)
    assert stage.out[-1][0, -1] == pytest.approx(0.5 * 10 ** (-2 / 20), abs=1e-3)
    until(lambda: rack.kept_ready == len(SET))
    assert [alert for alert in rack.alerts() if "P3" in alert] == []  # what is not heard is not spoken of


def test_a_preset_that_leaves_the_set_ends_and_the_others_stay(rack: Rack) -> None:
    rack.keep(SET[:3])
    until(lambda: rack.kept_ready == 3)
    before = rack.process_ids
    rack.keep(SET[1:3])
    assert rack.kept_ready == 2
    until(lambda: before <= rack.process_ids)
    rack.keep([])
    until(lambda: len(rack.process_ids) == 2)


@pytest.mark.parametrize("preset", [UPSIDE_DOWN], ids=[""])
def test_knobs_turned_while_it_plays_reach_the_rack_and_stay_turned_when_it_has_to_begin_anew(rack: Rack) -> None:
    rack.load_next(SET[0])
    until(lambda: rack.next_is_ready)
    rack.switch()
    stage = Stage(rack, np.full(BLOCK, 0.5, np.float32))
    stage.play(30)
    assert rack.edits is not None
    rack.turn(rack.edits.turn("master.Gain.gain_db", -20.0))
    stage.play(60)
    assert stage.out[-1][0, -1] == pytest.approx(0.05, rel=1e-3)
    assert np.abs(np.diff(stage.heard[0][BLOCK * 20 :])).max() < 0.02
    first = rack.process_id
    assert first is not None
    os.kill(first, signal.SIGKILL)
    stage.play_until(lambda: has_successor(rack, first))
    stage.play_until(lambda: bool(stage.out[-1][0, -1] < 0.0501))
    assert rack.drums.blocks_dry > 0


def test_a_set_where_one_preset_cannot_play_stands_ready_but_for_that_one(rack: Rack, plugin: Path) -> None:
    lost = Preset("lost", "Lost", "", (Effect("VST3", path=plugin.with_name("Gone.vst3")), Effect("Invert")))
    rack.keep([SET[1], lost, SET[2]])
    until(lambda: rack.kept_ready == 3)
    assert any("Gone.vst3" in alert for alert in rack.alerts())


def test_a_preset_that_breaks_while_it_is_built_costs_the_others_of_its_process_nothing(rack: Rack) -> None:
    broken = Preset("broken", "Broken", "", (Effect("Gain", {"gain_db": "loud"}),))  # what no reader lets through
    rack.keep([COLOUR, broken, UPSIDE_DOWN])
    until(lambda: rack.kept_ready == 2)
    (told,) = rack.alerts()
    assert told.startswith("The effects (Broken) cannot play: ")


def test_plugins_that_were_left_out_for_nan_are_in_again_when_their_preset_is_called(rack: Rack, plugin: Path) -> None:
    failing = Effect("VST3", {"gain": 0.5, "fault": 3.0}, path=plugin)
    broken = Preset("broken", "Broken", "", (), (Channel("kick", "strip", (1,), effects=(failing,)),))
    rack.keep([broken])
    until(lambda: rack.kept_ready == 1)
    rack.load_next(broken)
    rack.switch()
    loud = tone.copy()
    loud[[12_000, 36_000]] = 0.95
    stage, told = Stage(rack, loud), list[str]()
    stage.play_until(
        lambda: bool(told.extend(rack.alerts()) or any("kick failed twice and are off" in words for words in told))
    )
    stage.play(20)
    assert_gain(stage, 1.0)
    rack.load_next(broken)
    rack.switch()
    stage.play(40)
    assert_gain(stage, 0.5)


def gain_of(stage: Stage) -> float:
    """Of the last block, against what was played one block before."""
    played = given(stage.signal, stage.frame - 2 * BLOCK, stage.frame - BLOCK)
    return float(stage.out[-1][0] @ played / (played @ played))


def assert_gain(stage: Stage, gain: float) -> None:
    """Of the last block, against what was played one block before."""
    played = given(stage.signal, stage.frame - 2 * BLOCK, stage.frame - BLOCK)
    np.testing.assert_allclose(stage.out[-1][0], gain * played, atol=1e-6)
