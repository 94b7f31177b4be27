"""How soon a song sounds, from any of its bars, counted in frames from the command."""

import numpy as np
import pytest

from cython_core.drums import Drums
from cython_core.exchange import EventKind
from cython_core.stems import Stems
from live_rig.conducting.chart import chart_of
from live_rig.conducting.cues import Sent, events_of
from live_rig.instrument import Block, Instrument
from live_rig.wiring import each_bus_apart
from tests.playing import RATE_HZ, song

SOON_FRAMES = round(0.050 * RATE_HZ)
TUNE = song(120, "head:16 solo:16~")
SMALL_BLOCK = 64


def struck_on_every_bar() -> Stems:
    """A click of one frame on each downbeat, as far apart in size as the bars are in number."""
    sound = np.zeros((2, round((TUNE.length_s + 1.0) * RATE_HZ)), np.float32)
    for bar in range(1, TUNE.bars + 1):
        sound[:, round(TUNE.beat_map.time_at(TUNE.bar_start(bar)) * RATE_HZ) :][:, :200] = 0.02 * bar
    return Stems([sound], RATE_HZ)


def stands_ready(stems: Stems, block: int = SMALL_BLOCK, rate_hz: int = RATE_HZ) -> Instrument:
    instrument = Instrument(Drums(rate_hz, 1, block), rate_hz, each_bus_apart(1), block)
    instrument.load(chart_of(TUNE, rate_hz, stems))
    return instrument


def plays_for(instrument: Instrument, frames: int, stems: Stems | None, block: int = SMALL_BLOCK) -> Block:
    """The band, (2, frames); prefetch, where there are stems to fetch, and renderer have their turn after every block."""
    silence, heard = np.zeros((1, block), np.float32), []
    for _ in range(-(-frames // block)):
        played = np.empty((instrument.outputs, block), np.float32)
        instrument.rig.step(silence, played)
        if stems is not None:
            stems.load()
        instrument.band.serve()
        heard.append(played[4:6])
    return np.concatenate(heard, axis=1)


@pytest.mark.parametrize("bar", [1, 2, 9, 15, 17, 30])
@pytest.mark.parametrize("leader", ["band", "conductor 108", "conductor 150"])
def test_from_any_bar_it_sounds_within_50_ms_and_whole(bar: int, leader: str) -> None:
    stems = struck_on_every_bar()
    instrument = stands_ready(stems)
    who, _, bpm = leader.partition(" ")
    if who == "conductor":
        instrument.send(events_of("tempo", bpm, TUNE))
    instrument.send(events_of("bar", str(bar), TUNE))
    plays_for(instrument, RATE_HZ // 2, stems)
    instrument.send([Sent(EventKind.START)])
    heard = plays_for(instrument, RATE_HZ // 5, stems)[0]
    first = int(np.flatnonzero(np.abs(heard) > 0.6 * 0.02 * bar)[0])
    assert 0 < first <= SOON_FRAMES
    assert np.abs(heard[first : first + 150]).max() == pytest.approx(0.02 * bar, rel=0.35)
    assert np.abs(heard[: first - 600]).max(initial=0.0) == 0.0
    assert instrument.band.frames_missing == 0
    assert stems.missed_frames == 0


@pytest.mark.parametrize("rate_hz", [RATE_HZ, 2 * RATE_HZ])
def test_the_bar_it_will_start_from_is_in_memory_before(rate_hz: int) -> None:
    stems = struck_on_every_bar()  # in the finer session at half its rate, as they always are there
    instrument = stands_ready(stems, rate_hz=rate_hz)
    instrument.send(events_of("bar", "12", TUNE))
    plays_for(instrument, rate_hz // 10, stems)
    instrument.send([Sent(EventKind.START)])
    heard = plays_for(instrument, rate_hz // 2, None)[0]
    assert np.abs(heard).max() == pytest.approx(0.02 * 12, rel=0.35)
    assert stems.missed_frames == 0
