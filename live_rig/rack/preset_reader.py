"""Reading a preset's file: what it says, on top of the kit it is based on. Every fault with file, line, key, and the nearest
right word.

    based_on = "studio-kit"        # another preset: what is written here replaces or adds to what stands there, by name

    [strips.snare]                 # takes inputs; gain_db pan mute solo invert delay_ms
    inputs = [2]
    to = "shells"                  # a group; left out: the master
    sends = { plate = -9.0 }
    gate = { key = "snare", threshold_db = -34.0 }
    [[strips.snare.effects]]

    [groups.shells]  [sends.plate] # the same, but for inputs and gate
    [macros.crush]                 # says, at, and [[macros.crush.moves]] with knob, from, to, curve
    [snapshots.chorus]             # "snare.gain_db" = 2.0, crush = 0.8
"""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from live_rig.errors import ShowError
from live_rig.paths import presets_dir
from live_rig.rack.effects import CONTAINERS, EffectType, Parameter, effect_types
from live_rig.rack.knobs import knobs_of, named_effects
from live_rig.rack.preset import CHANNEL, GATE, MASTER, SEND, Channel, Effect, Gate, Macro, Move, Preset
from live_rig.show.faults import Fault, Key, change_or
from live_rig.show.toml_page import Page, read_page

NAMED = ("strips", "groups", "sends", "macros", "start", "snapshots")
PRESET_KEYS = ("title", "says", "based_on", "effects", *NAMED)
CHANNEL_KEYS = (*CHANNEL, "to", "sends", "effects")
STRIP_KEYS = ("inputs", "gate", *CHANNEL_KEYS)
MACRO_KEYS = ("says", "at", "moves")
MOVE_KEYS = ("knob", "from", "to", "curve")
VST3_KEYS = ("type", "path", "plugin", "state", "parameters")
MOST_INPUTS = 32
LONGEST_TEXT, LONGEST_SHOWN = 200, 60  # letters
UNFIT = re.compile(r"[^\w.-]")  # for a file's name
Kind = Literal["strip", "group", "send"]
KINDS: tuple[tuple[Kind, str], ...] = (("strip", "strips"), ("group", "groups"), ("send", "sends"))
CURVE = Parameter("curve", float, 1.0, 0.1, 10.0)
PLACE = Parameter("at", float, None, 0.0, 1.0)


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
    written = _on_its_base(file, page, (file.stem,))
    if isinstance(written, Fault):
        return None, [page.placed(written)]
    reader = Reader(file)
    preset = reader.preset(written)
    return preset, sorted(page.all_placed(reader.faults), key=lambda fault: fault.line)


def _on_its_base(file: Path, page: Page, line: tuple[str, ...]) -> dict[str, Any] | Fault:
    """What a page says, on top of what its base says. `line`: the presets that led here."""
    name = page.values.get("based_on")
    own: dict[str, Any] = _with_absolute_paths(page.values, file.parent)
    if name is None:
        return own
    if not isinstance(name, str):
        return Fault("based_on must be a text", "Write the name of a preset in quotes", ("based_on",))
    if name in line:
        return Fault(f"{' is based on '.join((*line, name))}: it goes round in a circle", "Base it on another", ("based_on",))
    there = {each.stem: each for folder in (presets_dir(), file.parent) for each in sorted(folder.glob("*.toml"))}
    if name not in there:
        return Fault(f"There is no preset {name}", change_or(name, there, _one_of(sorted(there))), ("based_on",))
    base_page = read_page(there[name], f"{name}.toml")
    if isinstance(base_page, Fault):
        return base_page
    base = _on_its_base(there[name], base_page, (*line, name))
    return base_page.placed(base) if isinstance(base, Fault) else _merged(base, own)


