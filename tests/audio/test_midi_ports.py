"""The ports that were asked for come and go, on a system and a card that are made here."""

from collections.abc import Callable
from threading import Event

import pytest

from live_rig.audio import midi_ports
from live_rig.audio.midi_in import MidiInputs
from live_rig.audio.midi_ports import MidiPorts
from live_rig.audio.midi_routing import Routing
from live_rig.errors import DeviceError

ROUTING = Routing({}, print, print, print)
GONE = "No MIDI from {}. Plug it in: it is heard by itself"


class Machine:
    """What is plugged in, what is open, and how often what was held was let go."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *there: str) -> None:
        self.there, self.open, self.let_go = list(there), list[str](), 0
        self.midi_there: dict[str, int] = {}
        self.on_card: list[str] = []
        self.refuses: set[str] = set()
        self.stands_still = False
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
        return self.on_card

    def ports(self, *names: str) -> MidiPorts:
        return MidiPorts(names, ROUTING, self, self._lets_go)

    def _lets_go(self) -> None:
        if self.stands_still:
            raise DeviceError("The rig stands still", where="here", do="Wait")
        self.let_go += 1


Make = Callable[..., Machine]


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Make:
    return lambda *there: Machine(monkeypatch, *there)


def test_what_is_plugged_in_late_is_opened(machine: Make) -> None:
    at = machine("Nitro 24:0")
    ports = at.ports("Nitro", "FCB")
    assert (at.open, [*ports.missing]) == (["Nitro 24:0"], ["FCB"])
    at.there.append("FCB 28:0")
    ports.look()
    assert (at.open, [*ports.missing]) == (["Nitro 24:0", "FCB 28:0"], [])
    ports.close()
    assert at.open == []


def test_what_was_unplugged_is_opened_again_wherever_it_is_plugged_in_and_what_was_held_is_let_go(machine: Make) -> None:
    at = machine("Nitro 24:0")
    ports = at.ports("Nitro 24:0")
    before = at.let_go
    at.there.clear()
    ports.look()
    assert (at.open, [*ports.missing], at.let_go) == ([], ["Nitro 24:0"], before + 1)
    ports.look()
    assert at.let_go == before + 1
    at.there.append("Nitro 32:0")
    ports.look()
    assert (at.open, [*ports.missing]) == (["Nitro 32:0"], [])


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
    assert (at.open, [*ports.missing]) == (["Nitro 28:0"], [])


def test_what_the_card_has_joined_is_heard_but_once_and_by_the_system_while_the_cards_server_is_away(machine: Make) -> None:
    at = machine("Nitro 24:0")
    at.midi_there = {"Nitro": 1}
    ports = at.ports("Nitro")
    assert (at.open, [*ports.missing]) == ([], [])
    at.midi_there = {}
    ports.look()
    assert (at.open, [*ports.missing]) == (["Nitro 24:0"], [])
    assert not at.passes_over["Nitro 24:0"]()
    at.midi_there = {"Nitro": 1}
    assert at.passes_over["Nitro 24:0"]()  # at once: a stroke is not to sound twice
    ports.look()
    assert (at.open, [*ports.missing]) == (["Nitro 24:0"], [])
    at.there.clear()
    ports.look()
    assert (at.open, [*ports.missing]) == ([], [])


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


def test_the_only_one_is_waited_for_as_any_other(machine: Make) -> None:
    at = machine()
    ports = at.ports("Nitro")
    assert ports.missing == {"Nitro": GONE.format("Nitro")}
    at.there.append("Nitro 24:0")
    ports.look()
    assert (at.open, [*ports.missing]) == (["Nitro 24:0"], [])


def test_a_slip_of_the_pen_is_found_out_by_what_is_said_of_it(machine: Make) -> None:
    at = machine("Nitro 24:0", "FCB 28:0")
    at.on_card = ["Midi-Bridge:Nitro (capture) = alsa:24"]
    slip = at.ports("FCB", "Nitor")
    assert slip.missing == {"Nitor": f'{GONE.format("Nitor")}. Or is it "Midi-Bridge:Nitro (capture)"?'}
    far = at.ports("Nitro 24", "FCB", "Moog")  # those that are heard are not meant
    assert far.missing == {"Moog": f"{GONE.format('Moog')}. There is: Midi-Bridge:Nitro (capture)"}


def test_one_that_was_heard_has_gone_and_was_no_slip_whatever_else_is_there(machine: Make) -> None:
    at = machine("Nitro 24:0")
    ports = at.ports("Nitro")
    at.there[:] = ["Nitor 20:0"]
    ports.look()
    assert ports.missing == {"Nitro": GONE.format("Nitro")}


def test_a_port_that_will_not_open_says_why_and_is_tried_again(machine: Make) -> None:
    at = machine("Nitro 24:0")
    at.refuses = {"Nitro 24:0"}
    ports = at.ports("Nitro")
    ports.look()
    assert ports.missing == {"Nitro": "It would not open (here). Wait."}
    assert at.let_go == 0  # nothing has gone or come: what is held elsewhere stays held
    at.refuses.clear()
    ports.look()
    assert ports.missing == {}


def test_what_was_held_on_a_port_that_has_gone_is_let_go_as_soon_as_the_rig_takes_it(machine: Make) -> None:
    at = machine("Nitro 24:0")
    ports = at.ports("Nitro")
    before, at.stands_still = at.let_go, True
    at.there.clear()
    ports.look()
    assert ports.missing == {"Nitro": GONE.format("Nitro")}
    at.stands_still = False
    ports.look()
    ports.look()
    assert at.let_go == before + 1


def test_who_asks_for_nothing_gets_nothing(machine: Make) -> None:
    at = machine("Nitro 24:0")
    assert at.ports().missing == {}
    assert (at.open, at.let_go) == ([], 0)


def test_a_driver_that_fails_once_does_not_end_the_watch(machine: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(midi_ports, "LOOK_EVERY_S", 0.01)
    stage, looks, is_over = machine("TD-17"), iter("x"), Event()
    ports = stage.ports("TD-17", "FBV")

    def there(_: object) -> list[str]:
        if next(looks, ""):
            raise UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte")
        is_over.set()
        return ["TD-17"]

    monkeypatch.setattr(MidiInputs, "ports", there)
    ports.start()
    try:
        assert is_over.wait(20.0)
    finally:
        ports.close()
