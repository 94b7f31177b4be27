"""Knobs on their way to the rack that is heard: what has been turned, and of what its rack has not been told.

A rack hears of knobs through its ring, which may be full; what does not fit waits for the next `send`. A rack that comes back
stands as its preset is written, and is told everything once more.
"""

from collections.abc import Iterable, Mapping

from live_rig.rack.edits import Edits, Knobs
from live_rig.rack.mix import dry_mix
from live_rig.rack.preset import Preset
from live_rig.rack.standing import Standing
from live_rig.rack.swap import Swap


class Turning:
    """Of the rack that `swap` lets be heard. `edits`: of its preset; None for the dry drums."""

    def __init__(self, swap: Swap[Standing]) -> None:
        self._swap = swap
        self.edits: Edits | None = None
        self._waiting: Knobs = {}

    def call(self, preset: Preset | None, kept: Iterable[Standing]) -> None:
        """A preset is called, and stands as it is written; so does the one that is left, where it is among `kept`."""
        self._waiting = {}
        if self.edits and self.edits.kept():
            for one in kept:
                if one.preset == self.edits.preset and one.counts and not one.lost:
                    for knob in self.edits.kept():
                        one.counts.edit(list(self.edits.knobs).index(knob), self.edits.written[knob])
        self.edits = Edits(preset) if preset else None

    def turn(self, moved: Mapping[str, float]) -> None:
        """Turn knobs, by name."""
        self._waiting |= moved
        self.send()

    def again(self) -> None:
        """What came back stands as the preset is written: turn it to where it stood."""
        if self.edits:
            self._waiting = self.edits.kept() | self._waiting

    def send(self) -> None:
        """Tell the rack what waits, and the drums how they sound without it."""
        heard = self._swap.heard
        if not self._waiting or not self.edits or not heard or heard.lost or not heard.counts:
            return
        if heard.preset != self.edits.preset:
            return
        numbers = {knob: number for number, knob in enumerate(self.edits.knobs)}
        for knob, value in list(self._waiting.items()):
            if knob not in numbers or heard.counts.edit(numbers[knob], value):
                del self._waiting[knob]
        mix = dry_mix(self.edits.preset, self._swap.drums.inputs, self.edits.now)
        if mix is not None:
            self._swap.remix(heard, mix)
