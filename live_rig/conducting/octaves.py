"""Counting the drummer twice as fast, or half: the words, and what is said where it cannot be."""

from collections.abc import Mapping
from typing import Any

from cython_core.octaves import Outcome
from live_rig.errors import ShowError

FASTER = {"twice": 2.0, "half": 0.5}


def refuse_octave(command: str, now: Mapping[str, Any]) -> None:
    """`command`: one of FASTER; now: the instrument's newest snapshot. ShowError where the instrument would not obey."""
    comes_to = Outcome(now[f"{command}_comes_to"])
    if comes_to == Outcome.TAKEN:
        return
    bpm = FASTER[command] * now["drummer_bpm"]
    what, do = {
        Outcome.NOT_KNOWN: ("No tempo of yours is known yet", "Play, and say it when one is shown"),
        Outcome.UNPLAYABLE: (f"That would be {bpm:.0f} bpm, in which nobody is followed", "Play on: nothing has changed"),
        Outcome.BEYOND_LIMIT: (f"That would be {bpm:.0f} bpm, beyond the song's limit", "Play on: nothing has changed"),
        Outcome.OFF_THE_SONG: (f"That would be {bpm:.0f} bpm, away from the song", "Play on: nothing has changed"),
    }[comes_to]
    raise ShowError(what, where=command, do=do)
