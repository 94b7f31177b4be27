"""A real VST3 instrument on a strip, played by the kit's MIDI: to the sample, through the rig's own step and its rings.

What the bell does stands in tests/data/vst3/bell.cpp; the rig keeps offsets from its outputs, so that all is a little bent.
"""

import os
import time
from collections.abc import Callable
from pathlib import Path

import mido
import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from cython_core.drums import Drums
from cython_core.pads import Pads
from cython_core.rack_ring import MIDI_KEPT
from live_rig.audio.offline import play
from live_rig.audio.pads import open_pads
from live_rig.cli import main
from live_rig.conducting.cues import midi_event
from live_rig.errors import RackError
from live_rig.instrument import Instrument
from live_rig.rack.chain import build
from live_rig.rack.inline import InlineRack
from live_rig.rack.plugin_instrument import ALL_OFF, PluginInstrument
from live_rig.rack.plugin_loading import loaded
from live_rig.rack.preset import Channel, Effect, Preset
from live_rig.rack.supervisor import Rack
from live_rig.show.pad import Pad
from live_rig.wiring import each_bus_apart
from tests.show.conftest import make_show

RATE_HZ = 48_000
SNARE, CRASH = 38, 49
DRUMS = slice(2, 4)  # of the outputs
BENT = 0.002
DIES_BY = np.float32(1 - 1 / 2000)  # a frame


def on_a_strip(bell: Path, *effects: Effect) -> Preset:
    return Preset("p", "P", "", (), (Channel("ekit", "strip", (), effects=(Effect("VST3", path=bell), *effects)),))


def struck(note: int, velocity: int) -> tuple[int, int, int]:
    return 0x99, note, velocity


Played = list[tuple[int, tuple[int, ...]]]  # (frame, message)


def heard(
    preset: Preset,
    midi: Played,
    blocks: list[int],
    length: int = 8192,
    pads: Pads | None = None,
    allowance_frames: int = 0,
    says: tuple[str, ...] = (),
) -> NDArray[np.float32]:
    """The drums of a rig whose kit sends MIDI and is silent otherwise, without what the rig holds them back."""
    rack = InlineRack(preset, RATE_HZ, 1, 512, allowance_frames)
    rig = Instrument(rack.drums, RATE_HZ, each_bus_apart(1), 512, pads=pads)
    for frame, message in midi:
        rig.send([midi_event(message)], frame)
    out = np.concatenate(
        [played.block for played in play(rig, np.zeros((1, length), np.float32), blocks, rack.process)], axis=1
    )
    assert rack.says == says
    return out[DRUMS, rack.drums.delay_frames + rig.rig.guard_delay_frames :]


