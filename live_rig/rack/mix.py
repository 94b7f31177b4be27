"""How loud each channel of a preset is, left and right, and how the kit sounds with that and no effects.

Where a strip is soloed, by itself or with its group, the strips that are not are silent; groups and sends are not concerned. A
switch that is half-way, between 0 and 1, is half heard.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from cython_core.pan import side_gains
from live_rig.decibels import linear
from live_rig.rack.knobs import written_values
from live_rig.rack.preset import MASTER, Channel, Preset


def channel_gains(channels: Sequence[Channel], values: Mapping[str, float]) -> list[tuple[float, float]]:
    """(left, right), linear, negative where its polarity is turned, of each channel; `values` by the names of their knobs."""
    leads_to = {channel.name: channel.to for channel in channels if channel.name != MASTER}
    soloed = {channel.name: _solo(channel.name, leads_to, values) for channel in channels if channel.kind == "strip"}
    most = max(soloed.values(), default=0.0)
    return [_gains(channel.name, values, min(1.0, 1.0 - most + soloed.get(channel.name, most))) for channel in channels]


def _solo(name: str, leads_to: Mapping[str, str], values: Mapping[str, float]) -> float:
    """Of a strip: its own, or that of what it leads to, but the master."""
    here = values[f"{name}.solo"]
    return max(here, _solo(leads_to[name], leads_to, values)) if name in leads_to and name != MASTER else 0.0


def _gains(name: str, values: Mapping[str, float], heard: float) -> tuple[float, float]:
    gain = heard * (1.0 - values[f"{name}.mute"]) * (1.0 - 2.0 * values[f"{name}.invert"]) * linear(values[f"{name}.gain_db"])
    left, right = side_gains(values[f"{name}.pan"])
    return gain * left, gain * right


def straight_in(channels: Sequence[Channel], inputs: int) -> tuple[int, ...]:
    """Inputs, from 1, that go straight to the master: all of the kit's, where strips want inputs and it has not one of them.

    The preset of a larger kit is not to silence a small one.
    """
    wanted = {line for channel in channels for line in channel.inputs}
    return tuple(range(1, inputs + 1)) if wanted and min(wanted) > inputs else ()


def dry_mix(preset: Preset, inputs: int, values: Mapping[str, float] | None = None) -> NDArray[np.float32] | None:
    """What the drums are while the effects are away, float32 (inputs, 2): strips through their groups. None: no strips."""
    if not preset.channels:
        return None
    values = written_values(preset) if values is None else values
    channels = (*preset.channels, Channel(MASTER, "group", straight_in(preset.channels, inputs)))
    place = {channel.name: number for number, channel in enumerate(channels)}
    gains = np.array(channel_gains(channels, values))
    road = gains.copy()  # of each channel, to the end
    for number in reversed(range(len(channels) - 1)):
        road[number] *= road[place[channels[number].to]]
    mix = np.zeros((inputs, 2), np.float32)
    for number, channel in enumerate(channels):
        for turn, line in enumerate(line for line in channel.inputs if line <= inputs):
            sides = [1.0, 1.0] if len(channel.inputs) != 2 else [1.0 - turn, float(turn)]
            mix[line - 1] += road[number] * sides
    return mix
