"""The rig's MIDI plug on JACK, joined to the ports that were asked for, also after they have been away."""

from collections.abc import Mapping, Sequence
from typing import Any

from live_rig.audio.jack_ports import called, midi_ports
from live_rig.audio.midi_names import fitting


class JackMidiIn:
    """A plug of that client, `midi_in`, for the ports of these names; what comes by several is heard by the one.

    ports: what there is to join, as it is listed, at the last look. there: which of the names are there, and how often each has
    been joined: it grows where one was away in between two looks.
    """

    def __init__(self, jack: Any, client: Any, names: Sequence[str]) -> None:
        self._jack, self._client, self._names = jack, client, names
        self.plug = client.midi_inports.register("midi_in")
        self.ports = [called(port) for port in midi_ports(client)]
        self.there: Mapping[str, int] = dict.fromkeys(fitting(names, self.ports), 0)

    def keep_joined(self) -> None:
        """Join what is there and is not joined; once the client is active."""
        if not self._names:
            return
        ports = {called(port): port for port in midi_ports(self._client)}
        self.ports = list(ports)
        there = {}
        for name, port in fitting(self._names, self.ports).items():
            try:
                is_new = not self.plug.is_connected_to(ports[port])
                if is_new:
                    self.plug.connect(ports[port])
            except self._jack.JackError:  # it has gone again: that is seen the next time
                continue
            there[name] = self.there.get(name, 0) + is_new
        self.there = there

    def leave(self) -> None:
        """The client has left the server: nothing is there."""
        self.ports, self.there = [], {}
