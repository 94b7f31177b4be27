"""The preset that is heard in the words of the desk: what can be turned in it, how far, and where it stands."""

from collections.abc import Iterable, Mapping
from itertools import count
from pathlib import Path

from live_rig.control.protocol import Desk, Knob
from live_rig.rack.edits import Edits
from live_rig.rack.effects import Parameter
from live_rig.rack.knobs import plugins_of
from live_rig.rack.plugins import real, remembered

Ranges = Mapping[str, tuple[float, float]]


def desk_state(presets: Iterable[str], edits: Edits | None, ranges: Ranges) -> Desk:
    """What a desk shows. presets: the names there are. ranges: of plugins' knobs, as far as they are known."""
    names = tuple(presets)
    if edits is None:
        return Desk(presets=names)
    return Desk(
        presets=names,
        preset=edits.preset.name,
        title=edits.preset.title,
        knobs=tuple(_knob(edits, name, knob, ranges) for name, knob in edits.knobs.items()),
        macros=tuple(
            Knob(
                name=macro.name,
                value=macro.place(edits.now),
                written=macro.place(edits.written),
                low=0.0,
                high=1.0,
                says=macro.says,
            )
            for macro in edits.preset.macros
        ),
        snapshots=tuple(edits.preset.snapshots),
        plugins=tuple(plugins_of(edits.preset)),
        side="B" if edits.is_other_side else "A",
        can_undo=edits.can_undo,
        can_redo=edits.can_redo,
        free_name=free_name(edits.preset.name, names),
    )


def plugin_ranges(edits: Edits) -> Ranges:
    """How far the knobs of the preset's plugins go, of those that have been looked at on this machine."""
    plugins = plugins_of(edits.preset)
    seen = remembered() if plugins else {}
    ranges: dict[str, tuple[float, float]] = {}
    for name, effect in plugins.items():
        looked_at = seen.get(str(real(effect.path or Path())))
        for row in looked_at.plugins if looked_at else []:
            if effect.plugin in (None, row["name"]):
                ends = {f"{name}.{key}": (kind["low"], kind["high"]) for key, kind in row["parameters"].items()}
                ranges |= {knob: (float(low), float(high)) for knob, (low, high) in ends.items() if None not in (low, high)}
    return ranges


def free_name(name: str, taken: Iterable[str]) -> str:
    """A name for what was made of a preset: "dub-2" of "dub", and "dub-3" of that."""
    stem, _, number = name.rpartition("-")
    base = stem if stem and number.isdecimal() else name
    there = {one.lower() for one in taken}  # a file system may know no capitals
    return next(free for number in count(2) if (free := f"{base}-{number}").lower() not in there)


def _knob(edits: Edits, name: str, kind: Parameter, ranges: Ranges) -> Knob:
    low, high = ranges.get(name, (kind.low, kind.high))
    return Knob(
        name=name,
        value=edits.now[name],
        written=edits.written[name],
        low=low if abs(low) < float("inf") else None,
        high=high if abs(high) < float("inf") else None,
        is_switch=kind.kind is bool,
    )
