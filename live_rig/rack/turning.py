"""Knobs on their way to the rack that is heard: what has been turned, and of what its rack has not been told.

A rack hears of knobs through its ring, which may be full; what does not fit waits for the next `send`. A rack that comes back
stands as its preset is written, and is told everything once more. One that is left sounds on as it was turned until its tail is
over, or until its preset is called again.
"""

from collections.abc import Mapping, Set

from live_rig.rack.edits import Edits, Knobs
from live_rig.rack.knobs import plugin_knobs
from live_rig.rack.mix import dry_mix
from live_rig.rack.standing import Standing
from live_rig.rack.swap import Swap


class Turning:
    """Of the rack that `swap` lets be heard. `edits`: of its preset; None for the dry drums."""

    def __init__(self, swap: Swap[Standing]) -> None:
        self._swap = swap
        self.edits: Edits | None = None
        self._waiting: Knobs = {}
        self._of_plugins: Set[str] = frozenset()  # knobs
        self._by_window = set[str]()  # plugins that were moved in their windows last, whatever their knobs were before
        self._stood: Knobs | None = None
        self._plugins_stood: Knobs = {}

    def call(self, called: Standing) -> None:
        """A preset is called, and is to stand as it is written."""
        self.edits = Edits(called.preset) if called.preset else None
        self._of_plugins = plugin_knobs(called.preset) if called.preset else frozenset()
        self._by_window, self._stood = set(), None
        self._waiting = {knob: self.edits.written[knob] for knob in called.turned} if self.edits else {}

    def put_back(self, left: Standing) -> bool:
        """What has rung out is to stand as it was built. Returns whether it was turned."""
        if not left.turned or not left.preset:
            return False
        edits = Edits(left.preset)
        stood = edits.written | left.built_at
        tell(left, edits, {knob: stood[knob] for knob in left.turned})
        return True

    def turn(self, moved: Mapping[str, float]) -> None:
        """Turn knobs, by name, with the next `send`."""
        self._waiting |= moved
        self._by_window -= {plugin_of(knob) for knob in moved}
        self._stood = None

    def moved_in_window(self, plugin: str) -> Knobs:
        """A plugin stands as its window has it, and its knobs do not say where. Returns where those of the others stand."""
        self._by_window.add(plugin)
        self._stood = None
        return self.plugins_stand()

    def plugins_stand(self) -> Knobs:
        """Where knobs of plugins stand that were turned; the same object until one is."""
        if self.edits is None:
            return {}
        if self._stood is not self.edits.now:
            self._stood = self.edits.now
            stand = {knob: value for knob, value in self.edits.kept().items() if knob in self._of_plugins}
            stand = {knob: value for knob, value in stand.items() if plugin_of(knob) not in self._by_window}
            if stand != self._plugins_stood:
                self._plugins_stood = stand
        return self._plugins_stood

    def again(self) -> None:
        """What is heard in place of another rack of the preset, its plugins as their windows had them: turn it to where that
        stood.
        """
        if self.edits and self._swap.heard:
            otherwise = self.edits.kept().keys() | self._swap.heard.turned
            stand = {knob: self.edits.now[knob] for knob in otherwise if plugin_of(knob) not in self._by_window}
            self._waiting = stand | self._waiting

    def send(self) -> None:
        """Tell the rack what waits, and the drums how they sound without it."""
        heard = self._swap.heard
        if not self._waiting or not self.edits or not heard or heard.lost or not heard.counts:
            return
        if heard.preset != self.edits.preset:
            return
        for knob in tell(heard, self.edits, self._waiting):
            del self._waiting[knob]
        mix = dry_mix(self.edits.preset, self._swap.drums.inputs, self.edits.now)
        if mix is not None:
            self._swap.remix(heard, mix)


def plugin_of(knob: str) -> str:
    """The plugin that a knob is of, if it is a plugin's: "snare.Faulty" of "snare.Faulty.gain"."""
    return knob.rpartition(".")[0]


def tell(rack: Standing, edits: Edits, knobs: Mapping[str, float]) -> list[str]:
    """Tell the rack of a preset where its knobs are to be. Returns those that it has been told: its ring may be full."""
    if rack.counts is None:
        return []
    edit = rack.counts.edit
    numbers = {knob: number for number, knob in enumerate(edits.knobs)}
    told = [knob for knob, value in knobs.items() if knob not in numbers or edit(numbers[knob], value)]
    rack.turned = {knob for knob in rack.turned.union(told) if knob not in told or knobs[knob] != edits.written.get(knob)}
    return told
