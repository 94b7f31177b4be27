"""What a device has on JACK: the plugs that are sockets of the card."""

import re
from collections.abc import Iterable
from typing import Any


def plugs(client: Any, device: str, *, gives_sound: bool) -> list[Any]:
    """The device's plugs that give sound, or that take it, in their order.

    Where it has physical ones, those alone: PipeWire offers what a card plays as well, and a kit would hear itself.
    """
    everywhere = client.get_ports(f"^{re.escape(device)}:", is_audio=True)
    if any(port.is_physical for port in everywhere):
        everywhere = [port for port in everywhere if port.is_physical]
    return [port for port in everywhere if port.is_output == gives_sound]


def channels(devices: Iterable[str]) -> dict[str, tuple[int, int]]:
    """(inputs, outputs) of each, as the rig would find them. Empty where no server answers."""
    import jack  # here: it cannot be imported where libjack is not

    try:
        client = jack.Client("live-rig-looks", no_start_server=True)
    except jack.JackOpenError:
        return {}
    with client:
        return {
            name: (len(plugs(client, name, gives_sound=True)), len(plugs(client, name, gives_sound=False))) for name in devices
        }
