"""What a preset will play without, as far as it can be said beforehand and without loading a plugin, which may crash.

Built-in effects are made, as the rack makes them; of plugins what a scan has found counts.
"""

from collections.abc import Iterator
from dataclasses import replace

from live_rig.rack.chain import LONGEST_LOOK_S
from live_rig.rack.console import Console
from live_rig.rack.knobs import named_effects
from live_rig.rack.plugins import Seen, real, remembered, why_blocked
from live_rig.rack.preset import MASTER, Channel, Effect, Preset
from live_rig.rack.preset_reader import MOST_INPUTS

USUAL_RATE_HZ = 48_000.0


def will_lack(preset: Preset, look_ahead_ms: float, samplerate_hz: float | None = None) -> list[str]:
    """One line for each thing. look_ahead_ms: what the show allows. What is not on this machine is left to others to say."""
    rate_hz = samplerate_hz or USUAL_RATE_HZ
    bare = replace(
        preset,
        effects=_without_files(preset.effects),
        channels=tuple(replace(channel, effects=_without_files(channel.effects)) for channel in preset.channels),
    )
    console = Console(bare, rate_hz, MOST_INPUTS, round(look_ahead_ms / 1000 * rate_hz))
    return [*console.says, *_of_plugins(preset, look_ahead_ms)]


def _of_plugins(preset: Preset, look_ahead_ms: float) -> Iterator[str]:
    seen = remembered()
    allowed_ms = {"strip": look_ahead_ms, "group": 0.0, "send": 1000 * LONGEST_LOOK_S}
    master = Channel(MASTER, "strip", effects=preset.effects)
    for channel in (*preset.channels, master):
        for name, effect in named_effects(channel.effects):
            if effect.type != "VST3" or effect.path is None or not effect.path.exists():
                continue
            what, allowed = f"{preset.title}: {channel.name}.{name}", allowed_ms[channel.kind]
            ahead_ms, is_instrument = _looks_ms(effect, seen.get(str(real(effect.path))))
            if why := why_blocked(effect.path, effect.plugin):
                yield f"{what} is left out: it is blocked, because {why}"
            elif ahead_ms > allowed:
                then = "sounds late" if is_instrument else "is left out"
                yield f"{what} {then}: it looks {ahead_ms:.1f} ms ahead, and {allowed:.1f} ms are allowed"


def _looks_ms(effect: Effect, seen: Seen | None) -> tuple[float, bool]:
    """(how far it looks ahead, whether it is an instrument), as a scan has found; (0, False) where none has been."""
    for row in seen.plugins if seen else []:
        if effect.plugin in (None, row["name"]):
            return float(row.get("look_ahead_ms", 0.0)), row["kind"] == "instrument"
    return 0.0, False


def _without_files(effects: tuple[Effect, ...]) -> tuple[Effect, ...]:
    """Those that need no plugin, and no file that is not there."""
    kept = (effect for effect in effects if effect.type != "VST3" and (effect.path is None or effect.path.exists()))
    return tuple(replace(effect, effects=_without_files(effect.effects)) if effect.effects else effect for effect in kept)
