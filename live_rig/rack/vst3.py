"""A VST3 plugin as a preset wants it: loaded, in the state that the preset names, its parameters set. What does not fit is
told in words, and costs nothing but the plugin.
"""

import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from pedalboard import VST3Plugin

from cython_core.rack_ring import SUB_BLOCK
from live_rig.errors import RackError
from live_rig.rack import plugin_loading
from live_rig.rack.effects import Value
from live_rig.rack.plugin_file import why_foreign
from live_rig.rack.plugin_loading import MAIN_BUS, is_instrument
from live_rig.rack.plugin_state import restore
from live_rig.rack.plugins import plugin_files, why_blocked
from live_rig.rack.preset import Effect
from live_rig.rack.setters import setter
from live_rig.show.faults import change_or

MOST_NAMES = 12  # of parameters, in one line on the stage
TRY_SAMPLERATE_HZ = 48_000.0
SEVERAL = 'pass a "plugin_name" parameter'  # as pedalboard says where a file holds more than one plugin


def vst3(effect: Effect, says: list[str]) -> Any:
    """The plugin of an effect, ready to play; `says` gets what is to be known of it. RackError where it cannot be had."""
    path = there(effect.path or Path())
    if why := why_foreign(path):
        raise RackError(f"The plugin cannot play: {why}", where=str(path), do="Install the one for this machine")
    if why := why_blocked(path, effect.plugin):
        do = f"Try it again: live-rig plugins info {path}"
        raise RackError(f"The plugin is blocked, because {why}", where=str(path), do=do)
    plugin = loaded(path, effect.plugin)
    if not is_instrument(plugin) and (why := why_not_stereo(plugin)):
        raise RackError(f"The plugin cannot play the drums: {why}", where=str(path), do="Use another effect")
    if effect.state is not None:
        says += restore(plugin, effect.state)
    for name, value in effect.values.items():
        set_parameter(plugin, name, value, path)
    if effect.kept is not None and effect.kept.exists():
        try:
            says += restore(plugin, effect.kept)
        except RackError as error:  # it was made by moving the plugin by hand, and the preset says enough without it
            says.append(f"{plugin.name} stands as the preset is written. {error}")
    for name, value in effect.turned.items():
        setter(plugin, name)(value)
    return plugin


def there(path: Path) -> Path:
    """`path`, if there is a plugin. RackError names the place where one of its name is."""
    if path.exists():
        return path
    elsewhere = next((file for file in plugin_files() if file.name == path.name), None)
    do = f"It is at {elsewhere}: write that as its path" if elsewhere else "Install it there, or take it out of the preset"
    raise RackError("The plugin is not on this machine", where=str(path), do=do)


def loaded(path: Path, name: str | None = None) -> Any:
    """The plugin in a file; name: which one, where there are several. Raises RackError."""
    try:
        names = VST3Plugin.get_plugin_names_for_file(str(path)) if name is not None else []
        if name is not None and name not in names:
            do = change_or(name, names, f"Write one of {', '.join(names)}")
            raise RackError(f"There is no plugin {name} in it", where=str(path), do=do)
        return plugin_loading.loaded(str(path), name)
    except (ImportError, ValueError, RuntimeError, OSError) as error:
        what, do = f"The plugin cannot be loaded: {in_words(error)}", "Reinstall it, or take it out of the preset"
        if SEVERAL in str(error):
            first, *others = VST3Plugin.get_plugin_names_for_file(str(path))
            what, do = "It holds several plugins", f'Write plugin = "{first}", or one of {", ".join(others)}'
        raise RackError(what, where=str(path), do=do) from error


def in_words(error: Exception) -> str:
    """The last thing that pedalboard says, in one line."""
    if "unsupported plugin format or scan failure" in str(error):
        return "it is no VST3 plugin, or one that is broken"
    lines = [line.strip() for line in str(error).splitlines() if line.strip()] or [type(error).__name__]
    return lines[-1].rstrip(".")


def why_not_stereo(plugin: Any) -> str:
    """Why a plugin cannot be an effect for two channels; empty when it can."""
    if not plugin.is_effect:
        return "it has more channels, or other ones, than two in and two out"
    try:
        plugin.process(np.zeros((2, SUB_BLOCK), np.float32), TRY_SAMPLERATE_HZ, buffer_size=SUB_BLOCK, reset=False)
    except (ValueError, RuntimeError) as error:
        expected = MAIN_BUS.search(str(error))
        return f"it has {expected[1]} in and {expected[2]} out, and the drums are two" if expected else in_words(error)
    return ""


def set_parameter(plugin: Any, name: str, value: Value, path: Path) -> None:
    """Set one of the plugin's own parameters. RackError says how far it goes, or what it may be."""
    parameter = plugin.parameters[known_parameter(plugin.parameters, name, path)]
    do = "Change it"
    if isinstance(value, float) and not math.isfinite(value):
        raise RackError(f"{name} must be a number, and is {value}", where=str(path), do=do)
    try:
        setattr(plugin, name, value)
    except (ValueError, TypeError) as error:
        raise RackError(f"{name} {_what_fits(parameter)}, and is {value!r}", where=str(path), do=do) from error


def _what_fits(parameter: Any) -> str:
    low, high, *_ = parameter.range
    if parameter.type is bool:
        return "must be true or false"
    if parameter.type is float and low is not None and high is not None:
        return f"must be from {low:g} to {high:g}"
    words = [str(value) for value in parameter.valid_values[:MOST_NAMES]]
    return f"must be one of {', '.join(words)}" if words else "cannot be so"


def known_parameter(names: Iterable[str], name: str, path: Path) -> str:
    """`name`, if the plugin has such a parameter. RackError names the nearest."""
    there = list(names)
    if name in there:
        return name
    more = f" and {len(there) - MOST_NAMES} more: live-rig plugins info {path.stem}" if len(there) > MOST_NAMES else ""
    do = change_or(name, there, f"Use one of {', '.join(there[:MOST_NAMES])}{more}")
    raise RackError(f"The plugin has no parameter {name}", where=str(path), do=do)
