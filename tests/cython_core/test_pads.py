"""Pads, through the whole instrument: what is struck, and what one hears of it, to the sample."""

from threading import Thread
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from cython_core.drums import Drums
from cython_core.exchange import EventKind, NoticeKind
from cython_core.mix import BUSES, PADS_LEFT
from cython_core.pads import Begins, Pads
from live_rig.conducting.chart import chart_of
from live_rig.conducting.cues import Sent
from live_rig.instrument import Instrument
from live_rig.rack.inline import InlineRack
from live_rig.rack.preset import Effect, Preset
from live_rig.wiring import Wiring
from tests.playing import RATE_HZ, song

Sound = npt.NDArray[np.float32]
GUARD = 64  # frames from a bus to its output
FADE = 96  # frames: 2 ms
SNARE, CLAP, LOOP = 38, 39, 60
MAX_BLOCK = 1024


def steady(level: float, frames: int = 4_800) -> Sound:
    """A sound that alternates, so that nothing takes it for a constant offset: (frames, 2)."""
    return np.repeat((level * (-1.0) ** np.arange(frames))[:, None], 2, axis=1).astype(np.float32)


def pad(*layers: tuple[Sound, int], note: int = SNARE, **more: Any) -> dict[str, Any]:
    usual = {"choke": 0, "gains": (1.0, 1.0), "dynamics_db": 0.0, "line": -1, "is_stroke": True, "slices": 0, "beats": 0.0}
    return usual | {"begins": int(Begins.AT_ONCE), "note": note, "layers": layers or ((steady(0.5), 127),)} | more


class Kit:
    """Pads on an instrument of two outputs, played in blocks of these sizes over and over."""

    def __init__(self, *pads: dict[str, Any], blocks: tuple[int, ...] = (64,), drums: Drums | None = None) -> None:
        route = np.zeros((2, BUSES), np.float32)
        route[0, PADS_LEFT] = route[1, PADS_LEFT + 1] = 1.0
        if drums is not None:
            route[:] = 0.0
            route[0, 0] = route[1, 1] = 1.0
        self.drums = drums or Drums(RATE_HZ, 1, MAX_BLOCK)
        self.pads = Pads(RATE_HZ, MAX_BLOCK, list(pads))
        wiring = Wiring(self.drums.inputs, route)
        self.instrument = Instrument(self.drums, RATE_HZ, wiring, MAX_BLOCK, pads=self.pads)
        self.blocks, self.turn, self.frame = blocks, 0, 0
        self.out: list[Sound] = []
        self.told: list[dict[str, Any]] = []
        self.after_block: Any = lambda: None

    def strike(self, note: int, velocity: int = 127, frame: int = 0) -> None:
        self.instrument.send([Sent(EventKind.NOTE, note, velocity)], frame)

    def play(self, frames: int) -> None:
        end = self.frame + frames
        while self.frame < end:
            size = min(self.blocks[self.turn % len(self.blocks)], end - self.frame)
            self.turn += 1
            block = np.empty((2, size), np.float32)
            self.instrument.rig.step(np.zeros((self.drums.inputs, size), np.float32), block)
            self.instrument.band.serve()
            self.after_block()
            self.told += self.instrument.exchange.notices()
            self.out.append(block)
            self.frame += size

    @property
    def heard(self) -> Sound:
        """On the left, as it was on its bus: without the guard's delay."""
        return np.concatenate(self.out, axis=1)[0, GUARD:]


def starts(heard: Sound) -> list[int]:
    """Frames at which something is heard after silence."""
    loud = np.abs(heard) > 1e-6
    return [int(n) for n in np.flatnonzero(loud & ~np.concatenate([[False], loud[:-1]]))]


@pytest.mark.parametrize("block", [16, 32, 64, 441])
def test_a_stroke_sounds_from_the_first_frame_of_the_block_in_which_it_arrives(block: int) -> None:
    kit = Kit(pad(), blocks=(block,))
    kit.play(10 * block)
    kit.strike(SNARE)
    kit.play(30 * block)
    assert starts(kit.heard) == [10 * block]


@pytest.mark.parametrize("blocks", [(16,), (64,), (441,), (100, 16, 33)], ids=str)
def test_a_stroke_that_knows_its_frame_is_on_it_whatever_the_block(blocks: tuple[int, ...]) -> None:
    kit = Kit(pad((steady(0.5, 100), 127)), blocks=blocks)
    for frame in (1_000, 1_700, 2_413):
        kit.strike(SNARE, frame=frame)
    kit.play(4_000)
    assert starts(kit.heard) == [1_000, 1_700, 2_413]
    np.testing.assert_array_equal(kit.heard[1_000:1_100], steady(0.5, 100)[:, 0])


