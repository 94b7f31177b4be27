"""Everything in a preset that can be turned while it plays, by name: "snare.gain_db", "snare.sends.plate",
"snare.gate.threshold_db", "snare.Compressor.ratio", "master.Reverb.wet_level".

The second compressor of a channel is "Compressor2". A plugin's knobs are the parameters that the preset names, under the name
of its file: "snare.Faulty.gain". Engine and rack make the same list from the same preset, so a knob's number means the same
to both.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import replace
from pathlib import Path

from live_rig.rack.effects import CONTAINERS, Parameter, Value, effect_types
from live_rig.rack.preset import CHANNEL, GATE, MASTER, SEND, Channel, Effect, Preset

ANYTHING = Parameter("value", float, 0.0, -math.inf, math.inf)  # the plugin itself knows what it takes
SWITCH = Parameter("value", bool, False)  # a plugin's, which is written as true or false
LIVE = ("gain_db", "pan", "mute", "solo", "invert")
LOOKS_AHEAD = "lookahead_ms"  # no knob: whoever moves it moves the sound in time, and the other strips do not know


def knobs_of(preset: Preset) -> dict[str, Parameter]:
    """Every knob by its name, in the order of their numbers."""
    knobs: dict[str, Parameter] = {}
    for channel in channels_and_master(preset):
        knobs |= {f"{channel.name}.{name}": CHANNEL[name] for name in LIVE}
        knobs |= {f"{channel.name}.sends.{send}": SEND for send in channel.sends}
        if channel.gate:
            knobs |= {f"{channel.name}.gate.{name}": parameter for name, parameter in GATE.items()}
        for name, effect in named_effects(channel.effects):
            for parameter, kind in turnable(effect).items():
                knobs[f"{channel.name}.{name}.{parameter}"] = kind
    return knobs


def channels_and_master(preset: Preset) -> tuple[Channel, ...]:
    """The preset's channels, and last what all of them go through."""
    return *preset.channels, Channel(MASTER, "group", effects=preset.effects)


def named_effects(effects: tuple[Effect, ...]) -> list[tuple[str, Effect]]:
    """All effects of a channel, those inside a Chain or a Mix too, each with its name in that channel."""
    seen: Counter[str] = Counter()
    named = []
    for effect in all_effects(effects):
        name = effect.path.stem if effect.type == "VST3" and effect.path else effect.type
        seen[name] += 1
        named.append((name if seen[name] == 1 else f"{name}{seen[name]}", effect))
    return named


def with_each(effects: tuple[Effect, ...], change: Callable[[str, Effect], Effect]) -> tuple[Effect, ...]:
    """The effects of a channel as they stand, each that makes sound as `change` makes it, told its name there."""
    names = iter([name for name, _ in named_effects(effects)])

    def changed(effect: Effect) -> Effect:
        if effect.type in CONTAINERS:
            return replace(effect, effects=tuple(map(changed, effect.effects)))
        return change(next(names), effect)

    return tuple(map(changed, effects))


def plugins_of(preset: Preset) -> dict[str, Effect]:
    """Every plugin by its name: "snare.Faulty"."""
    return {
        f"{channel.name}.{name}": effect
        for channel in channels_and_master(preset)
        for name, effect in named_effects(channel.effects)
        if effect.type == "VST3"
    }


def kept_files(preset: Preset) -> list[Path]:
    """What is kept of its plugins' windows."""
    return [plugin.kept for plugin in plugins_of(preset).values() if plugin.kept and plugin.kept.exists()]


def files_of(preset: Preset) -> list[Path]:
    """What a preset needs beside itself: plugins, their states, impulse responses."""
    return [path for effect in effects_of(preset) for path in (effect.path, effect.state) if path]


def read_files(preset: Preset) -> list[Path]:
    """What is read beside a preset whenever it is loaded, and may be written anew: plugins' states, impulse responses."""
    files = (effect.state if effect.type == "VST3" else effect.path for effect in effects_of(preset))
    return [file for file in files if file]


def effects_of(preset: Preset) -> Iterator[Effect]:
    """All of its effects that make sound, channel by channel."""
    for channel in channels_and_master(preset):
        yield from all_effects(channel.effects)


def all_effects(effects: tuple[Effect, ...]) -> Iterator[Effect]:
    """The effects that make sound, in the order in which they are written."""
    for effect in effects:
        if effect.effects or effect.type in CONTAINERS:
            yield from all_effects(effect.effects)
        else:
            yield effect


def turnable(effect: Effect) -> Mapping[str, Parameter]:
    """The parameters of an effect that are numbers, or on and off, and leave its sound where it is in time."""
    if effect.type == "VST3":
        written = effect.values.items()
        return {name: SWITCH if isinstance(value, bool) else ANYTHING for name, value in written if not isinstance(value, str)}
    parameters = effect_types()[effect.type].parameters.items()
    return {name: kind for name, kind in parameters if kind.kind is not str and name != LOOKS_AHEAD}


def written_values(preset: Preset) -> dict[str, float]:
    """Where every knob stands in the preset as it is written, macros that say where they stand included."""
    values: dict[str, float] = {}
    for channel in channels_and_master(preset):
        values |= {f"{channel.name}.{name}": channel.number(name) for name in LIVE}
        values |= {f"{channel.name}.sends.{send}": db for send, db in channel.sends.items()}
        if channel.gate:
            values |= {
                f"{channel.name}.gate.{name}": channel.gate.values.get(name, _number(kind.default))
                for name, kind in GATE.items()
            }
        for name, effect in named_effects(channel.effects):
            for parameter, kind in turnable(effect).items():
                values[f"{channel.name}.{name}.{parameter}"] = _number(effect.values.get(parameter, kind.default))
    for macro in preset.macros:
        if macro.at is not None:
            values |= {move.knob: move.at(macro.at) for move in macro.moves}
    return values | dict(preset.start)


def knobs_moved(preset: Preset) -> Set[str]:
    """Knobs that stand otherwise, when the preset is called, than its effects are written: by a macro, or by its `start`."""
    return preset.start.keys() | {move.knob for macro in preset.macros if macro.at is not None for move in macro.moves}


def plugin_knobs(preset: Preset) -> Set[str]:
    """Knobs of plugins: what is turned by one may change how far its plugin looks ahead."""
    return {
        f"{channel.name}.{name}.{parameter}"
        for channel in channels_and_master(preset)
        for name, effect in named_effects(channel.effects)
        if effect.type == "VST3"
        for parameter in turnable(effect)
    }


def plugins_turned(channel: Channel, knobs: Mapping[str, float]) -> Channel:
    """The channel with its plugins as these knobs have them, among others' knobs."""

    def turned(name: str, effect: Effect) -> Effect:
        if effect.type != "VST3":
            return effect
        own = {parameter: f"{channel.name}.{name}.{parameter}" for parameter in turnable(effect)}
        return replace(effect, turned={parameter: knobs[knob] for parameter, knob in own.items() if knob in knobs})

    return replace(channel, effects=with_each(channel.effects, turned))


def _number(value: Value | None) -> float:
    return float(value) if not isinstance(value, str) and value is not None else 0.0
