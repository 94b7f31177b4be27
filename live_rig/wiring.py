"""From who hears what to how much of each bus every output gets."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from cython_core import mix as bus
from live_rig.decibels import linear
from live_rig.show.mix import BAND, Mix, usual_mixes
from live_rig.show.written import LOWEST_DB

APART = {"mix": slice(0, 2), "drums": slice(2, 4), "band": slice(4, 6), "click": slice(6, 7), "guide": slice(7, 8)}
"""The outputs of `each_bus_apart`; the count is heard with the click."""
APART_OUTPUTS = 8

Routes = npt.NDArray[np.float32]  # (outputs, bus.BUSES), linear


@dataclass(frozen=True, slots=True)
class Wiring:
    """What goes in and comes out: inputs of the kit, and how much of each bus each output gets, (outputs, BUSES), linear."""

    inputs: int
    route: Routes
    drummers: tuple[int, ...] = ()  # outputs, from 0, in the drummer's ears
    buses: tuple[str, ...] = (BAND,)  # of stems
    mixes: tuple[Mix, ...] = ()
    talk_input: int = -1  # from 0: a microphone that is no part of the kit; -1: none
    lines: tuple[tuple[str, int], ...] = ()  # what stands before each microphone, and its input from 0; none: all are one mix

    def with_lines(self, lines: tuple[tuple[str, int], ...]) -> "Wiring":
        """With these microphones as lines of their own."""
        return replace(self, lines=lines)

    def with_talkback(self, input_: int, to: Sequence[str] | None, gain_db: float) -> "Wiring":
        """With a microphone to speak into, from 0, for the mixes of those names; None: for the drummer's."""
        route = self.route.copy()
        for mix in self.mixes:
            if mix.name in to if to is not None else mix.is_drummers:
                for output, number, gain in gains(mix, "talkback", gain_db, self.buses):
                    route[output, number] = gain
        return replace(self, route=route, talk_input=input_)

    def and_also(self, extra: "Wiring") -> "Wiring":
        """With the outputs of another wiring after these."""
        return replace(self, route=np.concatenate([self.route, extra.route]))


def wired(inputs: int, outputs: int, mixes: Sequence[Mix] = (), buses: Sequence[str] = (BAND,)) -> Wiring:
    """The wiring of `mixes` on that many outputs; without any, the usual ones."""
    mixes = tuple(mixes) or usual_mixes(outputs)
    route = np.zeros((outputs, bus.BUSES), np.float32)
    drummers = []
    for mix in mixes:
        for source, level_db in mix.levels_db(buses).items():
            for output, number, gain in gains(mix, source, level_db, buses):
                route[output, number] = gain
        drummers += [output - 1 for output in mix.outputs if mix.is_drummers]
    return Wiring(inputs, route, tuple(drummers), tuple(buses), mixes)


def gains(mix: Mix, source: str, level_db: float, buses: Sequence[str]) -> list[tuple[int, int, float]]:
    """(output from 0, bus, linear gain) for one source in one mix. A pair gets left and right, a single output half of each."""
    gain = linear(level_db) if level_db > LOWEST_DB else 0.0  # a source that is no louder is shut
    struck = {"click": bus.CLICK, "count": bus.COUNT, "guide": bus.GUIDE, "talkback": bus.TALK}
    if source in struck:
        return [(output - 1, struck[source], gain) for output in mix.outputs]
    pairs = {"drums": bus.DRUMS_LEFT, "pads": bus.PADS_LEFT}
    left = pairs[source] if source in pairs else bus.BAND_LEFT + 2 * list(buses).index(source)
    if len(mix.outputs) == 1:
        return [(mix.outputs[0] - 1, side, gain / 2) for side in (left, left + 1)]
    return [(output - 1, left + side, gain) for side, output in enumerate(mix.outputs)]


def each_bus_apart(inputs: int) -> Wiring:
    """For whoever writes down what is heard: the mix, its drums, band, click and guide, each on outputs of its own (APART)."""
    route = np.zeros((APART_OUTPUTS, bus.BUSES), np.float32)
    for side in (0, 1):
        drums, band = [bus.DRUMS_LEFT + side, bus.PADS_LEFT + side], [bus.BAND_LEFT + side]
        for name, sources in (("mix", drums + band), ("drums", drums), ("band", band)):
            route[APART[name].start + side, sources] = 1.0
    route[APART["click"], [bus.CLICK, bus.COUNT]] = route[APART["guide"], bus.GUIDE] = 1.0
    return Wiring(inputs, route)