def test_harder_strokes_play_other_layers_and_are_louder_within_them() -> None:
    layers = ((steady(0.1, 90), 40), (steady(0.2, 90), 100), (steady(0.4, 90), 127))
    kit = Kit(pad(*layers, dynamics_db=12.6))
    heard = {}
    for number, velocity in enumerate((1, 40, 41, 100, 101, 127)):
        kit.strike(SNARE, velocity, frame=1_000 * (number + 1))
        heard[velocity] = 1_000 * (number + 1)
    kit.play(8_000)
    levels = {velocity: abs(float(kit.heard[at])) for velocity, at in heard.items()}
    expected = {v: level * 10 ** ((v - 127) / 10 / 20) for v, level in zip(heard, (0.1, 0.1, 0.2, 0.2, 0.4, 0.4), strict=True)}
    assert levels == pytest.approx(expected, rel=1e-4)


def test_a_note_that_is_lifted_strikes_nothing() -> None:
    kit = Kit(pad())
    kit.strike(SNARE, 0)
    kit.play(640)
    assert starts(kit.heard) == []


def test_pads_that_choke_each_other_end_within_two_milliseconds_and_without_a_click() -> None:
    smooth = np.repeat((0.5 * np.sin(2 * np.pi * 200 * np.arange(9_600) / RATE_HZ))[:, None], 2, axis=1).astype(np.float32)
    silent = np.zeros((10, 2), np.float32)
    kit = Kit(pad((smooth, 127), note=46, choke=1), pad((silent, 127), note=42, choke=1), pad((smooth, 127), note=49))
    kit.strike(46, frame=1_000)
    kit.strike(42, frame=4_010)
    kit.play(6_400)
    assert np.abs(kit.heard[4_010 + FADE :]).max() == 0.0
    assert np.abs(kit.heard[3_900:4_010]).max() > 0.1
    assert np.abs(np.diff(kit.heard[2_000:])).max() < 0.5 / FADE + 2 * np.abs(np.diff(smooth[:, 0])).max()
    kit.strike(49)
    kit.play(64)
    kit.strike(42)
    kit.play(640)
    assert np.abs(kit.heard[-100:]).max() > 0.1  # another group's, or none's, sounds on


def test_more_strokes_than_there_are_voices_are_all_heard_and_the_oldest_give_way() -> None:
    kit = Kit(pad((steady(0.001, 48_000), 127)))
    for number in range(300):
        kit.strike(SNARE, frame=1 + 100 * number)
    kit.play(30_200)
    assert kit.pads.voices < 64
    assert np.isfinite(kit.heard).all()
    assert np.abs(kit.heard).max() < 0.06


def test_pads_off_and_panic_end_what_runs() -> None:
    loop = pad((steady(0.2, 96_000), 127), note=LOOP, slices=16, beats=4.0, is_stroke=False)
    kit = Kit(pad((steady(0.3, 96_000), 127)), loop)
    kit.strike(SNARE)
    kit.strike(LOOP)
    kit.play(6_400)
    kit.instrument.send([Sent(EventKind.PANIC)])
    kit.play(640)
    assert np.abs(kit.heard[-64:]).max() == pytest.approx(0.3)  # a loop is of the band; what rings is the drummer's
    kit.instrument.send([Sent(EventKind.PADS_OFF)])
    kit.play(640)
    assert np.abs(kit.heard[-64:]).max() == 0.0


def test_a_stroke_that_comes_while_a_block_is_made_sounds_in_the_next() -> None:
    kit = Kit(pad((steady(0.5, 8), 127), note=SNARE), blocks=(1024,))
    strokes = 40
    playing = Thread(target=kit.play, args=(4_000 * 1024,))
    playing.start()
    for _ in range(strokes):
        kit.strike(SNARE)
        struck_at = kit.frame
        while kit.frame < struck_at + 4 * 1024 and playing.is_alive():
            pass
    still_played = playing.is_alive()
    playing.join()
    assert still_played
    assert len(starts(kit.heard)) == strokes


