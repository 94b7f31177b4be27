"""Pads, panic, stop, start and presets in the very same block, through the whole instrument in a plain loop."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cython_core.drums import AT_ONCE, ON_THE_BAR, ON_THE_BEAT
from cython_core.exchange import EventKind
from cython_core.mix import BAND_LEFT, BUSES, CLICK, COUNT, DRUMS_LEFT, GUIDE, PADS_LEFT
from cython_core.pads import Begins, Pads
from cython_core.stems import Stems
from live_rig.conducting.chart import chart_of
from live_rig.conducting.cues import Sent, events_of
from live_rig.instrument import Instrument
from live_rig.rack.inline import InlineRack
from live_rig.rack.preset import Channel, Effect, Preset
from live_rig.show.stem import Stem
from live_rig.wiring import Wiring
from tests.playing import RATE_HZ, song

Sound = npt.NDArray[np.float32]
MIX, DRUMS, BAND, PADS, STRUCK = slice(0, 2), slice(2, 4), slice(4, 6), slice(6, 8), slice(8, 9)  # outputs
MOST_BLOCK, GUARD, FADED = 512, 64, round(0.25 * RATE_HZ)  # frames; the last: after that what was silenced is silent
STROKE, LOOP, LATE_LOOP = 38, 60, 61
TUNE = song(240, "head:4 solo:2~ bridge:4 hit:1!").model_copy(update={"stems": (Stem(name="piano", file="piano.wav"),)})
GAINS_DB = {"soft": -6.0, "loud": 3.0}
PRESETS: dict[str, Preset | None] = {
    name: Preset(name, name, "", (Effect("Gain", {"gain_db": db}),)) for name, db in GAINS_DB.items()
}
PRESETS["strips"] = Preset("strips", "strips", "", (), (Channel("kit", "strip", (1,), {"gain_db": -6.0}),))
PRESETS["dry"] = None
LOWEST, HIGHEST = 10 ** (-6.1 / 20), 10 ** (3.1 / 20)
BEGINS = ("start", "count-in", "band-in", "re-enter")
WORDS = (*BEGINS, "stop", "panic", "pads-off", "cut-off", "hold", "section bridge@beat", "take", "tempo 300")
CALLS = [f"{name}{when}" for name in PRESETS for when in ("", "@beat", "@bar")]
WHEN = {"": AT_ONCE, "beat": ON_THE_BEAT, "bar": ON_THE_BAR}
NOTES = {"stroke": STROKE, "loop": LOOP, "late loop": LATE_LOOP}
BURST = st.lists(st.sampled_from([*WORDS, *CALLS, *NOTES]), min_size=1, max_size=7)
EVENING = st.lists(st.tuples(st.integers(1, 90), BURST), min_size=1, max_size=10)  # blocks before each burst


@pytest.fixture(scope="module")
def stems() -> Stems:
    sound = np.random.default_rng(1).uniform(-0.9, 0.9, (2, 14 * RATE_HZ)).astype(np.float32)
    bank = Stems([sound], RATE_HZ)
    bank.all_in_memory()
    return bank


def pads() -> Pads:
    ring = np.random.default_rng(2).uniform(-0.9, 0.9, (RATE_HZ, 2)).astype(np.float32)
    usual = {"choke": 1, "gains": (1.0, 1.0), "dynamics_db": 0.0, "line": -1, "layers": [(ring, 127)]}
    stroke = usual | {"note": STROKE, "is_stroke": True, "slices": 0, "beats": 0.0, "begins": int(Begins.AT_ONCE)}
    loop = usual | {"choke": 0, "note": LOOP, "is_stroke": False, "slices": 8, "beats": 4.0, "begins": int(Begins.AT_ONCE)}
    return Pads(RATE_HZ, MOST_BLOCK, [stroke, loop, loop | {"note": LATE_LOOP, "begins": int(Begins.ON_BAR)}])


@dataclass
class Evening:
    """What goes in and comes out, and at which frames what was said last."""

    given: Sound
    heard: Sound
    panics: list[tuple[int, int]] = field(default_factory=list)  # from a panic to what begins again, frames


def route() -> npt.NDArray[np.float32]:
    route = np.zeros((9, BUSES), np.float32)
    for side in (0, 1):
        for outputs, bus in ((DRUMS, DRUMS_LEFT), (BAND, BAND_LEFT), (PADS, PADS_LEFT)):
            route[outputs.start + side, bus + side] = route[side, bus + side] = 1.0
        route[side, [CLICK, COUNT, GUIDE]] = 1.0
    route[8, [CLICK, COUNT, GUIDE]] = 1.0
    return route


def played(stems: Stems, bursts: list[tuple[int, list[str]]], blocks: list[int], ends_with: list[str]) -> Evening:
    """A drummer plays on and on, and all of a burst is said before one and the same block. Then two seconds of silence.

    The largest block comes first: one that is larger than ever before is dry.
    """
    rack = InlineRack(PRESETS["loud"], RATE_HZ, 1, MOST_BLOCK)
    instrument = Instrument(rack.drums, RATE_HZ, Wiring(1, route()), MOST_BLOCK, click_on=True, pads=pads())
    instrument.load(chart_of(TUNE, RATE_HZ, stems, instrument.wiring.buses))
    noise = np.random.default_rng(3)
    blocks = sorted(blocks, reverse=True)
    sizes = [blocks[number % len(blocks)] for number in range(sum(after for after, _ in bursts) + 40)]
    due = dict(zip(np.cumsum([after for after, _ in bursts]), [burst for _, burst in bursts], strict=True))
    given, heard, frame, panics, open_panic = list[Sound](), list[Sound](), 0, list[tuple[int, int]](), -1
    rest = [blocks[0]] * (2 * RATE_HZ // blocks[0])
    for number, size in enumerate([*sizes, *rest]):
        for word in ends_with if number == len(sizes) else due.get(number, ()):
            if word in NOTES:
                instrument.send([Sent(EventKind.NOTE, NOTES[word], 127)])
            elif word in CALLS:
                name, _, when = word.partition("@")
                rack.load_next(PRESETS[name])
                rack.switch(WHEN[when])
            else:
                name, _, value = word.partition(" ")
                instrument.send(events_of(name, value, TUNE))
            if word == "panic":
                rack.load_next(None)  # as the engine does
                rack.switch()
                open_panic = frame if open_panic < 0 else open_panic
            if word in BEGINS and open_panic >= 0:
                panics.append((open_panic, frame))
                open_panic = -1
        block = np.empty((9, size), np.float32)
        plays = number < len(sizes)
        stroke = noise.uniform(0.05, 0.2, (1, size)).astype(np.float32) * noise.choice([-1, 1], (1, size))
        stroke = np.ascontiguousarray(stroke if plays else np.zeros((1, size)), np.float32)
        instrument.rig.step(stroke, block)
        instrument.band.serve()
        rack.process()
        given.append(stroke)
        heard.append(block)
        frame += size
    if open_panic >= 0:
        panics.append((open_panic, frame))
    assert rack.drums.blocks_dry == 0
    return Evening(np.concatenate(given, axis=1), np.concatenate(heard, axis=1), panics)


@given(bursts=EVENING, blocks=st.lists(st.sampled_from([16, 33, 64, 100, 512]), min_size=1, max_size=3))
@example(bursts=[(20, ["start"]), (60, ["stroke", "loop", "soft", "panic", "stop"])], blocks=[64])
@settings(max_examples=15, deadline=None, derandomize=True)
def test_whatever_comes_in_one_block_nobody_is_hurt_no_stroke_is_lost_and_a_panic_wins(
    stems: Stems, bursts: list[tuple[int, list[str]]], blocks: list[int]
) -> None:
    evening = played(stems, bursts, blocks, ends_with=["panic", "stop", "pads-off"])
    heard = evening.heard
    assert np.isfinite(heard).all()
    assert np.abs(heard).max() <= 1.0
    late = evening_delay(evening)
    drummed = np.flatnonzero(evening.given[0, : heard.shape[1] - late])
    drums = heard[DRUMS][:, drummed[0] + late : drummed[-1] + late + 1]
    share = drums / evening.given[:, drummed[0] : drummed[-1] + 1]
    assert share.min() > LOWEST
    assert share.max() < HIGHEST
    for begun, ended in evening.panics:
        assert np.abs(heard[BAND, begun + FADED : ended]).max(initial=0.0) == 0.0
        assert np.abs(heard[STRUCK, begun + FADED : ended]).max(initial=0.0) == 0.0
    assert np.abs(heard[:, -RATE_HZ // 2 :]).max() < 1e-6


def evening_delay(evening: Evening) -> int:
    """Frames from a stroke to its sound: the rack's block, and the guard."""
    at = np.flatnonzero(evening.given[0])[0]
    return int(np.flatnonzero(np.abs(evening.heard[DRUMS][0]) > 1e-6)[0] - at)
