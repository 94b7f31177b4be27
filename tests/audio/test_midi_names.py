"""Which port a drummer means."""

import pytest

from live_rig.audio.midi_names import fitting, no_such_port

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


def test_what_is_nowhere_is_named_with_the_nearest() -> None:
    assert 'Say "FCB1010 32:0"' in str(no_such_port(["FBC1010"], PORTS))
    assert "Plug it in" in str(no_such_port(["FCB", "Nitro"], []))
