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

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from live_rig.errors import ShowError
from live_rig.rack.effects import CONTAINERS, EffectType, Value, effect_types

PRESET_KEYS = ("title", "says", "effects")
VST3_KEYS = ("type", "path", "plugin", "parameters")

Key = tuple[str | int, ...]  # ("effects", 0, "ratio"): where something stands in the file


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
    reader = Reader(file)
    preset = reader.preset()
    if reader.faults:
        raise reader.faults[0]
    return preset


def preset_faults(file: Path) -> tuple[ShowError, ...]:
    """Everything that is wrong with a preset's file."""
    reader = Reader(file)
    try:
        reader.preset()
    except ShowError as error:
        return (error,)
    return tuple(reader.faults)


class Reader:
    """Reads one file, and gathers its faults on the way."""

    def __init__(self, file: Path) -> None:
        self.file, self.faults = file, list[ShowError]()
        self.lines: dict[Key, int] = {}

    def preset(self) -> Preset:
        """The preset, as far as it can be read. Raises ShowError where nothing can."""
        try:
            text = self.file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not text"
            raise ShowError(f"The preset cannot be read: {reason}", where=str(self.file), do="Check the file") from error
        try:
            written = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            line = re.search(r"line (\d+)", str(error))
            where = f"{self.file}, line {line[1] if line else len(text.splitlines())}"
            raise ShowError(f"This is not TOML: {error}", where=where, do="Correct that line") from error
        self.lines = dict(key_lines(text))
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
        self._fault(f"There is no effect {name}", (*at, "type"), nearest(name, names))
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
            self._fault(f"{thing} no {key}", (*at, key), nearest(key, keys))

    def _text(self, table: Mapping[str, Any], key: str) -> str:
        value = table.get(key, "")
        if not isinstance(value, str):
            self._fault(f"{key} must be a text", (key,), "Put it in quotes")
        return str(value)

    def _fault(self, what: str, key: Key, do: str) -> None:
        within = [key[:length] for length in range(len(key), -1, -1)]
        line = next((self.lines[place] for place in within if place in self.lines), 1)
        self.faults.append(ShowError(what, where=f"{self.file}, line {line}, {spelled(key)}", do=do))


def nearest(word: str, words: Iterator[str] | list[str] | tuple[str, ...]) -> str:
    """What to do about a word that does not exist."""
    choices = list(words)
    near = get_close_matches(word, choices, n=1, cutoff=0.5)
    return f"Change it to {near[0]}, the nearest there is" if near else f"Use one of {', '.join(choices)}"


def spelled(key: Key) -> str:
    """("effects", 1, "ratio") as effects[2].ratio: people count from one."""
    return "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in key).lstrip(".")


def key_lines(text: str) -> Iterator[tuple[Key, int]]:
    """The line, from 1, of every table and of every key that starts a line."""
    counts: dict[Key, int] = {}
    table: Key = ()
    for number, line in enumerate(text.splitlines(), start=1):
        if header := re.match(r"\s*(\[\[?)\s*([\w.\- ]+?)\s*\]", line):
            table = ()
            names = header[2].split(".")
            for depth, name in enumerate(part.strip() for part in names):
                table = (*table, name)
                if header[1] == "[[" and depth == len(names) - 1:
                    counts[table] = counts.get(table, -1) + 1
                if table in counts:
                    table = (*table, counts[table])
            yield table, number
        elif key := re.match(r'\s*"?([\w-]+)"?\s*=', line):
            yield (*table, key[1]), number
