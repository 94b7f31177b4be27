"""A preset: a chain of effects for the kit, written down as TOML.

    title = "Tight studio kit"
    says = "what it is for"

    [[effects]]                    # in the order the drums go through them
    type = "Compressor"            # a built-in effect (see docs/rack.md), "VST3", "Chain" or "Mix"
    threshold_db = -18.0

"Chain" and "Mix" hold effects of their own ([[effects.effects]]): one after the other, or side by side and added. "VST3" has
a `path` and, in [effects.parameters], the plugin's own parameters by name. Every fault is named with file, line, key, and the
nearest right word.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from live_rig.errors import ShowError
from live_rig.rack.effects import CONTAINERS, EffectType, Value, effect_types
from live_rig.show.faults import Fault, Key, change_or
from live_rig.show.toml_page import read_page

PRESET_KEYS = ("title", "says", "effects")
VST3_KEYS = ("type", "path", "plugin", "parameters")


@dataclass(frozen=True, slots=True)
class Effect:
    """One effect of a chain. `values` hold what the preset says of it; what it does not say has pedalboard's default."""

    type: str
    values: Mapping[str, Value] = field(default_factory=dict)
    effects: tuple["Effect", ...] = ()  # in a Chain or a Mix
    path: Path | None = None  # of a VST3 plugin, or of a Convolution's impulse response
    plugin: str | None = None  # which one, of a VST3 file that holds several


@dataclass(frozen=True, slots=True)
class Preset:
    """A chain of effects, its title, and what it is for."""

    name: str
    title: str
    says: str
    effects: tuple[Effect, ...]


def read_preset(file: Path) -> Preset:
    """The preset in a file. Raises the first of its faults as a ShowError."""
    preset, faults = _read(file, str(file))
    if preset is None or faults:
        first = faults[0]
        raise ShowError(first.what, where=first.where, do=first.do)
    return preset


def preset_faults(file: Path, named: str) -> list[Fault]:
    """Everything that is wrong with a preset's file, which the faults call `named`."""
    return _read(file, named)[1]


def _read(file: Path, named: str) -> tuple[Preset | None, list[Fault]]:
    page = read_page(file, named)
    if isinstance(page, Fault):
        return None, [page]
    reader = Reader(file)
    preset = reader.preset(page.values)
    return preset, sorted(page.all_placed(reader.faults), key=lambda fault: fault.line)


class Reader:
    """Reads what one file says, and gathers its faults on the way."""

    def __init__(self, file: Path) -> None:
        self.file, self.faults = file, list[Fault]()

    def preset(self, written: Mapping[str, Any]) -> Preset:
        """The preset, as far as it can be read."""
        self._known(written, PRESET_KEYS, ())
        if "title" not in written:
            self._fault("The preset has no title", ("title",), 'Write title = "…" in its first line')
        return Preset(self.file.stem, self._text(written, "title"), self._text(written, "says"), self._effects(written, ()))

    def _effects(self, table: Mapping[str, Any], at: Key) -> tuple[Effect, ...]:
        rows = table.get("effects", [])
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            self._fault("effects must be a list of tables", (*at, "effects"), "Write [[effects]] before each effect")
            return ()
        return tuple(self._effect(row, (*at, "effects", number)) for number, row in enumerate(rows))

    def _effect(self, row: Mapping[str, Any], at: Key) -> Effect:
        name = row.get("type")
        names = sorted({*effect_types(), *CONTAINERS, "VST3"})
        if not isinstance(name, str):
            self._fault("The effect has no type", (*at, "type"), f"Write type = one of {', '.join(names)}")
            return Effect("Gain")
        if name in CONTAINERS:
            self._known(row, ("type", "effects"), at)
            return Effect(name, effects=self._effects(row, at))
        if name == "VST3":
            return self._vst3(row, at)
        if name in effect_types():
            return self._built_in(effect_types()[name], row, at)
        self._fault(f"There is no effect {name}", (*at, "type"), change_or(name, names, _one_of(names)))
        return Effect("Gain")

    def _built_in(self, kind: EffectType, row: Mapping[str, Any], at: Key) -> Effect:
        self._known(row, ("type", *kind.parameters), at)
        values = {key: value for key, value in row.items() if key in kind.parameters}
        for key, value in values.items():
            if fault := kind.parameters[key].fault(value):
                self._fault(f"{kind.name} {key} {fault}, and is {value!r}", (*at, key), f"Change {key}")
        for key, parameter in kind.parameters.items():
            if parameter.default is None and key not in values:
                self._fault(f"{kind.name} needs {key}", (*at, "type"), f"Write {key} = … below its type")
        file = values.pop("impulse_response_filename", None)
        return Effect(kind.name, values, path=self.file.parent / str(file) if file is not None else None)

    def _vst3(self, row: Mapping[str, Any], at: Key) -> Effect:
        self._known(row, VST3_KEYS, at)
        path, values = row.get("path"), row.get("parameters", {})
        if not isinstance(path, str):
            self._fault("A VST3 effect needs the path of its plugin", (*at, "path"), 'Write path = "…/Name.vst3"')
        if not isinstance(values, dict) or not all(isinstance(value, bool | int | float | str) for value in values.values()):
            what = "parameters must be a table of numbers, texts, true or false"
            self._fault(what, (*at, "parameters"), "Write [effects.parameters]")
            values = {}
        file, plugin = self.file.parent / Path(str(path)).expanduser(), row.get("plugin")
        return Effect("VST3", values, path=file, plugin=str(plugin) if plugin else None)

    def _known(self, table: Mapping[str, Any], keys: tuple[str, ...], at: Key) -> None:
        for key in table.keys() - set(keys):
            thing = f"{table['type']} has" if "type" in table else "A preset has"
            self._fault(f"{thing} no {key}", (*at, key), change_or(key, keys, _one_of(keys)))

    def _text(self, table: Mapping[str, Any], key: str) -> str:
        value = table.get(key, "")
        if not isinstance(value, str):
            self._fault(f"{key} must be a text", (key,), "Put it in quotes")
        return str(value)

    def _fault(self, what: str, key: Key, do: str) -> None:
        self.faults.append(Fault(what, do, key))


def _one_of(words: Iterable[str]) -> str:
    return f"Use one of {', '.join(words)}"
