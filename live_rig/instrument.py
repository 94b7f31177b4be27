"""The parts of one rig, joined: what PortAudio, a timer or a plain loop plays.

Offline and live differ only in who calls `step`, and in who renders the band and the effects: threads and processes, or the
loop itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cython_core import mix
from cython_core.band import Band
from cython_core.chart import Chart
from cython_core.count_in import CountIn
from cython_core.drums import Drums
from cython_core.exchange import EventKind, Exchange
from cython_core.follower import Follower
from cython_core.input_lines import Lines
from cython_core.step import Rig
from live_rig.audio.sounds import rig_sounds
from live_rig.conducting.cues import Sent

Block = npt.NDArray[np.float32]  # (channels, frames)
BUSES = 6
CHUNK = 256  # frames of band that are rendered at a time


@dataclass(frozen=True, slots=True)
class Wiring:
    """What goes in and comes out: inputs of the kit, and how much of each bus each output gets, (outputs, 6), linear."""

    inputs: int
    route: Block
    lines: tuple[
        tuple[str, int], ...
    ] = ()  # what stands before each microphone, and its input from 0; none: all inputs are one mix


def lines_of(samplerate_hz: float, wiring: Wiring) -> Lines:
    """The lines that the rig listens to."""
    if not wiring.lines:
        return Lines(samplerate_hz)
    return Lines(samplerate_hz, [drum for drum, _ in wiring.lines], [channel for _, channel in wiring.lines])


def spare_for(block: int) -> int:
    """Frames of rendered band that must wait for blocks of this size, so that the renderer may be two chunks late."""
    return max(3 * CHUNK, block + 2 * CHUNK)


def house_and_ears(inputs: int, outputs: int) -> Wiring:
    """The usual wiring: drums and band on outputs 1 and 2; of four, 3 and 4 are the drummer's ears, with click and guide.

    With two outputs or one, the click goes there too, and stays off until it is asked for.
    """
    route = np.zeros((outputs, BUSES), np.float32)
    for output in range(outputs):
        side = output % 2
        mono = outputs == 1
        for left, right in ((mix.DRUMS_LEFT, mix.DRUMS_RIGHT), (mix.BAND_LEFT, mix.BAND_RIGHT)):
            if output < 4:
                route[output, left if side == 0 else right] = 1.0
            if mono:
                route[output, left] = route[output, right] = 0.5
        if outputs < 4 or output in (2, 3):
            route[output, mix.CLICK] = route[output, mix.GUIDE] = 1.0
    return Wiring(inputs, route)


def each_bus_apart(inputs: int) -> Wiring:
    """Eight outputs for `render`: the mix (two), the drums (two), the band (two), the click, the guide."""
    route = np.zeros((8, BUSES), np.float32)
    for side in (0, 1):
        route[side, [mix.DRUMS_LEFT + side, mix.BAND_LEFT + side]] = 1.0
        route[2 + side, mix.DRUMS_LEFT + side] = 1.0
        route[4 + side, mix.BAND_LEFT + side] = 1.0
    route[6, mix.CLICK] = route[7, mix.GUIDE] = 1.0
    return Wiring(inputs, route)


class Instrument:
    """A rig with all its parts at one samplerate, and the drums of a rack. Charts handed to it are kept as long as it lives.

    spare_frames: rendered band that waits, beyond the stretcher's own delay; None: enough for blocks of `max_block`. The band
    follows that much later: live, where blocks are far smaller than the largest there might be, say what they need.
    """

    def __init__(
        self,
        drums: Drums,
        samplerate_hz: float,
        wiring: Wiring,
        max_block: int,
        *,
        spare_frames: int | None = None,
        click_on: bool = False,
    ) -> None:
        self.samplerate_hz = samplerate_hz
        self.wiring = wiring
        self.outputs = len(wiring.route)
        self.exchange = Exchange()
        self.band = Band(samplerate_hz, spare_chunks=-(-(spare_frames or spare_for(max_block)) // CHUNK))
        self.drums = drums
        self.lines = lines_of(samplerate_hz, wiring)
        self.rig = Rig(
            samplerate_hz,
            wiring.inputs,
            self.outputs,
            max_block,
            self.lines,
            Follower(samplerate_hz),
            CountIn(samplerate_hz),
            self.drums,
            self.band,
            self.exchange,
            np.ascontiguousarray(wiring.route, np.float32),
            rig_sounds(samplerate_hz),
        )
        self._charts: list[Chart] = []
        if not click_on:
            self.send([Sent(EventKind.BUS, 0.0, mix.CLICK)])

    def send(self, events: Sequence[Sent], frame: int = 0) -> None:
        """Hand over events for `frame`, 0: at once."""
        for event in events:
            self.exchange.send(int(event.kind), event.value, event.other, frame)

    def load(self, chart: Chart, *, is_next: bool = False, frame: int = 0) -> None:
        """Make a chart the song, or the one that a segue leads to."""
        self._charts.append(chart)
        kind = EventKind.LOAD_NEXT if is_next else EventKind.LOAD
        self.exchange.send(int(kind), 0.0, 0.0, frame, chart.address)
