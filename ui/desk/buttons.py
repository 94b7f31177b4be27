"""The desk's buttons and the names of its pages, as they read now."""

from collections.abc import Sequence

from live_rig.control.protocol import Desk
from ui.desk.cells import Page
from ui.desk.row_tile import Button

NAME, SMALL = 3.0, 0.7  # widths, beside an ordinary button's


def buttons(desk: Desk) -> tuple[Button, ...]:
    """What can be done with the preset as a whole. What does nothing now is faint."""
    is_there = bool(desk.preset)
    return (
        Button("‹", "preset before", SMALL, is_possible=bool(desk.presets)),
        Button(desk.title or "dry drums", "presets", NAME),
        Button("›", "preset after", SMALL, is_possible=bool(desk.presets)),
        Button("undo", "undo", is_possible=desk.can_undo),
        Button("redo", "redo", is_possible=desk.can_redo),
        Button(f"side {desk.side}", "compare", is_lit=desk.side == "B", is_possible=is_there),
        Button("save", "save", is_possible=is_there),
        Button("close", "close"),
    )


def naming_buttons(name: str) -> tuple[Button, ...]:
    """While a name is typed."""
    return (
        Button(f"save as: {name}▏", "", NAME * 2),
        Button("save", "keep", is_lit=True, is_possible=bool(name)),
        Button("leave", "leave"),
    )


def tabs(pages: Sequence[Page], here: int, most: int) -> tuple[Button, ...]:
    """The pages' names, `most` of them around the one that is open; what lies beyond is behind an arrow."""
    if len(pages) <= most:
        return tuple(Button(page.name, str(number), is_lit=number == here) for number, page in enumerate(pages))
    first = max(0, min(here - (most - 2) // 2, len(pages) - (most - 2)))
    shown = range(first, first + most - 2)
    before, after = max(0, first - 1), min(len(pages) - 1, shown.stop)
    return (
        Button("‹", str(before), SMALL, is_possible=first > 0),
        *(Button(pages[number].name, str(number), is_lit=number == here) for number in shown),
        Button("›", str(after), SMALL, is_possible=shown.stop < len(pages)),
    )
