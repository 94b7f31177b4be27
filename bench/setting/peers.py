"""What other causal followers reach on the same takes: the tables of a Markdown page beside the corpus, as they stand there."""

from pathlib import Path

Figures = dict[str, dict[str, str]]
"""follower -> column -> what is written there."""

ALL = ""  # the table that has no title: all takes


def read_peers(page: Path) -> dict[str, Figures]:
    """The page's tables by title: "F per family", ...; ALL has a row for each follower. Nothing where there is no page."""
    tables: dict[str, Figures] = {}
    title, head = ALL, list[str]()
    for line in page.read_text(encoding="utf-8").splitlines() if page.exists() else []:
        if not line.startswith("|"):
            head = []
            if line.startswith("**"):
                title = line.strip("* ")
            continue
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not head:
            head = cells
        elif head[0] == "follower" and not cells[0].startswith("---"):
            tables.setdefault(title, {})[cells[0]] = dict(zip(head, cells, strict=True))
    tables[ALL] = {name: row for name, row in tables.get(ALL, {}).items() if "F" in row}
    return tables
