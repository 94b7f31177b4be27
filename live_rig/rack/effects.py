"""The effects there are: pedalboard's own, with their parameters, units and ranges, read from pedalboard itself.

Names, defaults and choices come from the constructors; ranges from what the setters refuse, found by trying. Where pedalboard
refuses nothing, or more than makes sense on a stage, `SENSIBLE` narrows the range. A version of pedalboard with another
effect has it here without a change.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pedalboard

ABSTRACT = {"Plugin", "PluginContainer", "Pedalboard", "ExternalPlugin", "IIRFilter", "VST3Plugin", "AudioUnitPlugin"}
CONTAINERS = {"Chain": pedalboard.Chain, "Mix": pedalboard.Mix}  # one after the other; side by side, and added

# By name or by unit, the first that fits: what makes sense where pedalboard does not say. Frequencies suit 44.1 kHz and up.
SENSIBLE: dict[str, tuple[float, float]] = {
    "rate_hz": (0.01, 100.0),
    "target_sample_rate": (1_000.0, 192_000.0),
    "bit_depth": (1.0, 32.0),
    "centre_delay_ms": (1.0, 100.0),
    "threshold_db": (-100.0, 0.0),
    "ceiling_db": (-60.0, 0.0),
    "drive_db": (0.0, 60.0),
    "gain_db": (-60.0, 24.0),
    "_hz": (10.0, 20_000.0),
    "_ms": (0.01, 5_000.0),
    "_seconds": (0.0, 30.0),
    "ratio": (1.0, 100.0),
    "feedback": (-0.99, 0.99),
    "drive": (1.0, 100.0),
    "depth": (0.0, 1.0),
    "mix": (0.0, 1.0),
    "q": (0.05, 50.0),
}
FAR = 1e9  # beyond any parameter's range

Value = float | bool | str


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter. `default` None: it must be given. Numbers have `low` and `high` (inclusive), choices have `choices`."""

    name: str  # ends in its unit: _db _hz _ms _seconds; without one it is a plain number
    kind: type[float] | type[bool] | type[str]
    default: Value | None
    low: float = -math.inf
    high: float = math.inf
    choices: tuple[str, ...] = ()

    def fault(self, value: object) -> str:
        """What is wrong with `value`, as the end of a sentence; empty when nothing is."""
        if self.kind is bool:
            return "" if isinstance(value, bool) else "must be true or false"
        if self.kind is str:
            if not isinstance(value, str):
                return "must be a text in quotes"
            return "" if not self.choices or value in self.choices else f"must be one of {', '.join(self.choices)}"
        if isinstance(value, bool) or not isinstance(value, int | float):
            return "must be a number"
        low, high = max(self.low, -FAR), min(self.high, FAR)
        if not low <= value <= high:  # NaN too
            return f"must be from {low:g} to {high:g}"
        return ""


@dataclass(frozen=True, slots=True)
class EffectType:
    """A kind of effect: its name as pedalboard has it, and its parameters by name."""

    name: str
    parameters: dict[str, Parameter]
    made_by: Callable[..., Any]

    def build(self, values: dict[str, Value]) -> Any:
        """The effect itself. `values` have been checked; choices are given by name."""
        return self.made_by(**{name: self._native(name, value) for name, value in values.items()})

    def _native(self, name: str, value: Value) -> Any:
        if self.parameters[name].choices:
            return type(getattr(example(self.made_by), name)).__members__[value]
        return value if isinstance(value, bool | str) else float(value)


@cache
def effect_types() -> dict[str, EffectType]:
    """Every built-in effect, by name."""
    kinds = {name: getattr(pedalboard, name) for name in dir(pedalboard) if not name.startswith("_")}
    return {
        name: EffectType(name, {word: parameter(kind, word) for word in signature(kind)}, kind)
        for name, kind in kinds.items()
        if isinstance(kind, type) and issubclass(kind, pedalboard.Plugin) and name not in ABSTRACT | CONTAINERS.keys()
    }


def fresh(kind: Callable[..., Any]) -> Any:
    """An effect of this kind with its defaults."""
    if kind is pedalboard.Convolution:
        return kind(np.ones((1, 1), np.float32), sample_rate=48_000.0)
    return kind()


example = cache(fresh)  # one of each kind, to ask it things


def signature(kind: Any) -> list[str]:
    """The constructor's parameters that a preset may set, from its docstring: compiled code has no other signature."""
    inside = kind.__init__.__doc__.split("\n")[0].partition("(")[2].rpartition(")")[0]
    names, depth, word = [], 0, ""
    for letter in inside + ",":
        depth += (letter in "[(<") - (letter in "])>")
        if letter == "," and depth == 0:
            names.append(word.partition(":")[0].strip())
            word = ""
        else:
            word += letter
    return [name for name in names if name not in ("self", "sample_rate")]


def parameter(kind: Any, name: str) -> Parameter:
    """What pedalboard says about one parameter."""
    value: Any = getattr(example(kind), name, None)
    if isinstance(value, bool):
        return Parameter(name, bool, value)
    if isinstance(value, int | float):
        low, high = sensible(name)
        low, high = max(low, refused(kind, name, -FAR)), min(high, refused(kind, name, FAR))
        return Parameter(name, float, round(float(value), 6), low, high)
    if hasattr(type(value), "__members__"):
        return Parameter(name, str, value.name, choices=tuple(type(value).__members__))
    return Parameter(name, str, None)


def sensible(name: str) -> tuple[float, float]:
    """The range of `SENSIBLE` that fits a name, or no bounds."""
    fitting = (bounds for key, bounds in SENSIBLE.items() if name == key or (key[0] == "_" and name.endswith(key)))
    return next(fitting, (-math.inf, math.inf))


def refused(kind: Any, name: str, far: float) -> float:
    """The bound beyond which the setter refuses values, towards `far`; infinite where it takes everything."""
    effect = fresh(kind)

    def takes(value: float) -> bool:
        try:
            setattr(effect, name, value)
        except (ValueError, RuntimeError):
            return False
        return True

    good, bad = float(getattr(effect, name)), far
    if takes(bad):
        return math.copysign(math.inf, far)
    for _ in range(60):
        middle = (good + bad) / 2
        good, bad = (middle, bad) if takes(middle) else (good, middle)
    return round(good, 4)
