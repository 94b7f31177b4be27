"""What pydantic found, in a musician's words: what is wrong, and what to write instead."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from live_rig.show.faults import Fault, change_or, nearest

EXPECTED = {
    "string_type": ("text", 'Write it in "quotes"'),
    "int_type": ("a whole number", "Write a number without a point and without quotes"),
    "int_from_float": ("a whole number", "Write a number without a point and without quotes"),
    "float_type": ("a number", "Write a number without quotes, such as 120"),
    "finite_number": ("a number", "Write a number without quotes, such as 120"),
    "bool_type": ("true or false", "Write true or false, without quotes"),
    "tuple_type": ("a list", "Write it in [brackets]"),
    "dict_type": ("a table", "Write a [table] with its own keys"),
    "model_type": ("a table", "Write a [table] with its own keys"),
}


def in_words(error: ValidationError, model: type[BaseModel]) -> Iterator[Fault]:
    """Every fault that was found reading a `model`; a misspelt key is not also a missing one."""
    details = error.errors(include_url=False)
    meant = {(*each["loc"][:-1], _meant(each, model)) for each in details if each["type"] == "extra_forbidden"}
    for each in details:
        if not (each["type"] == "missing" and each["loc"] in meant):
            yield Fault(*_what_and_do(each, model), key=each["loc"])


def _what_and_do(error: ErrorDetails, model: type[BaseModel]) -> tuple[str, str]:
    kind, given, context = error["type"], _shown(error["input"]), error.get("ctx", {})
    if kind in EXPECTED:
        expected, do = EXPECTED[kind]
        return f"{given} is not {expected}", do
    if kind in SAID:
        return SAID[kind](given, context)
    if kind == "missing":
        return "it is missing", f"Add {error['loc'][-1]} = …"
    if kind == "extra_forbidden":
        keys = sorted(_keys_at(model, error["loc"][:-1]))
        return "there is no such key", change_or(str(error["loc"][-1]), keys, "Take it out; there are: " + ", ".join(keys))
    if kind == "literal_error":
        words = re.findall(r"'([^']*)'", str(context["expected"]))
        return f"{given} is not one of {', '.join(words)}", change_or(str(error["input"]), words, f'Write "{words[0]}"')
    return error["msg"], str(context.get("do", "Write it as docs/show.md says"))


SAID: Mapping[str, Callable[[str, Mapping[str, Any]], tuple[str, str]]] = {
    "greater_than_equal": lambda given, context: (f"{given} is too small", f"Write {context['ge']:g} or more"),
    "less_than_equal": lambda given, context: (f"{given} is too large", f"Write {context['le']:g} or less"),
    "string_too_short": lambda _given, _context: ("there is nothing in it", "Write something"),
    "string_too_long": lambda _given, context: ("it is too long", f"Shorten it to {context['max_length']} letters"),
    "too_short": lambda _given, context: ("the list is too short", f"Give it {context['min_length']} or more"),
    "too_long": lambda _given, context: ("the list is too long", f"Leave {context['max_length']} in it"),
}


def _shown(value: object) -> str:
    """A value as it was written, cut where it is long."""
    match value:
        case bool():
            written = str(value).lower()
        case str():
            written = f'"{value}"'
        case list():
            written = "a list"
        case dict():
            written = "a table"
        case _:
            written = str(value)
    return written if len(written) <= 60 else f"{written[:59]}…"


def _meant(error: ErrorDetails, model: type[BaseModel]) -> str | None:
    return nearest(str(error["loc"][-1]), _keys_at(model, error["loc"][:-1]))


def _keys_at(model: type[BaseModel], loc: tuple[str | int, ...]) -> set[str]:
    """The keys that a table may have, `loc` being its way from the top."""
    for part in loc:
        if isinstance(part, str):
            fields = {field.alias or name: field.annotation for name, field in model.model_fields.items()}
            inside = (fields[part], *get_args(fields[part]))
            model = next(each for each in inside if isinstance(each, type) and issubclass(each, BaseModel))
    return {field.alias or name for name, field in model.model_fields.items()}
