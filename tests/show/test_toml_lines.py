"""Every value of a TOML text is found on its line."""

import tomllib
from collections.abc import Iterator

import tomlkit
from hypothesis import given
from hypothesis import strategies as st

from live_rig.show.faults import Key
from live_rig.show.toml_lines import lines_of

TEXT = '''\
title = "A # is no comment" # this is one
songs = [
    "one", # first
    "two",
    [1, [2,
        3]],
]
says = """
[not.a.table]
""" # over three lines

[pedals]
"cc:64" = 'take'
'quoted "key"' = """a""\\""""
dotted.key.path = 1979-05-27 07:32:00
inline = { a = 1, "b.c" = [
    { d = 2 } ] }

[[stems]]
file = "bass.wav"

  [stems.eq]
  low = -3

[[stems]]
file = 'horns.wav'
[[stems.takes]]
n = 1
[[stems.takes]]
n = 2
'''
LINES = {
    (): 1,
    ("title",): 1,
    ("songs",): 2,
    ("songs", 0): 3,
    ("songs", 1): 4,
    ("songs", 2): 5,
    ("songs", 2, 0): 5,
    ("songs", 2, 1): 5,
    ("songs", 2, 1, 0): 5,
    ("songs", 2, 1, 1): 6,
    ("says",): 8,
    ("pedals",): 12,
    ("pedals", "cc:64"): 13,
    ("pedals", 'quoted "key"'): 14,
    ("pedals", "dotted"): 15,
    ("pedals", "dotted", "key"): 15,
    ("pedals", "dotted", "key", "path"): 15,
    ("pedals", "inline"): 16,
    ("pedals", "inline", "a"): 16,
    ("pedals", "inline", "b.c"): 16,
    ("pedals", "inline", "b.c", 0): 17,
    ("pedals", "inline", "b.c", 0, "d"): 17,
    ("stems",): 19,
    ("stems", 0): 19,
    ("stems", 0, "file"): 20,
    ("stems", 0, "eq"): 22,
    ("stems", 0, "eq", "low"): 23,
    ("stems", 1): 25,
    ("stems", 1, "file"): 26,
    ("stems", 1, "takes"): 27,
    ("stems", 1, "takes", 0): 27,
    ("stems", 1, "takes", 0, "n"): 28,
    ("stems", 1, "takes", 1): 29,
    ("stems", 1, "takes", 1, "n"): 30,
}


def keys_of(value: object, key: Key = ()) -> Iterator[Key]:
    yield key
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for part, inner in items:
        yield from keys_of(inner, (*key, part))


def test_all_that_toml_can_do_is_found_on_its_line() -> None:
    assert lines_of(TEXT) == LINES


NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=6)
VALUES = st.recursive(
    st.booleans() | st.integers(-(2**60), 2**60) | st.floats() | NAMES | st.datetimes() | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(NAMES, VALUES, max_size=5))
def test_no_value_is_without_a_line(values: dict[str, object]) -> None:
    text = tomlkit.dumps(values)
    assert set(keys_of(tomllib.loads(text))) == set(lines_of(text))
