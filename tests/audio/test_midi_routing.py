"""Where MIDI messages go: pedals, strokes, and all that an instrument among the plugins wants to know."""

from hypothesis import given
from hypothesis import strategies as st

from live_rig.audio.midi_routing import Routing

PEDALS = {"cc:64": "take", "note:60": "band-in", "pc:1": "preset dub", "fader:7": "share"}


def routed(*messages: list[int]) -> list[tuple[object, ...]]:
    """Every call, in order: ("pressed", command), ("struck", note, velocity), ("played", *bytes)."""
    heard: list[tuple[object, ...]] = []
    routing = Routing(
        PEDALS,
        lambda command: heard.append(("pressed", command)),
        lambda note, velocity: heard.append(("struck", note, velocity)),
        lambda message: heard.append(("played", *message)),
    )
    for message in messages:
        routing.hear(message)
    return heard


def test_a_pedal_of_the_map_is_its_command_and_nothing_else() -> None:
    assert routed([0xB0, 64, 127]) == [("pressed", "take")]
    assert routed([0x99, 60, 1]) == [("pressed", "band-in")]
    assert routed([0xC0, 1]) == [("pressed", "preset dub")]
    assert routed([0xB3, 7, 127]) == [("pressed", "share 100")]


def test_a_pedal_that_tells_of_all_its_way_is_pressed_once() -> None:
    way = (8, 41, 77, 95, 127, 118, 99, 80, 61, 20, 0)
    assert routed(*([0xB0, 64, value] for value in way * 2)) == [("pressed", "take")] * 2


def test_a_board_that_never_lets_go_presses_each_time() -> None:
    assert routed(*([0xB0, 64, 127] for _ in range(3))) == [("pressed", "take")] * 3


def test_the_same_controller_on_two_channels_is_two_pedals() -> None:
    assert routed([0xB0, 64, 127], [0xB1, 64, 90]) == [("pressed", "take")] * 2


def test_a_stroke_is_told_to_the_follower_and_to_the_instruments() -> None:
    assert routed([0x99, 38, 100]) == [("struck", 38, 100), ("played", 0x99, 38, 100)]


def test_what_is_let_go_choked_or_half_open_is_the_instruments_alone() -> None:
    for message in ([0x89, 38, 0], [0x99, 38, 0], [0xA9, 49, 127], [0xB9, 4, 64], [0xD9, 90], [0xE9, 0, 64]):
        assert routed(message) == [("played", *message)]


def test_clocks_and_programs_that_nobody_mapped_are_passed_over() -> None:
    assert routed([0xF8], [0xFE], [0xC0, 9], [0xF0, 1, 2, 0xF7]) == []


@given(st.lists(st.tuples(st.integers(0x80, 0xFF), st.lists(st.integers(0, 127), max_size=3))))
def test_no_message_is_too_odd(messages: list[tuple[int, list[int]]]) -> None:
    routed(*([status, *rest] for status, rest in messages))
