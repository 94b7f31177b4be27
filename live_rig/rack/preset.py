"""A preset: what the kit goes through, written down as TOML.

    title = "Tight studio kit"
    says = "what it is for"

    [[effects]]                    # in the order the drums go through them
    type = "Compressor"            # a built-in effect (see docs/rack.md), "VST3", "Chain" or "Mix"
    threshold_db = -18.0

That is all a simple preset needs: its effects are those of the master, and the whole kit goes through them. A larger one has
channels before the master: strips for the inputs, groups, and sends (shared effects), each with effects of its own. How it is
read stands in `preset_reader`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from live_rig.rack.effects import Parameter, Value
from live_rig.show.edition import Edition

MASTER = "master"

GAIN = Parameter("gain_db", float, 0.0, -60.0, 24.0)
PAN = Parameter("pan", float, 0.0, -1.0, 1.0)
SEND = Parameter("sends", float, -60.0, -60.0, 12.0)
CHANNEL = {
    parameter.name: parameter
    for parameter in (
        GAIN,
        PAN,
        Parameter("mute", bool, False),
        Parameter("solo", bool, False),
        Parameter("invert", bool, False),
        Parameter("delay_ms", float, 0.0, 0.0, 100.0),
    )
}
GATE = {
    parameter.name: parameter
    for parameter in (
        Parameter("threshold_db", float, -30.0, -90.0, 0.0),
        Parameter("range_db", float, -60.0, -90.0, 0.0),
        Parameter("attack_ms", float, 0.5, 0.05, 50.0),
        Parameter("hold_ms", float, 80.0, 0.0, 2_000.0),
        Parameter("release_ms", float, 60.0, 1.0, 2_000.0),
    )
}


@dataclass(frozen=True, slots=True)
class Effect:
    """One effect of a chain. `values` hold what the preset says of it; what it does not say has pedalboard's default."""

    type: str
    values: Mapping[str, Value] = field(default_factory=dict)
    effects: tuple["Effect", ...] = ()  # in a Chain or a Mix
    path: Path | None = None  # of a VST3 plugin, or of a Convolution's impulse response
    plugin: str | None = None  # which one, of a VST3 file that holds several
    state: Path | None = None  # a plugin's own state: .vstpreset, or raw as `live-rig plugins state` wrote it
    kept: Path | None = None  # where its state is kept when its window shuts; it comes after all that the preset says
    turned: Mapping[str, float] = field(default_factory=dict)  # a plugin's knobs that stand otherwise, after all of these


@dataclass(frozen=True, slots=True)
class Gate:
    """A strip is heard while its key is loud. `values` by the names of GATE."""

    key: str  # the strip that opens it
    values: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Channel:
    """A strip (takes inputs), a group or a send (take other channels). `values` by the names of CHANNEL, if written."""

    name: str
    kind: Literal["strip", "group", "send"]
    inputs: tuple[int, ...] = ()  # from 1
    values: Mapping[str, Value] = field(default_factory=dict)
    to: str = MASTER
    sends: Mapping[str, float] = field(default_factory=dict)  # dB, after the channel's gain
    gate: Gate | None = None
    effects: tuple[Effect, ...] = ()

    def number(self, name: str) -> float:
        """A value, or its default."""
        value = self.values.get(name, CHANNEL[name].default)
        return float(value) if not isinstance(value, str) and value is not None else 0.0


@dataclass(frozen=True, slots=True)
class Move:
    """What a macro does to one knob, from one end to the other. curve: 1 straight, above it late, below it early."""

    knob: str
    low: float
    high: float
    curve: float = 1.0

    def at(self, place: float) -> float:
        """The knob's value where the macro stands at `place`, 0 to 1."""
        return float(self.low + (self.high - self.low) * place**self.curve)

    def place(self, value: float) -> float:
        """Where the macro stands if the knob has this value, 0 to 1: the reverse of `at`."""
        way = (value - self.low) / (self.high - self.low) if self.high != self.low else 0.0
        return float(min(1.0, max(0.0, way)) ** (1 / self.curve))


@dataclass(frozen=True, slots=True)
class Macro:
    """One knob for many. `at`: where it stands when the preset is called, None: the knobs stand as they are written."""

    name: str
    says: str
    moves: tuple[Move, ...]
    at: float | None = None

    def place(self, values: Mapping[str, float]) -> float:
        """Where it stands, 0 to 1, as the first knob that it moves tells."""
        telling = next((move for move in self.moves if move.high != move.low), self.moves[0])
        return telling.place(values[telling.knob])


@dataclass(frozen=True, slots=True)
class Preset:
    """What the kit goes through, its title, and what it is for. `effects` are the master's."""

    name: str
    title: str
    says: str
    effects: tuple[Effect, ...]
    channels: tuple[Channel, ...] = ()  # in the order in which they are mixed: strips first; none: the kit as a whole
    macros: tuple[Macro, ...] = ()
    start: Mapping[str, float] = field(default_factory=dict)  # knobs that stand otherwise than above when the preset is called
    snapshots: Mapping[str, Mapping[str, float]] = field(default_factory=dict)  # by name: knobs or macros and their values
    files: Edition = frozenset()  # plugins' states and impulse responses, as they were when it was read
