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

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from live_rig.errors import ShowError
from live_rig.rack.effect_rows import effects_in, has_plugin
from live_rig.rack.effects import Parameter
from live_rig.rack.kept_beside import kept_beside
from live_rig.rack.knobs import knobs_of, read_files
from live_rig.rack.preset import CHANNEL, GATE, MASTER, SEND, Channel, Gate, Macro, Move, Preset
from live_rig.rack.preset_base import NAMED, name_of, on_its_base
from live_rig.rack.preset_rows import Rows, one_of
from live_rig.show.edition import edition_of
from live_rig.show.faults import Fault, Key, change_or
from live_rig.show.toml_page import read_page

PRESET_KEYS = ("title", "says", "based_on", "effects", *NAMED)
CHANNEL_KEYS = (*CHANNEL, "to", "sends", "effects")
STRIP_KEYS = ("inputs", "gate", *CHANNEL_KEYS)
MACRO_KEYS = ("says", "at", "moves")
MOVE_KEYS = ("knob", "from", "to", "curve")
MOST_INPUTS = 32
LONGEST_NAME = 60  # letters, of a channel
MOST_CHANNELS = 63  # on one desk, beside the master
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
    return replace(preset, files=edition_of(file.parent, map(str, read_files(preset))))


def preset_faults(file: Path, named: str) -> list[Fault]:
    """Everything that is wrong with a preset's file, which the faults call `named`."""
    return _read(file, named)[1]


def _read(file: Path, named: str) -> tuple[Preset | None, list[Fault]]:
    page = read_page(file, named)
    if isinstance(page, Fault):
        return None, [page]
    written = on_its_base(file, page)
    if isinstance(written, Fault):
        return None, [page.placed(written)]
    rows = Rows()
    preset = Reader(file, rows).preset(written.values)
    faults = [written.placed(fault) for fault in rows.faults]
    return preset, sorted(faults, key=lambda fault: (fault.file != page.file, fault.file, fault.line))