def rings(velocity: int, frames: int) -> NDArray[np.float32]:
    """The bell, from its stroke on."""
    at = np.arange(frames)
    return np.float32(0.5 * velocity / 127) * np.where(at // 8 % 2, -1, 1) * DIES_BY**at


@pytest.mark.parametrize("blocks", [[16], [64], [512], [100, 16, 64, 33]], ids=str)
def test_a_stroke_sounds_at_its_frame_as_loud_as_it_was(bell: Path, blocks: list[int]) -> None:
    out = heard(on_a_strip(bell), [(1003, struck(SNARE, 32)), (2550, struck(CRASH, 64))], blocks)
    assert not out[:, :1003].any()
    assert out[0, 1003:2550] == pytest.approx(rings(32, 1547), abs=BENT)
    assert out[0, 2550:4000] == pytest.approx(rings(64, 1450), abs=BENT)


def test_what_sounds_does_not_depend_on_how_the_blocks_are_cut(bell: Path) -> None:
    midi: Played = [(at, struck(SNARE, 1 + at % 127)) for at in range(100, 6000, 377)]
    first, *others = (heard(on_a_strip(bell), midi, blocks)[:, :6000] for blocks in ([64], [16], [512], [100, 16, 64, 33]))
    for other in others:
        assert np.array_equal(first, other)


def test_the_pedal_of_the_hi_hat_and_letting_go_reach_it(bell: Path) -> None:
    """To a VST3 a controller is a parameter, which moves within the block."""
    out = heard(on_a_strip(bell), [(500, struck(46, 127)), (900, (0xB9, 4, 0)), (1300, (0x89, 46, 0))], [64])
    assert out[:, 500:832] == pytest.approx(np.stack([rings(127, 332)] * 2), abs=BENT)
    assert out[:, 900:1300] == pytest.approx(np.stack([rings(127, 800)[400:], np.zeros(400)]), abs=BENT)
    assert np.abs(out[:, 1300:]).max() < BENT


@pytest.mark.parametrize("channel", [0, 9, 15])
def test_when_a_kit_is_unplugged_what_it_holds_is_let_go_on_whatever_channel(bell: Path, channel: int) -> None:
    all_off = [(900, tuple(message)) for message in ALL_OFF]
    out = heard(on_a_strip(bell), [(500, (0x90 | channel, SNARE, 127)), *all_off], [64])
    assert out[0, 500:890] == pytest.approx(rings(127, 390), abs=BENT)
    assert np.abs(out[:, 900:]).max() < BENT


def test_where_some_of_what_a_kit_sent_is_lost_nothing_hangs_and_it_is_said(bell: Path) -> None:
    rack = InlineRack(on_a_strip(bell), RATE_HZ, 1, 64)

    def next_block(number: int) -> NDArray[np.float32]:
        return rack.drums.step(np.zeros((1, 64), np.float32), number * 64)

    for number in range(20):
        if number == 10:
            rack.drums.play(bytes(struck(SNARE, 127)))
        sounding = next_block(number)
        rack.process()
    assert np.abs(sounding).max() > 0.1
    for number in range(20, 20 + 2 * MIDI_KEPT):
        rack.drums.play(bytes((0x89, SNARE, 0)) if number == 20 else bytes((0xB9, 4, 0)))
        next_block(number)
    rack.process()
    assert np.abs(next_block(20 + 2 * MIDI_KEPT)).max() < BENT
    assert rack.says == ("P: MIDI came faster than the effects could take it, and some of it was lost",)


def test_what_is_no_note_is_passed_over(bell: Path) -> None:
    odd: Played = [(300, (0xD9, 100)), (310, (0xA9, 49, 127)), (320, (0xE9, 0, 64)), (330, struck(SNARE, 127))]
    assert heard(on_a_strip(bell), odd, [64])[0, 330:1000] == pytest.approx(rings(127, 670), abs=BENT)


def test_effects_after_it_are_its_own(bell: Path) -> None:
    out = heard(on_a_strip(bell, Effect("Invert")), [(300, struck(SNARE, 127))], [64])
    assert out[0, 300:900] == pytest.approx(-rings(127, 600), abs=BENT)


@pytest.mark.parametrize("frames", [1, 63, 100, 240])
@pytest.mark.parametrize("blocks", [[16], [64], [100, 16, 64, 33]], ids=str)
def test_an_instrument_that_looks_ahead_meets_the_other_strips(
    bell: Path, bell_with: Callable[..., Path], frames: int, blocks: list[int]
) -> None:
    strips = [
        Channel(name, "strip", (), {"pan": pan}, effects=(Effect("VST3", path=path),))
        for name, pan, path in (("quick", -1.0, bell), ("slow", 1.0, bell_with(latency_frames=frames)))
    ]
    out = heard(Preset("p", "P", "", (), tuple(strips)), [(1003, struck(SNARE, 64))], blocks, allowance_frames=240)
    assert not out[:, :1003].any()
    assert out[0, 1003:1400] == pytest.approx(rings(64, 397), abs=BENT)
    assert np.array_equal(out[0], out[1])


def test_an_instrument_meets_the_microphones(bell_with: Callable[..., Path]) -> None:
    slow = Channel("ekit", "strip", (), {"pan": 1.0}, effects=(Effect("VST3", path=bell_with(latency_frames=100)),))
    rack = InlineRack(Preset("p", "P", "", (), (slow, Channel("kick", "strip", (1,), {"pan": -1.0}))), RATE_HZ, 1, 64, 240)
    impulse, out = np.zeros((1, 4096), np.float32), []
    impulse[0, 1003] = 0.5
    for start in range(0, 4096, 64):
        if start == 1003 - 1003 % 64:
            rack.drums.play(bytes(struck(SNARE, 127)), 1003 % 64)
        out.append(rack.drums.step(np.ascontiguousarray(impulse[:, start : start + 64]), start))
        rack.process()
    firsts = [int(np.flatnonzero(np.abs(side) > 0.1)[0]) for side in np.concatenate(out, axis=1)]
    assert firsts == [1003 + rack.drums.delay_frames] * 2


def test_what_the_show_does_not_allow_is_late_and_said(bell_with: Callable[..., Path]) -> None:
    said = ("P: ekit: Bell sounds 1.0 ms late: it looks 5.0 ms ahead, and 4.0 ms are allowed",)
    late = on_a_strip(bell_with(latency_frames=240))
    out = heard(late, [(1003, struck(SNARE, 64))], [64], allowance_frames=192, says=said)
    assert not out[:, : 1003 + 48].any()
    assert out[0, 1003 + 48 : 1400] == pytest.approx(rings(64, 349), abs=BENT)


def test_instruments_on_one_strip_sound_together_whatever_looks_ahead(
    bell: Path, bell_with: Callable[..., Path], plugin_with_latency: Callable[[int], Path]
) -> None:
    looks = Effect("VST3", path=plugin_with_latency(48))
    layers = (looks, *(Effect("VST3", path=path) for path in (bell, bell_with(latency_frames=100), bell)))
    strip = Channel("ekit", "strip", (), effects=layers)
    out = heard(Preset("p", "P", "", (), (strip,)), [(1003, struck(SNARE, 32))], [64], allowance_frames=100)
    assert not out[:, :1003].any()
    assert out[0, 1003:1400] == pytest.approx(3 * rings(32, 397), abs=3 * BENT)


@pytest.mark.parametrize(
    ("outputs", "in_pairs", "left", "right"),
    [(1, False, 1, 1), (3, False, 2, 2), (6, False, 3, 3), (7, False, 4, 4), (6, True, 1, 1)],
    ids=["mono", "three", "six", "seven", "six in pairs"],
)
def test_outputs_are_left_and_right_by_pairs_and_one_alone_is_in_the_middle(
    bell_with: Callable[..., Path], outputs: int, in_pairs: bool, left: int, right: int
) -> None:
    """Of several buses the first is heard."""
    path = bell_with(outputs=outputs, in_pairs=in_pairs)
    out = heard(on_a_strip(path), [(500, struck(SNARE, 16))], [64])
    assert out[:, 500:900] == pytest.approx(np.stack([left * rings(16, 400), right * rings(16, 400)]), abs=outputs * BENT)
    pedal_down = heard(on_a_strip(path), [(300, (0xB9, 4, 0)), (500, struck(SNARE, 16))], [64])
    assert pedal_down[0, 500:900] == pytest.approx(rings(16, 400), abs=outputs * BENT)
    if outputs % 2 == 0:
        assert np.abs(pedal_down[1]).max() < BENT


def test_a_note_that_strikes_a_pad_is_the_pads(bell: Path, tmp_path: Path) -> None:
    soundfile.write(tmp_path / "clap.wav", np.zeros(100), RATE_HZ)
    pad = Pad(name="clap", note=SNARE, file="clap.wav")
    midi: Played = [(300, struck(SNARE, 127)), (700, struck(CRASH, 127))]
    out = heard(on_a_strip(bell), midi, [64], pads=open_pads((pad,), tmp_path, RATE_HZ, 512))
    assert not out[:, :700].any()
    assert out[0, 700:900] == pytest.approx(rings(127, 200), abs=BENT)


def test_a_note_that_is_held_when_the_preset_changes_can_still_be_let_go(bell: Path) -> None:
    rack = InlineRack(on_a_strip(bell), RATE_HZ, 1, 64)
    silence, out = np.zeros((1, 64), np.float32), []
    for block in range(200):
        if block == 10:
            rack.drums.play(bytes(struck(SNARE, 127)))
        if block == 20:
            rack.load_next(None)
            rack.switch()
        if block == 30:
            rack.drums.play(bytes(struck(CRASH, 127)))  # nobody plays it any more
        if block == 40:
            rack.drums.play(bytes(struck(SNARE, 0)))
        out.append(rack.drums.step(silence, block * 64))
        rack.process()
    level = np.abs(np.concatenate(out, axis=1))[0].reshape(-1, 64).max(axis=1)
    assert level[39] == pytest.approx(abs(rings(127, 64 * 30)[64 * 28]), rel=0.05)
    assert not level[42:].any()


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4000), st.tuples(st.integers(0x80, 0xEF), st.integers(0, 127), st.integers(0, 127)))))
def test_any_messages_leave_it_bounded_and_it_can_be_silenced(bell: Path, midi: Played) -> None:
    out = heard(on_a_strip(bell), [*sorted(midi), (4100, (0xB0, 120, 0))], [64], length=6000)
    assert np.isfinite(out).all()
    assert np.abs(out).max() <= 1.0
    assert np.abs(out[:, 4100:]).max() < 10 * BENT


