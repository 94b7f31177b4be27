"""Cues: what the conductor says, at which bar, to whom."""

from typing import Annotated

from pydantic import StringConstraints

from live_rig.show.written import Bar, Claim, Text, Written

# Readable at three metres on the stage window, at a glance.
Said = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=60, strip_whitespace=True)]
EVERYBODY = "all"


class Cue(Written):
    """Words shown from the start of `bar`, counted from 1: for `for_bars` bars, as "4 of 12", or until the next cue."""

    bar: Bar
    say: Said
    to: Text = EVERYBODY
    for_bars: Bar | None = None
    preset: Text | None = None  # what the drums sound like from here on
    hold: Claim = False  # a fermata: the band rests on the bar's first beat until it is told to go on