def clicking_loop(beats: int = 4, per_beat: int = 4, bpm: float = 120.0) -> Sound:
    """A short burst at the start of every slice, louder on the first."""
    slices, frames = beats * per_beat, round(beats * 60 / bpm * RATE_HZ)
    made = np.zeros((frames, 2), np.float32)
    for number in range(slices):
        at = frames * number // slices
        made[at : at + 20] = steady(0.4 if number == 0 else 0.2, 20)
    return made


def loop_pad(begins: Begins, beats: int = 4) -> dict[str, Any]:
    return pad(
        (clicking_loop(beats), 127), note=LOOP, slices=4 * beats, beats=float(beats), begins=int(begins), is_stroke=False
    )


def with_band(kit: Kit, bpm: float, *tempos: tuple[float, float]) -> None:
    """The band plays at once; (seconds, bpm): and is conducted to other tempos."""
    kit.instrument.load(chart_of(song(bpm, "head:64"), RATE_HZ, None))
    kit.instrument.send([Sent(EventKind.START)])
    for time_s, tempo in tempos:
        kit.instrument.send([Sent(EventKind.TEMPO, tempo)], round(time_s * RATE_HZ))


def line_at(kit: Kit, frame: int) -> float:
    """Beats of the line at a frame that was played in the last seconds."""
    moment = kit.instrument.rig.moment(frame)
    return float(moment["line"] + moment["bpm"] / 60 * (frame % 32) / RATE_HZ)


@pytest.mark.parametrize("bpm", [90.0, 120.0, 210.0])
def test_a_loop_goes_with_the_band_slice_by_slice_at_any_tempo(bpm: float) -> None:
    kit = Kit(loop_pad(Begins.ON_BAR))
    with_band(kit, bpm)
    kit.play(48_000)
    kit.strike(LOOP)
    hit_at = kit.frame
    kit.play(160_000)
    heard = kit.heard
    struck = [at for at in starts(heard) if at > hit_at]
    assert abs(heard[struck[0]]) == pytest.approx(0.4, abs=0.01)  # it begins with its first slice
    lines = [line_at(kit, at) for at in struck if at > kit.frame - 125_000]
    assert len(lines) > 8
    np.testing.assert_allclose(np.array(lines) * 4, np.rint(np.array(lines) * 4), atol=0.01)
    ones = [line_at(kit, at) for at in struck if abs(heard[at]) > 0.3 and at > kit.frame - 125_000]
    np.testing.assert_allclose((np.array(ones) + 2) % 4, 2.0, atol=0.01)


def test_a_loop_bends_with_the_tempo_and_stays_on_the_beat() -> None:
    kit = Kit(loop_pad(Begins.ON_BEAT))
    with_band(kit, 120.0, (1.5, 150.0), (2.5, 100.0))
    kit.strike(LOOP)
    worst = 0.0
    for _ in range(50):
        kit.play(4_800)
        first = max(0, len(kit.heard) - 9_600)
        for at in starts(kit.heard[first:]):
            line = line_at(kit, first + at)
            worst = max(worst, abs(line * 4 - round(line * 4)))
    assert worst < 0.02  # of a sixteenth: a frame or two


def test_a_loop_rests_while_the_band_is_held_and_goes_on_in_step_with_it() -> None:
    kit = Kit(loop_pad(Begins.ON_BAR))
    with_band(kit, 120.0)
    kit.strike(LOOP)
    kit.play(120_000)
    kit.instrument.send([Sent(EventKind.HOLD)])
    kit.play(200_000)
    assert kit.instrument.rig.moment(kit.frame)["is_held"]
    held_from = kit.frame - 48_000
    kit.instrument.send([Sent(EventKind.NEXT)])
    kit.play(100_000)
    struck = [at for at in starts(kit.heard) if at > held_from]
    assert struck[0] > held_from + 48_000
    lines = np.array([line_at(kit, at) for at in struck])
    assert len(lines) > 8
    np.testing.assert_allclose(lines * 4, np.rint(lines * 4), atol=0.02)
    ones = [line_at(kit, at) % 4 for at in struck if abs(kit.heard[at]) > 0.3]
    assert ones == pytest.approx([0.0] * len(ones), abs=0.01)


