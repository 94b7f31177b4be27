"""What there is on JACK: the plugs that are sockets of a card, how many frames it asks for at a time, and the ports of MIDI."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

# A desktop's PipeWire takes 1024 at a time, or what a program that runs beside asks for: too late for a drummer, and unsteady.
PIPEWIRES_MOST = 256


def plugs(client: Any, device: str, *, gives_sound: bool) -> list[Any]:
    """The device's plugs that give sound, or that take it, in their order.

    Where it has physical ones, those alone: PipeWire offers what a card plays as well, and a kit would hear itself.
    """
    everywhere = client.get_ports(f"^{re.escape(device)}:", is_audio=True)
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
    return list(client.get_ports(is_midi=True, is_output=True))


def called(port: Any) -> str:
    """A port as it is listed: by its name, and what else a server calls it (jackd numbers its own)."""
    return " = ".join([port.name, *port.aliases])


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
