"""The tables of a preset's file, read key by key. What is wrong with them is gathered on the way, and the reading goes on."""

from collections.abc import Iterable, Mapping
from typing import Any

from live_rig.rack.effects import Parameter
from live_rig.show.faults import Fault, Key, change_or

LONGEST_TEXT, LONGEST_SHOWN = 200, 60  # letters


class Rows:
    """Reads any table of one preset. `at` is always the way to that table, for the faults."""

    def __init__(self) -> None:
        self.faults = list[Fault]()

    def fault(self, what: str, key: Key, do: str) -> None:
        """Something is wrong at `key`."""
        self.faults.append(Fault(what, do, key))

    def known(self, table: Mapping[str, Any], keys: tuple[str, ...], at: Key, has: str) -> None:
        """Every key must be one of `keys`. has: the words before "no …"."""
        for key in table.keys() - set(keys):
            self.fault(f"{has} no {key}", (*at, key), change_or(key, keys, one_of(keys)))

    def text(self, table: Mapping[str, Any], key: str, at: Key) -> str:
        """A line of text; "" where none is written."""
        value = table.get(key, "")
        if not isinstance(value, str):
            self.fault(f"{key} must be a text", (*at, key), "Put it in quotes")
        elif len(value) > LONGEST_TEXT or not value.isprintable():
            self.fault(f"{key} must be one line of {LONGEST_TEXT} letters at most", (*at, key), "Shorten it")
        return str(value)

    def fits(self, parameter: Parameter, value: object, name: str, at: Key) -> bool:
        """Whether a value, which faults call `name`, is one that the parameter takes."""
        fault = parameter.fault(value)
        if fault:
            self.fault(f"{name} {fault}, and is {shown(value)}", at, f"Change {at[-1]}")
        return not fault

    def values(self, table: Mapping[str, Any], parameters: Mapping[str, Parameter], at: Key) -> dict[str, Any]:
        """Those of the parameters that are written, and fit."""
        written = {key: value for key, value in table.items() if key in parameters}
        return {key: value for key, value in written.items() if self.fits(parameters[key], value, key, (*at, key))}

    def table(self, written: Mapping[str, Any], key: str) -> dict[str, Any]:
        """A table of the page; empty where there is none."""
        table = written.get(key, {})
        if not isinstance(table, dict):
            self.fault(f"{key} must be a table", (key,), f"Write [{key}]")
            return {}
        return table

    def tables(self, written: Mapping[str, Any], key: str) -> dict[str, dict[str, Any]]:
        """Tables of the page, by name."""
        tables = written.get(key, {})
        if not isinstance(tables, dict) or not all(isinstance(table, dict) for table in tables.values()):
            self.fault(f"{key} must be tables", (key,), f"Write [{key}.name]")
            return {}
        return tables


def shown(value: object) -> str:
    """A value as it was written, cut where it is long."""
    written = repr(value)
    return written if len(written) <= LONGEST_SHOWN else f"{written[: LONGEST_SHOWN - 1]}…"


def one_of(words: Iterable[str]) -> str:
    """What to do where none of the words is near."""
    return f"Use one of {', '.join(words)}"
