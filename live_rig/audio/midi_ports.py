"""The MIDI ports that were asked for, by name: waited for, opened, missed when they go, and opened again when they are back.

Where the sound card is on JACK, its own plug has joined those that are there (`jack_midi_in`), and the rig hears them with the
sound. All others are the system's, through RtMidi.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from threading import Lock
from typing import Protocol

import rtmidi

from live_rig.audio.midi_in import MidiIn, MidiInputs
from live_rig.audio.midi_names import GONE, fitting, never_heard
from live_rig.audio.midi_routing import Routing
from live_rig.errors import DeviceError
from live_rig.watch import Watch

LOOK_EVERY_S = 0.5
ENDS_WITHIN_S = 2.0


class Card(Protocol):
    """A sound card that may hear MIDI itself, as one on JACK does."""

    @property
    def midi_there(self) -> Mapping[str, int]:
        """Those of the names that it has joined, and how often each."""

    def midi_ports(self) -> list[str]:
        """All that it can join, as it saw them when it looked last."""


class MidiPorts:
    """Watches over the ports of these names, in a thread of its own, from `start` on.

    card: has been given the same names. let_go: what is to be done when a port has gone or has come back: nobody will let go
    any more of what was held on it. api: RtMidi's, the system's own one if not said.
    missing: those that are not heard, and what to say of each.
    """

    def __init__(
        self,
        names: Sequence[str],
        routing: Routing,
        card: Card,
        let_go: Callable[[], object],
        api: int = rtmidi.API_UNSPECIFIED,
    ) -> None:
        self._names, self._routing, self._card, self._let_go, self._api = names, routing, card, let_go, api
        self._inputs = MidiInputs(api)
        self._joined: Mapping[str, int] = {}
        self._open: dict[str, MidiIn] = {}
        self._refused: dict[str, DeviceError] = {}
        self._were_heard: set[str] = set()
        self._is_to_let_go = False
        self._looking, self._watch = Lock(), Watch("MIDI watch", self.look, LOOK_EVERY_S)
        self.missing: Mapping[str, str] = {}
        self.look()

    def start(self) -> None:
        """Watch."""
        if self._names:
            self._watch.start()

    def close(self) -> None:
        """Let go of all of them."""
        self._watch.close(ENDS_WITHIN_S)
        with self._looking:
            for name in list(self._open):
                self._open.pop(name).close()

    def look(self) -> None:
        """Open and close what has come and gone since the last look."""
        with self._looking:
            joined = self._card.midi_there
            others = [name for name in self._names if name not in joined]
            there = self._inputs.ports() if others or self._open else []
            changed = self._close_all_but(there)
            changed |= self._open_new([name for name in others if name not in self._open], there)
            self._is_to_let_go |= changed or joined != self._joined
            self._joined = joined
            self._were_heard |= {*joined, *self._open}
            self.missing = self._words([name for name in others if name not in self._open], there)
            if self._is_to_let_go:
                with suppress(DeviceError):  # the rig stands still: once more with the next look
                    self._let_go()
                    self._is_to_let_go = False

    def _close_all_but(self, there: Sequence[str]) -> bool:
        """What has gone. What the card has joined meanwhile stays, and is passed over."""
        gone = [name for name, port in self._open.items() if port.name not in there]
        for name in gone:
            self._open.pop(name).close()
        return bool(gone)

    def _open_new(self, names: Sequence[str], there: Sequence[str]) -> bool:
        open_already = {port.name for port in self._open.values()}
        self._refused.clear()
        is_any_new = False
        for name, port in fitting(names, [port for port in there if port not in open_already]).items():
            try:
                self._open[name] = MidiIn(port, self._routing, partial(self._is_joined, name), self._api)
                is_any_new = True
            except DeviceError as error:  # gone again, or somebody else's: tried with every look
                self._refused[name] = error
        return is_any_new

    def _words(self, missing: Sequence[str], there: Sequence[str]) -> dict[str, str]:
        """What to say of each: why it would not open, that it has gone, or that it has never been there."""
        ports = [*self._card.midi_ports(), *there] if missing else []
        taken = set(fitting(self._names, ports).values())
        free = [port for port in ports if port not in taken]
        return {name: self._why(name, free) for name in missing}

    def _why(self, name: str, free: Sequence[str]) -> str:
        if name in self._refused:
            return str(self._refused[name])
        return GONE.format(name=name) if name in self._were_heard else never_heard(name, free)

    def _is_joined(self, name: str) -> bool:
        return name in self._card.midi_there