def test_it_plays_in_a_rack_of_its_own_and_again_after_that_was_killed(bell: Path) -> None:
    rack = Rack(Drums(RATE_HZ, 1, 64), RATE_HZ)
    rack.load_next(on_a_strip(bell))
    rack.switch()
    try:
        assert sounds_within(rack, 20.0)
        first = rack.process_id
        assert first is not None
        os.kill(first, 9)
        while rack.process_id in (None, first):
            os.sched_yield()
        assert sounds_within(rack, 20.0)
    finally:
        rack.close()


def sounds_within(rack: Rack, seconds: float) -> bool:
    """Struck in every tenth block, until it is heard."""
    until_s, block = time.monotonic() + seconds, int(rack.drums.blocks)
    while time.monotonic() < until_s:
        if block % 10 == 0:
            rack.drums.play(bytes(struck(SNARE, 127)))
        out = rack.drums.step(np.zeros((1, 64), np.float32), block * 64)
        block += 1
        if np.abs(out).max() > 0.4:
            return True
        over_s = time.monotonic() + 64 / RATE_HZ
        while time.monotonic() < over_s:
            os.sched_yield()
    return False


def test_inside_others_it_is_refused_in_words(bell: Path) -> None:
    with pytest.raises(RackError, match="cannot stand inside others"):
        build(Effect("Mix", effects=(Effect("VST3", path=bell), Effect("Gain"))))


