"""How loud each channel of a preset is, left and right, and how the kit sounds with that and no effects.

Pan leaves one side as it is and turns the other down. Where a strip is soloed, the strips that are not are silent; groups and
sends are not concerned.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from live_rig.decibels import linear
from live_rig.rack.knobs import written_values
from live_rig.rack.preset import MASTER, Channel, Preset


def side_gains(channels: Sequence[Channel], values: Mapping[str, float]) -> list[tuple[float, float]]:
    """(left, right), linear, of each channel; `values` by the names of their knobs."""
    is_solo = any(values[f"{c.name}.solo"] and c.kind == "strip" for c in channels)
    return [_gains(channel, values, is_solo) for channel in channels]


def _gains(channel: Channel, values: Mapping[str, float], is_solo: bool) -> tuple[float, float]:
    silent = values[f"{channel.name}.mute"] or (is_solo and channel.kind == "strip" and not values[f"{channel.name}.solo"])
    gain = 0.0 if silent else linear(values[f"{channel.name}.gain_db"])
    pan = values[f"{channel.name}.pan"]
    return gain * min(1.0, 1.0 - pan), gain * min(1.0, 1.0 + pan)


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
    gains = np.array(side_gains(channels, values))
    road = gains.copy()  # of each channel, to the end
    for number in reversed(range(len(channels) - 1)):
        road[number] *= road[place[channels[number].to]]
    mix = np.zeros((inputs, 2), np.float32)
    for number, channel in enumerate(channels):
        polarity = -1.0 if values[f"{channel.name}.invert"] else 1.0
        for turn, line in enumerate(line for line in channel.inputs if line <= inputs):
            sides = [1.0, 1.0] if len(channel.inputs) != 2 else [1.0 - turn, float(turn)]
            mix[line - 1] += polarity * road[number] * sides
    return mix
