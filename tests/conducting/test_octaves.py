"""A word that would lead the band astray is refused, and said why."""

import pytest

from cython_core.octaves import Outcome
from live_rig.conducting.octaves import FASTER, refuse_octave
from live_rig.errors import ShowError


@pytest.mark.parametrize("command", FASTER)
def test_what_the_instrument_takes_is_not_refused(command: str) -> None:
    refuse_octave(command, {"drummer_bpm": 120.0, f"{command}_comes_to": Outcome.TAKEN})


@pytest.mark.parametrize(
    ("command", "comes_to", "says"),
    [
        ("twice", Outcome.NOT_KNOWN, r"No tempo of yours is known yet \(twice\)\. Play, and say it when one is shown\."),
        ("twice", Outcome.UNPLAYABLE, r"That would be 260 bpm, in which nobody is followed"),
        ("twice", Outcome.BEYOND_LIMIT, r"That would be 260 bpm, beyond the song's limit"),
        ("half", Outcome.OFF_THE_SONG, r"That would be 65 bpm, away from the song \(half\)\. Play on: nothing has changed\."),
    ],
)
def test_what_it_does_not_take_is_refused_in_a_musicians_words(command: str, comes_to: Outcome, says: str) -> None:
    with pytest.raises(ShowError, match=says):
        refuse_octave(command, {"drummer_bpm": 130.0, f"{command}_comes_to": comes_to})