def _merged(base: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """Named things are joined by name, and key by key; all else is replaced."""
    both = {**base, **own}
    for key in NAMED:
        if isinstance(base.get(key), dict) and isinstance(own.get(key), dict):
            both[key] = {
                name: {**base[key][name], **own[key][name]}
                if isinstance(base[key].get(name), dict) and isinstance(own[key].get(name), dict)
                else {**base[key], **own[key]}[name]
                for name in {**base[key], **own[key]}
            }
    return both


def _with_absolute_paths(written: Any, folder: Path) -> Any:
    """The files that effects name are looked for beside the preset that names them."""
    if isinstance(written, list):
        return [_with_absolute_paths(each, folder) for each in written]
    if not isinstance(written, dict):
        return written
    inside = {key: _with_absolute_paths(value, folder) for key, value in written.items()}
    if isinstance(inside.get("type"), str):
        for key in ("path", "state", "impulse_response_filename"):
            if isinstance(inside.get(key), str):
                inside[key] = str(folder / Path(inside[key]).expanduser())
    return inside


class Reader:
    """Reads what one file says, and gathers its faults on the way."""

    def __init__(self, file: Path) -> None:
        self.file, self.faults = file, list[Fault]()

    def preset(self, written: Mapping[str, Any]) -> Preset:
        """The preset, as far as it can be read."""
        self._known(written, PRESET_KEYS, (), "A preset has")
        if "title" not in written or written["title"] == "":
            self._fault("The preset has no title", ("title",), 'Write title = "…" in its first line')
        channels = self._channels(written)
        whole = Preset(
            self.file.stem,
            self._text(written, "title", ()),
            self._text(written, "says", ()),
            self._with_places(MASTER, self._effects(written, ())),
            tuple(replace(channel, effects=self._with_places(channel.name, channel.effects)) for channel in channels),
        )
        macros = self._macros(written, whole)
        start = self._stand(_flat(self._table(written, "start")), knobs_of(whole), ("start",))
        snapshots = self._snapshots(written, whole, macros)
        return replace(whole, macros=macros, start=start, snapshots=snapshots)

    def _channels(self, written: Mapping[str, Any]) -> tuple[Channel, ...]:
        channels: dict[str, Channel] = {}
        for kind, key in KINDS:
            for name, table in self._tables(written, key, ()).items():
                if name in channels or name == MASTER or "." in name:
                    why = "another channel has that name" if name in channels else "the name is taken"
                    self._fault(f"{name} cannot be called so: {why}", (key, name), "Take another name, without a point")
                    continue
                channels[name] = self._channel(name, kind, table, (key, name))
        return self._in_order(channels)

    def _channel(self, name: str, kind: Kind, row: Mapping[str, Any], at: Key) -> Channel:
        self._known(row, STRIP_KEYS if kind == "strip" else CHANNEL_KEYS, at, f"A {kind} has")
        inputs = row.get("inputs", [])
        if not isinstance(inputs, list) or not all(type(i) is int and 1 <= i <= MOST_INPUTS for i in inputs):
            self._fault(f"inputs must be a list of numbers from 1 to {MOST_INPUTS}", (*at, "inputs"), "Write inputs = [1]")
            inputs = []
        elif kind == "strip" and not inputs and ("inputs" not in row or not _has_plugin(row)):
            self._fault(f"The strip {name} has no inputs", (*at, "inputs"), "Write inputs = [1] below its name")
        elif len(set(inputs)) < len(inputs):
            self._fault(f"The strip {name} takes an input twice", (*at, "inputs"), "Write each input once")
        to, sends, gate = row.get("to", MASTER), row.get("sends", {}), row.get("gate")
        if not isinstance(to, str):
            self._fault("to must be a text", (*at, "to"), "Write the name of a group in quotes")
            to = MASTER
        if not isinstance(sends, dict):
            self._fault("sends must be a table", (*at, "sends"), "Write sends = { plate = -9.0 }")
            sends = {}
        return Channel(
            name,
            kind,
            tuple(inputs),
            self._values(row, CHANNEL, at),
            to,
            {
                key: float(value)
                for key, value in sends.items()
                if self._fits(SEND, value, f"The send to {key}", (*at, "sends", key))
            },
            self._gate(gate, name, at) if gate is not None else None,
            self._effects(row, at),
        )

    def _gate(self, row: object, strip: str, at: Key) -> Gate | None:
        if not isinstance(row, dict):
            self._fault("gate must be a table", (*at, "gate"), "Write gate = { threshold_db = -30.0 }")
            return None
        self._known(row, ("key", *GATE), (*at, "gate"), "A gate has")
        values = {name: float(value) for name, value in self._values(row, GATE, (*at, "gate")).items()}
        return Gate(str(row.get("key", strip)), values)

    def _in_order(self, channels: dict[str, Channel]) -> tuple[Channel, ...]:
        """Strips, then groups and sends so that each comes after all that lead to it."""
        strips = {name for name, channel in channels.items() if channel.kind == "strip"}
        later = channels.keys() - strips
        for channel in channels.values():
            key: Key = (f"{channel.kind}s", channel.name)
            if channel.to != MASTER and channel.to not in later:
                self._fault(
                    f"There is no group {channel.to}",
                    (*key, "to"),
                    change_or(channel.to, later, "Name a group, or leave it out"),
                )
            for send in channel.sends.keys() - later:
                do = change_or(send, later, f"Write [sends.{send}]")
                self._fault(f"There is no send {send}", (*key, "sends", send), do)
            if channel.gate and channel.gate.key not in strips:
                do = change_or(channel.gate.key, strips, _one_of(sorted(strips)))
                self._fault(f"There is no strip {channel.gate.key}", (*key, "gate", "key"), do)
        order = [channel for channel in channels.values() if channel.kind == "strip"]
        waiting = [channel for channel in channels.values() if channel.kind != "strip"]
        while waiting:
            led_to = {name for channel in waiting for name in (channel.to, *channel.sends)}
            free = [channel for channel in waiting if channel.name not in led_to]
            if not free:
                around = " and ".join(channel.name for channel in waiting)
                what = f"{around} feed themselves" if len(waiting) > 1 else f"{around} feeds itself"
                do = "Let one of them go to the master" if len(waiting) > 1 else "Let it go to the master"
                self._fault(what, (f"{waiting[0].kind}s", waiting[0].name), do)
                return tuple(order)
            order += free
            waiting = [channel for channel in waiting if channel not in free]
        return tuple(order)

    def _macros(self, written: Mapping[str, Any], preset: Preset) -> tuple[Macro, ...]:
        knobs, macros = knobs_of(preset), []
        for name, row in self._tables(written, "macros", ()).items():
            at: Key = ("macros", name)
            self._known(row, MACRO_KEYS, at, "A macro has")
            place = row.get("at")
            if place is not None and not self._fits(PLACE, place, f"at of {name}", (*at, "at")):
                place = None
            moves = row.get("moves", [])
            if not isinstance(moves, list) or not all(isinstance(move, dict) for move in moves) or not moves:
                self._fault(f"The macro {name} moves nothing", at, f"Write [[macros.{name}.moves]]")
                moves = []
            read = [self._move(move, knobs, (*at, "moves", number)) for number, move in enumerate(moves)]
            macros.append(Macro(name, self._text(row, "says", at), tuple(move for move in read if move), place))
        return tuple(macros)

    def _move(self, row: Mapping[str, Any], knobs: Mapping[str, Parameter], at: Key) -> Move | None:
        self._known(row, MOVE_KEYS, at, "A move has")
        knob = row.get("knob")
        if not isinstance(knob, str) or knob not in knobs:
            self._no_knob(str(knob), knobs, (*at, "knob"))
            return None
        ends = [row.get(end) for end in ("from", "to")]
        curve = row.get("curve", 1.0)
        fits = [
            self._fits(knobs[knob], end, f"{knob} {word}", (*at, word)) for end, word in zip(ends, ("from", "to"), strict=True)
        ]
        if not all(fits) or not self._fits(CURVE, curve, "curve", (*at, "curve")):
            return None
        low, high = (float(str(end)) for end in ends)
        return Move(knob, low, high, float(curve))

    def _snapshots(self, written: Mapping[str, Any], preset: Preset, macros: Iterable[Macro]) -> dict[str, dict[str, float]]:
        knobs = knobs_of(preset) | {macro.name: PLACE for macro in macros}
        tables = self._tables(written, "snapshots", ())
        return {name: self._stand(_flat(row), knobs, ("snapshots", name)) for name, row in tables.items()}

    def _stand(self, row: Mapping[str, Any], knobs: Mapping[str, Parameter], at: Key) -> dict[str, float]:
        """Where knobs are to stand."""
        for knob in row.keys() - knobs.keys():
            self._no_knob(knob, knobs, (*at, knob))
        known = {knob: value for knob, value in row.items() if knob in knobs}
        return {knob: float(value) for knob, value in known.items() if self._fits(knobs[knob], value, knob, (*at, knob))}

    def _no_knob(self, knob: str, knobs: Iterable[str], at: Key) -> None:
        self._fault(
            f"There is no knob {knob}", at, change_or(knob, knobs, "Write CHANNEL.PARAMETER or CHANNEL.EFFECT.PARAMETER")
        )

    def _tables(self, written: Mapping[str, Any], key: str, at: Key) -> dict[str, dict[str, Any]]:
        """Tables by name."""
        tables = written.get(key, {})
        if not isinstance(tables, dict) or not all(isinstance(table, dict) for table in tables.values()):
            self._fault(f"{key} must be tables", (*at, key), f"Write [{key}.name]")
            return {}
        return tables

    def _table(self, written: Mapping[str, Any], key: str) -> dict[str, Any]:
        table = written.get(key, {})
        if not isinstance(table, dict):
            self._fault(f"{key} must be a table", (key,), f"Write [{key}]")
            return {}
        return table

    def _values(self, row: Mapping[str, Any], parameters: Mapping[str, Parameter], at: Key) -> dict[str, Any]:
        written = {key: value for key, value in row.items() if key in parameters}
        return {key: value for key, value in written.items() if self._fits(parameters[key], value, key, (*at, key))}

    def _fits(self, parameter: Parameter, value: object, name: str, at: Key) -> bool:
        fault = parameter.fault(value)
        if fault:
            self._fault(f"{name} {fault}, and is {shown(value)}", at, f"Change {at[-1]}")
        return not fault

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
            self._known(row, ("type", "effects"), at, f"{name} has")
            return Effect(name, effects=self._effects(row, at))
        if name == "VST3":
            return self._vst3(row, at)
        if name in effect_types():
            return self._built_in(effect_types()[name], row, at)
        self._fault(f"There is no effect {name}", (*at, "type"), change_or(name, names, _one_of(names)))
        return Effect("Gain")

    def _with_places(self, channel: str, effects: tuple[Effect, ...]) -> tuple[Effect, ...]:
        """Each plugin with its file beside the preset."""
        names = iter([name for name, _ in named_effects(effects)])

        def placed(effect: Effect) -> Effect:
            if effect.type in CONTAINERS:
                return replace(effect, effects=tuple(placed(inner) for inner in effect.effects))
            file = UNFIT.sub("_", f"{channel}.{next(names)}")
            beside = self.file.with_name(f"{self.file.stem}.{file}.state")
            return replace(effect, kept=beside) if effect.type == "VST3" else effect

        return tuple(placed(effect) for effect in effects)

    def _built_in(self, kind: EffectType, row: Mapping[str, Any], at: Key) -> Effect:
        self._known(row, ("type", *kind.parameters), at, f"{kind.name} has")
        values = {key: value for key, value in row.items() if key in kind.parameters}
        for key, value in values.items():
            if fault := kind.parameters[key].fault(value):
                self._fault(f"{kind.name} {key} {fault}, and is {shown(value)}", (*at, key), f"Change {key}")
        for key, parameter in kind.parameters.items():
            if parameter.default is None and key not in values:
                self._fault(f"{kind.name} needs {key}", (*at, "type"), f"Write {key} = … below its type")
        file = values.pop("impulse_response_filename", None)
        return Effect(kind.name, values, path=Path(str(file)) if file is not None else None)

    def _vst3(self, row: Mapping[str, Any], at: Key) -> Effect:
        self._known(row, VST3_KEYS, at, "VST3 has")
        path, state, values = row.get("path"), row.get("state"), row.get("parameters", {})
        if not isinstance(path, str):
            self._fault("A VST3 effect needs the path of its plugin", (*at, "path"), 'Write path = "…/Name.vst3"')
        if not isinstance(values, dict) or not all(isinstance(value, bool | int | float | str) for value in values.values()):
            what = "parameters must be a table of numbers, texts, true or false"
            self._fault(what, (*at, "parameters"), "Write [effects.parameters]")
            values = {}
        for key, value in values.items():
            if isinstance(value, float) and not math.isfinite(value):
                self._fault(f"{key} must be a number, and is {value}", (*at, "parameters", key), f"Change {key}")
        if state is not None and not isinstance(state, str):
            self._fault("state must be a text", (*at, "state"), 'Write state = "name.vstpreset"')
            state = None
        plugin = row.get("plugin")
        if plugin is not None and not isinstance(plugin, str):
            self._fault("plugin must be a text", (*at, "plugin"), "Write the name of the plugin in quotes")
        return Effect(
            "VST3", values, path=Path(str(path)), plugin=str(plugin) if plugin else None, state=Path(state) if state else None
        )

    def _known(self, table: Mapping[str, Any], keys: tuple[str, ...], at: Key, has: str) -> None:
        for key in table.keys() - set(keys):
            self._fault(f"{has} no {key}", (*at, key), change_or(key, keys, _one_of(keys)))

    def _text(self, table: Mapping[str, Any], key: str, at: Key) -> str:
        value = table.get(key, "")
        if not isinstance(value, str):
            self._fault(f"{key} must be a text", (*at, key), "Put it in quotes")
        elif len(value) > LONGEST_TEXT or not value.isprintable():
            self._fault(f"{key} must be one line of {LONGEST_TEXT} letters at most", (*at, key), "Shorten it")
        return str(value)

    def _fault(self, what: str, key: Key, do: str) -> None:
        self.faults.append(Fault(what, do, key))


def _flat(table: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    """Knobs by name, whether TOML took their points for tables or not."""
    flat: dict[str, Any] = {}
    for key, value in table.items():
        flat |= _flat(value, f"{before}{key}.") if isinstance(value, dict) else {f"{before}{key}": value}
    return flat


def _has_plugin(row: Mapping[str, Any]) -> bool:
    """Whether one of its effects may be an instrument, which needs no inputs."""
    effects = row.get("effects")
    return isinstance(effects, list) and any(isinstance(effect, dict) and effect.get("type") == "VST3" for effect in effects)


def shown(value: object) -> str:
    """A value as it was written, cut where it is long."""
    written = repr(value)
    return written if len(written) <= LONGEST_SHOWN else f"{written[: LONGEST_SHOWN - 1]}…"


def _one_of(words: Iterable[str]) -> str:
    return f"Use one of {', '.join(words)}"
