"""Which port a drummer means."""

import pytest

from live_rig.audio.midi_names import fitting, never_heard

PORTS = ["Midi Through:Midi Through Port-0 14:0", "Nitro Pro:Nitro Pro MIDI 1 24:0", "Nitro:Nitro MIDI 1 28:0", "FCB1010 32:0"]


@pytest.mark.parametrize(
    ("names", "meant"),
    [
        (["fcb"], {"fcb": 3}),
        (["Nitro:"], {"Nitro:": 2}),
        (["FCB1010 32:0"], {"FCB1010 32:0": 3}),
        (["FCB1010 20:0"], {"FCB1010 20:0": 3}),  # as it was called at the last show
        (["nitro", "Nitro"], {"nitro": 1, "Nitro": 2}),  # two of a kind
        (["Mellotron", "fcb"], {"fcb": 3}),
        ([], {}),
    ],
)
def test_a_part_of_the_name_is_enough_and_no_port_is_meant_twice(names: list[str], meant: dict[str, int]) -> None:
    assert fitting(names, PORTS) == {name: PORTS[number] for name, number in meant.items()}


def test_its_own_name_comes_before_that_of_which_it_is_a_part() -> None:
    assert fitting(["pads"], ["e-kit pads", "pads"]) == {"pads": "pads"}


@pytest.mark.parametrize(
    ("name", "nearest"), [("FBC1010", 3), ("nitor", 1), ("Nitro MIDI", 1), ("FCB1010 30:1", 3), ("Nitro:Nitro MIDI 2 28:0", 2)]
)
def test_what_has_never_been_there_is_named_with_the_nearest(name: str, nearest: int) -> None:
    assert never_heard(name, PORTS) == f'No MIDI from {name}. Plug it in: it is heard by itself. Or is it "{PORTS[nearest]}"?'


def test_where_nothing_is_near_it_is_said_what_there_is_as_short_as_a_stage_wants_it() -> None:
    gone = "No MIDI from Mellotron. Plug it in: it is heard by itself"
    assert never_heard("Mellotron", []) == gone
    assert never_heard("Mellotron", ["e-kit:pads = alsa:24", "board"]) == f"{gone}. There is: e-kit:pads, board"
    assert never_heard("Mellotron", ["a", "b", "c", "d"]) == f"{gone}. There is: a, b, c, …"