@pytest.mark.parametrize("blocks", [(16,), (100, 16, 33), (441,)], ids=str)
def test_a_loop_has_the_same_bits_whatever_the_block(blocks: tuple[int, ...]) -> None:
    def played(blocks: tuple[int, ...]) -> Sound:
        kit = Kit(loop_pad(Begins.ON_BEAT), blocks=blocks)
        with_band(kit, 133.0, (1.0, 90.0))
        kit.strike(LOOP, frame=20_000)
        kit.play(120_000)
        return kit.heard[:119_000]

    np.testing.assert_array_equal(played(blocks), played((64,)))


def ringing_loop() -> dict[str, Any]:
    """Four beats at 120 of a tone that fits in."""
    tone = 0.25 * np.sin(2 * np.pi * 200 * np.arange(96_000) / RATE_HZ)
    sound = np.repeat(tone[:, None], 2, axis=1).astype(np.float32)
    return pad((sound, 127), note=LOOP, slices=16, beats=4.0, is_stroke=False)


def test_at_the_tempo_of_its_recording_a_loop_is_heard_as_it_was_recorded() -> None:
    kit = Kit(ringing_loop())
    kit.strike(LOOP)
    kit.play(192_000)
    recorded = np.tile(ringing_loop()["layers"][0][0][:, 0], 2)[: len(kit.heard)]
    np.testing.assert_allclose(kit.heard, recorded, atol=1e-6)


@pytest.mark.parametrize("bpm", [90.0, 126.0, 180.0])
def test_a_loop_of_what_rings_on_does_not_click_from_slice_to_slice(bpm: float) -> None:
    kit = Kit(ringing_loop())
    with_band(kit, bpm, (2.0, bpm + 5.0))
    kit.play(24_000)
    kit.strike(LOOP)
    kit.play(192_000)
    own = 0.25 * 2 * np.pi * 200 / RATE_HZ
    assert np.abs(np.diff(kit.heard)).max() < 2 * own


def test_without_a_band_a_loop_runs_at_once_and_at_its_own_tempo() -> None:
    kit = Kit(loop_pad(Begins.ON_BAR))
    kit.play(640)
    kit.strike(LOOP)
    kit.play(96_000)
    steps = np.diff(starts(kit.heard))
    assert starts(kit.heard)[0] == 640
    assert set(steps) == {6_000}
    kit.strike(LOOP)  # once more, and it ends
    kit.play(20_000)
    assert np.abs(kit.heard[-19_000:]).max() == 0.0


def test_a_loop_that_runs_falls_in_with_the_band_when_it_comes() -> None:
    kit = Kit(loop_pad(Begins.ON_BAR))
    kit.strike(LOOP)
    kit.play(7_000)
    with_band(kit, 100.0)
    kit.play(200_000)
    came_in = next(notice["frame"] for notice in kit.told if notice["kind"] == NoticeKind.CAME_IN)
    heard = kit.heard
    late = [at for at in starts(heard) if at > kit.frame - 125_000]
    assert late[0] > came_in
    ones = [(line_at(kit, at) + 2) % 4 for at in late if abs(heard[at]) > 0.3]
    assert ones == pytest.approx([2.0] * len(ones), abs=0.01)
    assert ones


def test_a_loop_is_no_stroke_of_the_drummers() -> None:
    kit = Kit(loop_pad(Begins.AT_ONCE) | {"note": SNARE})
    for number in range(32):
        kit.strike(SNARE, frame=1 + 24_000 * number)
    kit.play(500_000)
    assert not kit.instrument.exchange.snapshot()["drummer_found"]


def test_a_pad_on_a_line_of_the_kit_goes_through_the_effects_with_it() -> None:
    down = Preset("down", "Upside down", "", (Effect("Invert"),))
    rack = InlineRack(down, RATE_HZ, 2, MAX_BLOCK)
    kit = Kit(pad((steady(0.4, 200), 127), line=0), drums=rack.drums)
    kit.after_block = rack.process
    kit.play(6_400)
    kit.strike(SNARE)
    kit.play(6_400)
    (begins,) = starts(kit.heard)
    assert begins == 6_400 + 64  # a block later, as all that goes through effects
    np.testing.assert_allclose(kit.heard[begins : begins + 200], -steady(0.4, 200)[:, 0], atol=1e-6)


def test_what_is_no_pad_is_refused() -> None:
    for wrong in (
        {"layers": ()},
        {"line": 40},
        {"slices": 4, "beats": 0.0},
        {"layers": ((np.zeros((0, 2), np.float32), 127),)},
    ):
        with pytest.raises(ValueError, match="pad 0"):
            Pads(RATE_HZ, 64, [pad() | wrong])
