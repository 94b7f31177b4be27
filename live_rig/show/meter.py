"""Meters as they are written ("4/4", "6/8"), and the beats that a drummer feels in them.

In 6/8, 9/8 and 12/8 the beat is the dotted quarter: 6/8 counts 1, 2.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, TypeGuard

from pydantic import AfterValidator, Field, Strict
from pydantic_core import PydanticCustomError

from live_rig.show.faults import Fault
from live_rig.show.written import Bar, Written

WRITTEN = re.compile(r"([1-9][0-9]?)/(2|4|8|16)")
MOST_BEATS = 32  # in a bar


def beats_per_bar(meter: str) -> int:
    """Beats in a bar of `meter`, 1 to 32. Raises ValueError where it is not a meter."""
    match = WRITTEN.fullmatch(meter)
    if not match:
        raise ValueError(f"{meter} is not a meter")
    count, unit = int(match[1]), int(match[2])
    beats = count // 3 if unit >= 8 and count % 3 == 0 and count > 3 else count
    if beats > MOST_BEATS:
        raise ValueError(f"{meter} has more than {MOST_BEATS} beats")
    return beats


def beat_quarters(meter: str) -> float:
    """How long a beat of `meter` is, in quarter notes: 1.5 in 6/8, 0.5 in 7/8."""
    count, unit = (int(part) for part in meter.split("/"))
    return count * 4 / unit / beats_per_bar(meter)


def meter_of(beats: int, like: str) -> str:
    """The meter of a bar of so many beats among others: of two in 4/4 it is 2/4, in 9/8 6/8. In quarters where no other is."""
    count, unit = like.split("/")
    meter = f"{int(count) // beats_per_bar(like) * beats}/{unit}"
    return meter if is_meter(meter) and beats_per_bar(meter) == beats else f"{beats}/4"


def is_meter(meter: object) -> TypeGuard[str]:
    """Whether it is text that says a meter."""
    try:
        return isinstance(meter, str) and beats_per_bar(meter) > 0
    except ValueError:
        return False


def _checked(meter: str) -> str:
    if not is_meter(meter):
        raise PydanticCustomError(
            "meter", '"{meter}" is not a meter', {"meter": meter, "do": 'Write it as "4/4", "3/4" or "6/8"'}
        ) from None
    return meter


Meter = Annotated[str, Strict(), AfterValidator(_checked)]


class MeterChange(Written):
    """From the start of `bar`, counted from 1, the bars are in `meter`."""

    bar: Annotated[Bar, Field(ge=2)]
    meter: Meter


def meter_at(bar: int, meter: str, changes: Sequence[MeterChange]) -> str:
    """The meter of a bar in a song that begins in `meter`; bar 0 is the pickup."""
    for change in changes:
        if change.bar <= bar:
            meter = change.meter
    return meter


def bars_in(last_beat: int, meter: str, changes: Sequence[MeterChange]) -> int:
    """How many bars a song has whose last beat is `last_beat`, from 0, if every bar counts as its meter does."""
    bar, beat = 1, 0
    while beat + (beats := beats_per_bar(meter_at(bar, meter, changes))) <= last_beat:
        bar, beat = bar + 1, beat + beats
    return bar


def change_faults(changes: Mapping[int, MeterChange], bars: int | None) -> Iterator[Fault]:
    """Changes out of order, or beyond the song's `bars` (None: not known); `changes` by their place in the list."""
    last = 1
    for number, change in changes.items():
        if change.bar <= last and number:
            what = f"the meter changes at bar {change.bar} after it has changed at bar {last}"
            yield Fault(what, "Write the changes in the order of their bars, each once", ("meters", number, "bar"))
        if bars is not None and change.bar > bars:
            what = f"the meter changes at bar {change.bar}, and the beat map has {bars} bars"
            yield Fault(what, f"Write a bar from 2 to {bars}", ("meters", number, "bar"))
        last = change.bar
