"""What has been turned since a preset was called: knobs, macros, snapshots; to be undone, compared, and kept.

It says what to turn and turns nothing itself: each verb returns the knobs that are to move, and where to.
"""

from collections.abc import Mapping

from live_rig.errors import RackError
from live_rig.rack.effects import Parameter
from live_rig.rack.knobs import knobs_of, written_values
from live_rig.rack.preset import Macro, Preset
from live_rig.show.faults import change_or

Knobs = dict[str, float]
Steps = list[tuple[str, Knobs]]  # what was turned, and where everything stood before
Side = tuple[Knobs, Steps, list[Knobs]]  # where everything stands, what can be undone, and what was
KEPT = 200  # steps that can be undone
SOME = 3  # of the knobs of a preset, which may be hundreds


class Edits:
    """Of one preset that is heard."""

    def __init__(self, preset: Preset) -> None:
        self.preset = preset
        self.knobs: Mapping[str, Parameter] = knobs_of(preset)
        self.written: Knobs = written_values(preset)
        self.now: Knobs = dict(self.written)
        self._macros: dict[str, Macro] = {macro.name: macro for macro in preset.macros}
        self._done: Steps = []
        self._undone: list[Knobs] = []
        self._other: Side = dict(self.written), [], []  # of A/B
        self.is_other_side = False

    @property
    def can_undo(self) -> bool:
        """Whether anything was turned."""
        return bool(self._done)

    @property
    def can_redo(self) -> bool:
        """Whether anything was undone, and nothing turned since."""
        return bool(self._undone)

    def turn(self, name: str, value: float) -> Knobs:
        """Turn a knob or a macro. RackError where there is none of that name, or it does not go so far."""
        if name in self._macros:
            if not 0.0 <= value <= 1.0:
                raise RackError(f"{name} goes from 0 to 1", where=self.preset.title, do="Turn it less far")
            return self._move(name, {move.knob: move.at(value) for move in self._macros[name].moves})
        if name not in self.knobs:
            there = {**self._macros, **self.knobs}
            do = change_or(name, there, f"Choose one that it has, such as {', '.join([*there][:SOME])}")
            raise RackError(f"There is no knob {name}", where=self.preset.title, do=do)
        knob = self.knobs[name]
        if knob.kind is bool and value not in (0.0, 1.0):
            raise RackError(f"{name} is on (1) or off (0)", where=self.preset.title, do="Say one of the two")
        if not knob.low <= value <= knob.high:
            raise RackError(f"{name} goes from {knob.low:g} to {knob.high:g}", where=self.preset.title, do="Turn it less far")
        return self._move(name, {name: value})

    def recall(self, snapshot: str) -> Knobs:
        """A snapshot: what it does not name stands as the preset is written."""
        return self._move(*self._snapshot(snapshot))

    def part(self, snapshot: str) -> Knobs:
        """A part of the song begins, for both sides of A/B: a snapshot; "": all knobs as the preset is written."""
        what, wanted = self._snapshot(snapshot) if snapshot else ("as written", dict(self.written))
        self.compare()
        self._move(what, wanted)
        self.compare()
        return self._move(what, wanted)

    def _snapshot(self, snapshot: str) -> tuple[str, Knobs]:
        if snapshot not in self.preset.snapshots:
            there = self.preset.snapshots
            do = change_or(snapshot, there, f"Say one of: {', '.join(there)}" if there else "Write it into the preset")
            raise RackError(f"There is no snapshot {snapshot}", where=self.preset.title, do=do)
        wanted = dict(self.written)
        for name, value in self.preset.snapshots[snapshot].items():
            macro = self._macros.get(name)
            wanted |= {move.knob: move.at(value) for move in macro.moves} if macro else {name: value}
        return f"snapshot {snapshot}", wanted

    def undo(self) -> Knobs:
        """Back before the last turn; nothing where nothing was turned."""
        if not self._done:
            return {}
        self._undone.append(dict(self.now))
        return self._stand(self._done.pop()[1])

    def redo(self) -> Knobs:
        """Forward again."""
        if not self._undone:
            return {}
        self._done.append(("redo", dict(self.now)))
        return self._stand(self._undone.pop())

    def compare(self) -> Knobs:
        """To the other side of A/B: at first the preset as it is written. Each side undoes its own turns."""
        here = dict(self.now), self._done, self._undone
        there, self._done, self._undone = self._other
        self._other, self.is_other_side = here, not self.is_other_side
        return self._stand(there)

    def kept(self) -> Knobs:
        """What stands otherwise than it is written."""
        return {name: value for name, value in self.now.items() if value != self.written[name]}

    def _move(self, what: str, wanted: Knobs) -> Knobs:
        goes_on = self._done and self._done[-1][0] == what and not self._undone
        if not goes_on:  # one turn of one knob is one step, however many values it sends; after an undo another one begins
            self._done = [*self._done[-KEPT:], (what, dict(self.now))]
        self._undone.clear()
        return self._stand(self.now | wanted)

    def _stand(self, wanted: Knobs) -> Knobs:
        moved = {name: value for name, value in wanted.items() if self.now.get(name) != value}
        self.now = dict(wanted)
        return moved
