"""Figures written into a page of docs/ by the bench that measured them, between two marks:

<!-- scores: written by bench/scores.py -->
...
<!-- /scores -->
"""

import argparse
import re
import sys
from collections.abc import Iterable, Sequence

from bench.setting.corpus import CHECKOUT

DOCS = CHECKOUT / "docs"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """As Markdown; what is empty in the rows stays empty."""
    lines = ["| " + " | ".join(cells) + " |" for cells in (head, *rows)]
    lines.insert(1, "|" + "---|" * len(head))
    return "\n".join(lines)


def add_print_option(parser: argparse.ArgumentParser) -> None:
    """--print, for who only wants to see."""
    parser.add_argument("--print", action="store_true", dest="is_printed", help="to the terminal, and leave the page as it is")


def publish(page: str, part: str, text: str, *, is_printed: bool) -> None:
    """To the terminal, or into the page."""
    if is_printed:
        print(text)
    else:
        write_part(page, part, text)


def write_part(page: str, part: str, text: str) -> None:
    """Put `text` in place of a part of docs/`page`. Ends the bench where the page has no such marks, with the text printed."""
    path = DOCS / page
    before = path.read_text(encoding="utf-8")
    marks = re.compile(rf"(<!-- {re.escape(part)}: [^>]*-->\n).*?(<!-- /{re.escape(part)} -->)", re.DOTALL)
    after, found = marks.subn(lambda marked: f"{marked[1]}{text.strip()}\n{marked[2]}", before)
    if found != 1:
        sys.exit(
            f'{path} needs the marks of the part "{part}" once, and has them {found} times. What would stand there:\n\n{text}'
        )
    path.write_text(after, encoding="utf-8")
