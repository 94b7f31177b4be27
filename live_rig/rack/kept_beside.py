"""Where what somebody made of a plugin in its window is kept: beside the preset, in PRESET.CHANNEL.PLUGIN.state.

Each plugin has one of its own on every disk. Signs that no file's name has are written as %2F; so are capitals where two names
differ in nothing else, since the disks of a Mac and of Windows take them for one.
"""

import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

from live_rig.rack.knobs import channels_and_master, named_effects, with_each
from live_rig.rack.preset import MASTER, Effect, Preset

UNFIT = re.compile(r"[^\w. ~-]")  # for a file's name


def kept_beside(file: Path, preset: Preset) -> Preset:
    """The preset that is read from `file`, every plugin in it with such a file."""
    names = [f"{channel.name}.{name}" for channel in channels_and_master(preset) for name, _ in named_effects(channel.effects)]
    times = Counter(name.casefold() for name in names)

    def placed(channel: str, effects: tuple[Effect, ...]) -> tuple[Effect, ...]:
        def one(name: str, effect: Effect) -> Effect:
            own = f"{channel}.{name}"
            beside = file.with_name(f"{file.stem}.{file_name(own, is_alike=times[own.casefold()] > 1)}.state")
            return replace(effect, kept=beside) if effect.type == "VST3" else effect

        return with_each(effects, one)

    channels = tuple(replace(channel, effects=placed(channel.name, channel.effects)) for channel in preset.channels)
    return replace(preset, effects=placed(MASTER, preset.effects), channels=channels)


def file_name(name: str, *, is_alike: bool) -> str:
    """A plugin's name as a part of its file's: no two become one. is_alike: another one differs from it in capitals alone."""

    def is_written_out(sign: str) -> bool:
        return bool(UNFIT.match(sign)) or (is_alike and sign != sign.casefold())

    return "".join("".join(f"%{byte:02X}" for byte in sign.encode()) if is_written_out(sign) else sign for sign in name)
