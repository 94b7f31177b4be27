"""Pedals and keys by their names."""

import pytest

from live_rig.show.pedal import faded, is_pedal, pedal_faults

PEDALS = [
    "cc:0",
    "cc:64",
    "note:127",
    "pc:1",
    "fader:7",
    "key:Space",
    "key:F1",
    "key:F35",
    "key:T",
    "key:7",
    "key:.",
    "key:Ctrl+Right",
    "key:Ä",
]
NOTHING = [
    "",
    "cc:",
    "cc:128",
    "cc:-1",
    "cc:064",
    "cc:1.5",
    "pedal:1",
    "64",
    "key:",
    "key:t",
    "key:F36",
    "key:F0",
    "key:Right Ctrl",
]


@pytest.mark.parametrize("pedal", PEDALS)
def test_what_can_be_pressed_has_a_name(pedal: str) -> None:
    assert is_pedal(pedal)


@pytest.mark.parametrize("pedal", NOTHING)
def test_what_cannot_be_pressed_is_no_pedal(pedal: str) -> None:
    assert not is_pedal(pedal)


def test_a_misspelt_key_is_told_the_nearest() -> None:
    (fault,) = pedal_faults({"key:Spce": "start"})
    assert fault.do == 'Change it to "key:Space", the nearest there is'


def test_a_fader_says_where_it_stands() -> None:
    assert [faded("share", value) for value in (0, 127)] == ["share 0", "share 100"]
    assert [faded("tempo 80..160", value) for value in (0, 127)] == ["tempo 80.0", "tempo 160.0"]


@pytest.mark.parametrize("command", ["take", "tempo", "tempo 80", "tempo 10..90", "share 50", "tempo a..b"])
def test_what_a_fader_cannot_move_is_a_fault(command: str) -> None:
    assert len(list(pedal_faults({"fader:1": command}))) == 1


def test_a_controller_is_a_fader_or_a_pedal() -> None:
    (fault,) = pedal_faults({"fader:4": "share", "cc:4": "take", "cc:5": "give"})
    assert (fault.key, fault.what) == (("pedals", "cc:4"), "its controller is fader:4 already")
