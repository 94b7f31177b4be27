"""What every written thing has in common: its values cannot change, and a misspelt key is an error, not a silence."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, Strict, StringConstraints

SLOWEST_BPM, FASTEST_BPM = 40, 400
LOWEST_DB, HIGHEST_DB = -60.0, 12.0
MOST_BARS = 100_000

Text = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=200, strip_whitespace=True)]
Whole = Annotated[int, Strict()]
Claim = Annotated[bool, Strict()]
Number = Annotated[float, Strict(), Field(allow_inf_nan=False)]
Bpm = Annotated[Number, Field(ge=SLOWEST_BPM, le=FASTEST_BPM)]
GainDb = Annotated[Number, Field(ge=LOWEST_DB, le=HIGHEST_DB)]
Pan = Annotated[Number, Field(ge=-1, le=1)]  # -1 is left, 1 is right
Bar = Annotated[Whole, Field(ge=1, le=MOST_BARS)]  # bar 1 starts with the first downbeat


class Written(BaseModel):
    """A table of a TOML file."""

    model_config = ConfigDict(frozen=True, extra="forbid")
