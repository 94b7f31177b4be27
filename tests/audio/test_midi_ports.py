"""The ports that were asked for come and go, on a system and a card that are made here."""

from collections.abc import Callable

import pytest

from live_rig.audio import midi_ports
from live_rig.audio.midi_in import MidiInputs
from live_rig.audio.midi_ports import MidiPorts
from live_rig.audio.midi_routing import Routing
from live_rig.errors import DeviceError

ROUTING = Routing({}, print, print, print)


class Machine:
    """What is plugged in, what is open, and how often what was held was let go."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *there: str) -> None:
        self.there, self.open, self.let_go = list(there), list[str](), 0
        self.midi_there: dict[str, int] = {}
        self.refuses: set[str] = set()
        self.passes_over: dict[str, Callable[[], bool]] = {}
        machine = self

        class Port:
            def __init__(self, port: str, _routing: Routing, is_heard_elsewhere: Callable[[], bool], _api: int) -> None:
                if port in machine.refuses:
                    raise DeviceError("It would not open", where="here", do="Wait")
                self.name = port
                machine.open.append(port)
                machine.passes_over[port] = is_heard_elsewhere

            def close(self) -> None:
                machine.open.remove(self.name)

        monkeypatch.setattr(midi_ports, "MidiIn", Port)
        monkeypatch.setattr(MidiInputs, "ports", lambda _: list(self.there))

    def midi_ports(self) -> list[str]:
        return []

    def ports(self, *names: str) -> MidiPorts:
        return MidiPorts(names, ROUTING, self, self._lets_go)

    def _lets_go(self) -> None:
        self.let_go += 1


Make = Callable[..., Machine]


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Make:
    return lambda *there: Machine(monkeypatch, *there)


def test_what_is_plugged_in_late_is_opened(machine: Make) -> None:
    at = machine("Nitro 24:0")
    ports = at.ports("Nitro", "FCB")
    assert (at.open, ports.missing) == (["Nitro 24:0"], ("FCB",))
    at.there.append("FCB 28:0")
    ports.look()
    assert (at.open, ports.missing) == (["Nitro 24:0", "FCB 28:0"], ())
    ports.close()
    assert at.open == []


def test_what_was_unplugged_is_opened_again_wherever_it_is_plugged_in_and_what_was_held_is_let_go(machine: Make) -> None:
    at = machine("Nitro 24:0")
    ports = at.ports("Nitro 24:0")
    before = at.let_go
    at.there.clear()
    ports.look()
    assert (at.open, ports.missing, at.let_go) == ([], ("Nitro 24:0",), before + 1)
    ports.look()
    assert at.let_go == before + 1
    at.there.append("Nitro 32:0")
    ports.look()
    assert (at.open, ports.missing) == (["Nitro 32:0"], ())


def test_what_is_open_stays_so_whatever_else_is_plugged_in(machine: Make) -> None:
    at = machine("Nitro 24:0")
    ports = at.ports("Nitro")
    at.there.insert(0, "Nitro Pro 20:0")
    ports.look()
    assert (at.open, at.let_go) == (["Nitro 24:0"], 1)


def test_between_two_looks_it_was_elsewhere(machine: Make) -> None:
    at = machine("Nitro 24:0")
    ports = at.ports("Nitro")
    at.there[0] = "Nitro 28:0"
    ports.look()
    assert (at.open, ports.missing) == (["Nitro 28:0"], ())


def test_what_the_card_has_joined_is_heard_but_once_and_by_the_system_while_the_cards_server_is_away(machine: Make) -> None:
    at = machine("Nitro 24:0")
    at.midi_there = {"Nitro": 1}
    ports = at.ports("Nitro")
    assert (at.open, ports.missing) == ([], ())
    at.midi_there = {}
    ports.look()
    assert (at.open, ports.missing) == (["Nitro 24:0"], ())
    assert not at.passes_over["Nitro 24:0"]()
    at.midi_there = {"Nitro": 1}
    assert at.passes_over["Nitro 24:0"]()  # at once: a stroke is not to sound twice
    ports.look()
    assert (at.open, ports.missing) == (["Nitro 24:0"], ())
    at.there.clear()
    ports.look()
    assert (at.open, ports.missing) == ([], ())


def test_what_the_card_has_joined_anew_was_away(machine: Make) -> None:
    at = machine()
    at.midi_there = {"Nitro": 1}
    ports = at.ports("Nitro")
    before = at.let_go
    ports.look()
    assert at.let_go == before
    at.midi_there = {"Nitro": 2}
    ports.look()
    assert at.let_go == before + 1


def test_where_none_is_there_it_is_refused_in_words(machine: Make) -> None:
    with pytest.raises(DeviceError, match='There is no MIDI port "Mellotron" or "Moog"'):
        machine("Nitro 24:0").ports("Mellotron", "Moog")


def test_a_port_that_will_not_open_says_why_and_is_tried_again(machine: Make) -> None:
    at = machine("Nitro 24:0")
    at.refuses = {"Nitro 24:0"}
    with pytest.raises(DeviceError, match="would not open"):
        at.ports("Nitro")
    at.there.append("FCB 28:0")
    ports = at.ports("Nitro", "FCB")
    assert ports.missing == ("Nitro",)
    at.refuses.clear()
    ports.look()
    assert ports.missing == ()


def test_who_asks_for_nothing_gets_nothing(machine: Make) -> None:
    at = machine("Nitro 24:0")
    assert at.ports().missing == ()
    assert (at.open, at.let_go) == ([], 0)