class Reader:
    """Reads what one file says; its faults are gathered in `rows`."""

    def __init__(self, file: Path, rows: Rows) -> None:
        self.file, self.rows = file, rows

    def preset(self, written: Mapping[str, Any]) -> Preset:
        """The preset, as far as it can be read."""
        self.rows.known(written, PRESET_KEYS, (), "A preset has")
        if str(written.get("title", "")).strip() == "":
            self.rows.fault("The preset has no title", ("title",), 'Write title = "…" in its first line')
        channels = self._channels(written)
        whole = Preset(
            name_of(self.file),
            self.rows.text(written, "title", ()),
            self.rows.text(written, "says", ()),
            effects_in(written, (), self.rows),
            tuple(channels),
        )
        macros = self._macros(written, whole)
        start = self._stand(_flat(self.rows.table(written, "start")), knobs_of(whole), ("start",))
        snapshots = self._snapshots(written, whole, macros)
        return replace(kept_beside(self.file, whole), macros=macros, start=start, snapshots=snapshots)

    def _channels(self, written: Mapping[str, Any]) -> tuple[Channel, ...]:
        channels: dict[str, Channel] = {}
        for kind, key in KINDS:
            for name, table in self.rows.tables(written, key).items():
                if name in channels or name == MASTER or "." in name or not name.strip() or len(name) > LONGEST_NAME:
                    why = "another channel has that name" if name in channels else "the name is taken"
                    why = f"{LONGEST_NAME} letters are the most" if len(name) > LONGEST_NAME else why
                    what = f"{name} cannot be called so: {why}" if name.strip() else f"A {kind} has no name"
                    self.rows.fault(what, (key, name), "Take another name, without a point")
                    continue
                channels[name] = self._channel(name, kind, table, (key, name))
        if len(channels) > MOST_CHANNELS:
            what = f"{len(channels)} strips, groups and sends are too many"
            self.rows.fault(what, (KINDS[0][1],), f"Take some out: {MOST_CHANNELS} are the most")
        return self._in_order(channels)

    def _channel(self, name: str, kind: Kind, row: Mapping[str, Any], at: Key) -> Channel:
        self.rows.known(row, STRIP_KEYS if kind == "strip" else CHANNEL_KEYS, at, f"A {kind} has")
        inputs = row.get("inputs", [])
        if not isinstance(inputs, list) or not all(type(i) is int and 1 <= i <= MOST_INPUTS for i in inputs):
            self.rows.fault(f"inputs must be a list of numbers from 1 to {MOST_INPUTS}", (*at, "inputs"), "Write inputs = [1]")
            inputs = []
        elif kind == "strip" and not inputs and ("inputs" not in row or not has_plugin(row)):
            self.rows.fault(f"The strip {name} has no inputs", (*at, "inputs"), "Write inputs = [1] below its name")
        elif len(set(inputs)) < len(inputs):
            self.rows.fault(f"The strip {name} takes an input twice", (*at, "inputs"), "Write each input once")
        to, sends, gate = row.get("to", MASTER), row.get("sends", {}), row.get("gate")
        if not isinstance(to, str):
            self.rows.fault("to must be a text", (*at, "to"), "Write the name of a group in quotes")
            to = MASTER
        if not isinstance(sends, dict):
            self.rows.fault("sends must be a table", (*at, "sends"), "Write sends = { plate = -9.0 }")
            sends = {}
        return Channel(
            name,
            kind,
            tuple(inputs),
            self.rows.values(row, CHANNEL, at),
            to,
            {
                key: float(value)
                for key, value in sends.items()
                if self.rows.fits(SEND, value, f"The send to {key}", (*at, "sends", key))
            },
            self._gate(gate, name, at) if gate is not None else None,
            effects_in(row, at, self.rows),
        )

    def _gate(self, row: object, strip: str, at: Key) -> Gate | None:
        if not isinstance(row, dict):
            self.rows.fault("gate must be a table", (*at, "gate"), "Write gate = { threshold_db = -30.0 }")
            return None
        self.rows.known(row, ("key", *GATE), (*at, "gate"), "A gate has")
        values = {name: float(value) for name, value in self.rows.values(row, GATE, (*at, "gate")).items()}
        return Gate(str(row.get("key", strip)), values)

    def _in_order(self, channels: dict[str, Channel]) -> tuple[Channel, ...]:
        """Strips, then groups and sends so that each comes after all that lead to it."""
        strips = {name for name, channel in channels.items() if channel.kind == "strip"}
        later = channels.keys() - strips
        for channel in channels.values():
            key: Key = (f"{channel.kind}s", channel.name)
            if channel.to != MASTER and channel.to not in later:
                self.rows.fault(
                    f"There is no group {channel.to}",
                    (*key, "to"),
                    change_or(channel.to, later, "Name a group, or leave it out"),
                )
            for send in channel.sends.keys() - later:
                do = change_or(send, later, f"Write [sends.{send}]")
                self.rows.fault(f"There is no send {send}", (*key, "sends", send), do)
            if channel.gate and channel.gate.key not in strips:
                do = change_or(channel.gate.key, strips, one_of(sorted(strips)))
                self.rows.fault(f"There is no strip {channel.gate.key}", (*key, "gate", "key"), do)
        order = [channel for channel in channels.values() if channel.kind == "strip"]
        waiting = [channel for channel in channels.values() if channel.kind != "strip"]
        while waiting:
            led_to = {name for channel in waiting for name in (channel.to, *channel.sends)}
            free = [channel for channel in waiting if channel.name not in led_to]
            if not free:
                around = " and ".join(channel.name for channel in waiting)
                what = f"{around} feed themselves" if len(waiting) > 1 else f"{around} feeds itself"
                do = "Let one of them go to the master" if len(waiting) > 1 else "Let it go to the master"
                self.rows.fault(what, (f"{waiting[0].kind}s", waiting[0].name), do)
                return tuple(order)
            order += free
            waiting = [channel for channel in waiting if channel not in free]
        return tuple(order)

    def _macros(self, written: Mapping[str, Any], preset: Preset) -> tuple[Macro, ...]:
        knobs, macros = knobs_of(preset), []
        for name, row in self.rows.tables(written, "macros").items():
            at: Key = ("macros", name)
            self.rows.known(row, MACRO_KEYS, at, "A macro has")
            if name in knobs:
                self.rows.fault(f"{name} is a knob already", at, "Give the macro another name")
            place = row.get("at")
            if place is not None and not self.rows.fits(PLACE, place, f"at of {name}", (*at, "at")):
                place = None
            moves = row.get("moves", [])
            if not isinstance(moves, list) or not all(isinstance(move, dict) for move in moves) or not moves:
                self.rows.fault(f"The macro {name} moves nothing", at, f"Write [[macros.{name}.moves]]")
                moves = []
            read = [self._move(move, knobs, (*at, "moves", number)) for number, move in enumerate(moves)]
            macros.append(Macro(name, self.rows.text(row, "says", at), tuple(move for move in read if move), place))
        return tuple(macros)

    def _move(self, row: Mapping[str, Any], knobs: Mapping[str, Parameter], at: Key) -> Move | None:
        self.rows.known(row, MOVE_KEYS, at, "A move has")
        knob = row.get("knob")
        if not isinstance(knob, str) or knob not in knobs:
            self._no_knob(str(knob), knobs, (*at, "knob"))
            return None
        if knobs[knob].kind is bool:
            self.rows.fault(f"{knob} is on or off, and no macro can move it", (*at, "knob"), "Write it into a snapshot")
            return None
        if missing := [end for end in ("from", "to") if end not in row]:
            self.rows.fault(f"The move of {knob} has no {missing[0]}", at, f"Write {missing[0]} = … below its knob")
            return None
        ends = [row[end] for end in ("from", "to")]
        curve = row.get("curve", 1.0)
        fits = [
            self.rows.fits(knobs[knob], end, f"{knob} {word}", (*at, word))
            for end, word in zip(ends, ("from", "to"), strict=True)
        ]
        if not all(fits) or not self.rows.fits(CURVE, curve, "curve", (*at, "curve")):
            return None
        low, high = (float(str(end)) for end in ends)
        return Move(knob, low, high, float(curve))

    def _snapshots(self, written: Mapping[str, Any], preset: Preset, macros: Iterable[Macro]) -> dict[str, dict[str, float]]:
        knobs = knobs_of(preset) | {macro.name: PLACE for macro in macros}
        tables = self.rows.tables(written, "snapshots")
        return {name: self._stand(_flat(row), knobs, ("snapshots", name)) for name, row in tables.items()}

    def _stand(self, row: Mapping[str, Any], knobs: Mapping[str, Parameter], at: Key) -> dict[str, float]:
        """Where knobs are to stand."""
        for knob in row.keys() - knobs.keys():
            self._no_knob(knob, knobs, (*at, knob))
        known = {knob: _as_switch(value, knobs[knob]) for knob, value in row.items() if knob in knobs}
        return {knob: float(value) for knob, value in known.items() if self.rows.fits(knobs[knob], value, knob, (*at, knob))}

    def _no_knob(self, knob: str, knobs: Iterable[str], at: Key) -> None:
        self.rows.fault(
            f"There is no knob {knob}", at, change_or(knob, knobs, "Write CHANNEL.PARAMETER or CHANNEL.EFFECT.PARAMETER")
        )


def _as_switch(value: Any, knob: Parameter) -> Any:
    """A switch may also stand at 0 or 1, as on the desk."""
    return bool(value) if knob.kind is bool and value in (0, 1) else value


def _flat(table: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    """Knobs by name, whether TOML took their points for tables or not."""
    flat: dict[str, Any] = {}
    for key, value in table.items():
        flat |= _flat(value, f"{before}{key}.") if isinstance(value, dict) else {f"{before}{key}": value}
    return flat
