"""On which line each value of a TOML text stands, so that a fault can name it. The text is known to be TOML."""

import re
import tomllib
from bisect import bisect_right

from live_rig.show.faults import Key

BLANK = re.compile(r"(?:\s|#[^\n]*)*")
STRING = re.compile(r'"""(?:\\.|[^\\])*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'', re.DOTALL)
KEY_PART = re.compile(r'[ \t]*("(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'|[A-Za-z0-9_-]+)[ \t]*')
BARE = re.compile(r"[^,\]}\n#]+")  # a number, a date, true or false


def lines_of(text: str) -> dict[Key, int]:
    """Key -> line (from 1), for every table, value and item of a list. The top is key () on line 1."""
    return _Walk(text).lines


class _Walk:
    """One pass through the text, from statement to statement."""

    def __init__(self, text: str) -> None:
        self._text, self._at = text, 0
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self._items: dict[Key, int] = {}  # list of tables -> index of its last table
        self.lines: dict[Key, int] = {(): 1}
        table: Key = ()
        while self._skip_blank():
            table = self._header() if self._text[self._at] == "[" else self._pair(table)

    def _skip_blank(self) -> bool:
        self._at = self._match(BLANK).end()
        return self._at < len(self._text)

    def _match(self, pattern: re.Pattern[str]) -> re.Match[str]:
        match = pattern.match(self._text, self._at)
        if match is None:
            raise AssertionError(f"not TOML at {self._at}: {self._text[self._at : self._at + 20]!r}")
        return match

    def _note(self, key: Key, at: int) -> None:
        line = bisect_right(self._starts, at)
        for length in range(len(key) + 1):
            self.lines.setdefault(key[:length], line)

    def _header(self) -> Key:
        """`[table]` or `[[list]]`: the key of the table that begins."""
        start, is_list = self._at, self._text.startswith("[[", self._at)
        self._at += 1 + is_list
        key: Key = ()
        parts = self._key()
        for part in parts[:-1]:
            key = self._last_item((*key, part))
        key = (*key, parts[-1])
        self._at += 1 + is_list
        if is_list:
            self._items[key] = self._items.get(key, -1) + 1
            key = self._last_item(key)
        self._note(key, start)
        return key

    def _last_item(self, key: Key) -> Key:
        return (*key, self._items[key]) if key in self._items else key

    def _key(self) -> list[str]:
        """A key with its dots; the position moves past it."""
        parts = []
        while True:
            match = self._match(KEY_PART)
            self._at = match.end()
            (part,) = tomllib.loads(f"{match[1]} = 0")
            parts.append(part)
            if not self._text.startswith(".", self._at):
                return parts
            self._at += 1

    def _pair(self, table: Key) -> Key:
        """`key = value` in `table`, which is given back."""
        start = self._at
        key = (*table, *self._key())
        self._note(key, start)
        self._at += 1  # the =
        self._value(key)
        return table

    def _value(self, key: Key) -> None:
        self._skip_blank()
        opening = self._text[self._at]
        if opening == "[":
            self._inside("]", key)
        elif opening == "{":
            self._inside("}", key)
        else:
            self._at = self._match(STRING if opening in "\"'" else BARE).end()

    def _inside(self, closing: str, key: Key) -> None:
        """The items of a list or the pairs of an inline table, up to the bracket that closes it."""
        self._at += 1
        number = 0
        while self._skip_blank() and self._text[self._at] != closing:
            if self._text[self._at] == ",":
                self._at += 1
            elif closing == "}":
                self._pair(key)
            else:
                self._note((*key, number), self._at)
                self._value((*key, number))
                number += 1
        self._at += 1
