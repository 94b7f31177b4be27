"""Sections: named bars, one after the other, which may vamp until they are released."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Annotated

from pydantic import Field

from live_rig.show.faults import Fault
from live_rig.show.written import Bar, Bpm, Claim, Text, Whole, Written


class Section(Written):
    """Bars `first_bar` to `last_bar` of the song, counted from 1."""

    name: Text
    first_bar: Bar
    length_bars: Bar
    times: Annotated[Whole, Field(ge=1, le=99)] = 1  # played so often before the song goes on
    is_vamp: Claim = Field(default=False, alias="vamp")  # goes round until released
    slowest_bpm: Bpm | None = None  # the band goes no slower here, whoever leads
    fastest_bpm: Bpm | None = None
    preset: Text | None = None  # what the drums sound like from here on
    is_finale: Claim = Field(default=False, alias="finale")  # its first beat is the last hit

    @property
    def last_bar(self) -> int:
        """The last bar that belongs to it."""
        return self.first_bar + self.length_bars - 1


def section_faults(sections: Sequence[Section], bars: int | None) -> Iterator[Fault]:
    """What is wrong with the sections of a song of `bars` bars (None where that is not known)."""
    yield from _joint_faults(sections)
    yield from _name_faults(sections)
    yield from _finale_faults(sections)
    yield from _limit_faults(sections)
    if bars is not None:
        yield from _end_faults(sections, bars)


def _joint_faults(sections: Sequence[Section]) -> Iterator[Fault]:
    """Gaps and overlaps: each section starts in the bar after the one before, the first in bar 1.

    One section moved out of place is one fault: the next one is right where the lengths before it add up to its start.
    """
    bars_before = 0
    if sections and sections[0].first_bar != 1:
        first = sections[0]
        yield Fault(
            f'"{first.name}" is the first section and starts at bar {first.first_bar}',
            "Start it at bar 1, or add a section for the bars before it",
            ("sections", 0, "first_bar"),
        )
    for number, (before, after) in enumerate(pairwise(sections), start=1):
        bars_before += before.length_bars
        if after.first_bar not in (before.last_bar + 1, bars_before + 1):
            how = "overlaps" if after.first_bar <= before.last_bar else "leaves a gap after"
            here = f'"{after.name}" starts at bar {after.first_bar}'
            yield Fault(
                f'{here} and {how} "{before.name}", which ends with bar {before.last_bar}',
                f'Start it at bar {before.last_bar + 1}, or change the length of "{before.name}"',
                ("sections", number, "first_bar"),
            )


def _name_faults(sections: Sequence[Section]) -> Iterator[Fault]:
    seen: set[str] = set()
    for number, section in enumerate(sections):
        if section.name in seen:
            yield Fault(
                f'there are two sections "{section.name}"',
                "Give each its own name, so that it can be called",
                ("sections", number, "name"),
            )
        seen.add(section.name)


def _finale_faults(sections: Sequence[Section]) -> Iterator[Fault]:
    for number, section in enumerate(sections):
        if section.is_finale and section is not sections[-1]:
            yield Fault(
                f'"{section.name}" is the finale, but "{sections[number + 1].name}" comes after it',
                "Mark the last section as the finale: its first beat is the last hit",
                ("sections", number, "finale"),
            )
        if section.is_vamp and section.times > 1:
            yield Fault(
                f'"{section.name}" is a vamp, which goes round until it is released, and is to be played {section.times} times',
                "Take one of the two out",
                ("sections", number, "times"),
            )
        if section.is_finale and section.is_vamp:
            yield Fault(
                f'"{section.name}" is both a vamp and the finale', "Take one of the two out", ("sections", number, "vamp")
            )


def _limit_faults(sections: Sequence[Section]) -> Iterator[Fault]:
    for number, section in enumerate(sections):
        if section.slowest_bpm and section.fastest_bpm and section.slowest_bpm > section.fastest_bpm:
            yield Fault(
                f'"{section.name}" is to be no slower than {section.slowest_bpm:g} and no faster than {section.fastest_bpm:g}',
                "Write the smaller number as slowest_bpm",
                ("sections", number, "slowest_bpm"),
            )


def _end_faults(sections: Sequence[Section], bars: int) -> Iterator[Fault]:
    if not sections:
        return
    last, number = sections[-1], len(sections) - 1
    if last.last_bar > bars:
        yield Fault(
            f'"{last.name}" ends with bar {last.last_bar}, and the beat map has {bars} bars',
            f"Shorten it by {_bars(last.last_bar - bars)}, or add the beats that are not in the beat map",
            ("sections", number, "length_bars"),
        )
    if last.last_bar < bars:
        yield Fault(
            f'the last section, "{last.name}", ends with bar {last.last_bar}, and the beat map has {bars} bars',
            f"Make it {_bars(bars - last.last_bar)} longer, or add a section for the rest",
            ("sections", number, "length_bars"),
        )


def _bars(count: int) -> str:
    return "one bar" if count == 1 else f"{count} bars"