def test_a_rendering_of_a_midi_file_has_its_sound(bell: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("live_rig.performance.cache_dir", lambda: tmp_path / "cache")
    track = mido.MidiTrack([mido.Message("note_on", channel=9, note=SNARE, velocity=127, time=480)])  # at half a second
    mido.MidiFile(ticks_per_beat=480, tracks=[track]).save(tmp_path / "drums.mid")
    show = make_show(tmp_path / "friday")
    (show / "presets").mkdir(exist_ok=True)
    text = f'title = "E-kit"\nsays = "x"\n[strips.ekit]\ninputs = []\n[[strips.ekit.effects]]\ntype = "VST3"\npath = "{bell}"\n'
    (show / "presets" / "ekit.toml").write_text(text)
    words = [
        "render",
        show,
        "--song",
        "caravan",
        "--drums",
        tmp_path / "drums.mid",
        "--out",
        tmp_path / "out",
        "--preset",
        "ekit",
    ]
    assert main([str(word) for word in words]) == 0
    drums, rate_hz = soundfile.read(tmp_path / "out" / "drums.wav")
    start = int(np.flatnonzero(np.abs(drums[:, 0]) > 0.4)[0])
    assert start / rate_hz == pytest.approx(0.5, abs=0.010)  # and the rig's own delay
    assert drums[start : start + 400, 0] == pytest.approx(rings(127, 400), abs=2 * BENT)


def test_an_odd_number_of_frames_is_that_number(bell: Path) -> None:
    instrument = PluginInstrument(loaded(str(bell), None), 44_100.0)
    assert [instrument(frames, ()).shape for frames in range(1, 65)] == [(2, frames) for frames in range(1, 65)]


def test_the_commands_look_at_it_and_play_it(
    bell: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert main(["plugins", "test", str(bell)]) == 0
    said = capsys.readouterr().out
    assert "instrument" in said
    assert "blocks that were no sound: 0; state survives: True" in said
    assert main(["plugins", "state", str(bell), str(tmp_path / "soft.state"), "gain=0.5"]) == 0
    soft = Effect("VST3", path=bell, state=tmp_path / "soft.state")
    out = heard(Preset("p", "P", "", (), (Channel("ekit", "strip", (), effects=(soft,)),)), [(300, struck(SNARE, 127))], [64])
    assert out[0, 300:900] == pytest.approx(0.5 * rings(127, 600), abs=BENT)
