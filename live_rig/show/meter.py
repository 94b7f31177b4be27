"""Meters as they are written ("4/4", "6/8"), and the beats that a drummer feels in them.

In 6/8, 9/8 and 12/8 the beat is the dotted quarter: 6/8 counts 1, 2.
"""

import re
from typing import Annotated, TypeGuard

from pydantic import AfterValidator, Strict
from pydantic_core import PydanticCustomError

WRITTEN = re.compile(r"([1-9][0-9]?)/(2|4|8|16)")
MOST_BEATS = 32


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
