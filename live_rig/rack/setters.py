"""How one parameter of an effect is set while it plays."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

Turn = Callable[[float], None]


def setter(made: Any, parameter: str) -> Turn:
    """Sets one parameter of an effect; what it refuses is left as it was."""
    if made is None:
        return lambda _: None
    kind = kind_of(made, parameter)

    def turn(value: float) -> None:
        with suppress(ValueError, TypeError, RuntimeError):
            setattr(made, parameter, bool(value) if kind is bool else f"{value:g}" if kind is str else value)

    return turn


def kind_of(made: Any, parameter: str) -> type:
    """Of what the parameter of an effect takes: float, bool, or str where a plugin has words for some of its places."""
    kind: type = made.parameters[parameter].type if hasattr(made, "parameters") else type(getattr(made, parameter, 0.0))
    return kind
