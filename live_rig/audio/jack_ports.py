"""What there is on JACK: the plugs that are sockets of a card, how many frames it asks for at a time, and the ports of MIDI."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import count, takewhile
from typing import Any

# A desktop's PipeWire takes 1024 at a time, or what a program that runs beside asks for: too late for a drummer, and unsteady.
PIPEWIRES_MOST = 256
AUDIO, MIDI = b"32 bit float mono audio", b"8 bit raw midi"  # as JACK calls what a port carries


def ports(client: Any, pattern: str, kind: bytes) -> list[Any]:
    """All of a kind whose names fit, in the server's order.

    One that goes in this very moment, or whose name nobody can read, is passed over: JACK-Client would find none at all.
    """
    import jack  # here: it cannot be imported where libjack is not

    names = jack._ffi.gc(jack._lib.jack_get_ports(client._ptr, pattern.encode(), kind, 0), jack._lib.jack_free)
    found = []
    for name in takewhile(bool, (names[at] for at in count())) if names else ():
        with suppress(jack.JackError, UnicodeDecodeError):
            found.append(client.get_port_by_name(jack._ffi.string(name).decode()))
    return found


def plugs(client: Any, device: str, *, gives_sound: bool) -> list[Any]:
    """The device's plugs that give sound, or that take it, in their order.

    Where it has physical ones, those alone: PipeWire offers what a card plays as well, and a kit would hear itself.
    """
    everywhere = ports(client, f"^{re.escape(device)}:", AUDIO)
    if any(port.is_physical for port in everywhere):
        everywhere = [port for port in everywhere if port.is_physical]
    return [port for port in everywhere if port.is_output == gives_sound]


def block_of(jack: Any, client: Any) -> int:
    """The frames at a time, where the show says nothing: as many as a JACK server takes; PipeWire's own, within limits."""
    return min(client.blocksize, PIPEWIRES_MOST) if is_pipewire(jack) else int(client.blocksize)


def is_pipewire(jack: Any) -> bool:
    """Whether the library that was loaded is PipeWire's."""
    return "PipeWire" in jack.version_string()


def midi_ports(client: Any) -> list[Any]:
    """Those from which MIDI comes, in the server's order."""
    return [port for port in ports(client, "", MIDI) if port.is_output]


def called(port: Any) -> str:
    """A port as it is listed: by its name, and what else a server calls it (jackd numbers its own)."""
    try:
        return " = ".join([port.name, *port.aliases])
    except UnicodeDecodeError:  # what else it is called nobody can read
        return str(port.name)


def look_at(devices: Iterable[str]) -> tuple[dict[str, tuple[int, int]], int]:
    """(inputs, outputs) of each, and the frames at a time, as the rig would find them. Nothing where no server answers."""
    with looking() as (jack, client):
        if client is None:
            return {}, 0
        there = {
            name: (len(plugs(client, name, gives_sound=True)), len(plugs(client, name, gives_sound=False))) for name in devices
        }
        return there, block_of(jack, client)


def midi_inputs_on_jack() -> list[str]:
    """The ports from which MIDI comes, as they are listed; empty where no server answers."""
    with looking() as (_, client):
        return [called(port) for port in midi_ports(client)] if client is not None else []


@contextmanager
def looking() -> Iterator[tuple[Any, Any]]:
    """JACK's module, and a client of its own to look around with; None where no server answers."""
    try:
        import jack  # here: it cannot be imported where libjack is not
    except (ImportError, OSError):
        yield None, None
        return
    try:
        client = jack.Client("live-rig-looks", no_start_server=True)
    except jack.JackOpenError:
        yield jack, None
        return
    with client:
        yield jack, client
