"""A VST3 file, loaded.

pedalboard asks every parameter of a plugin for its text at a thousand places. The controllers of sixteen MIDI channels, which
instruments have as parameters, it passes over where they are called as JUCE calls them; here it is told of DPF's names, too:
without that such an instrument takes half a minute to load.
"""

import re
from typing import Any

from pedalboard import _pedalboard, load_plugin

MAIN_BUS = re.compile(r"expects (\d+) input channels and (\d+) output")  # as pedalboard says where it was given another number
DPF_CONTROLLERS = re.compile(r"MIDI Ch\. \d+ CC \d+")
WARM_UP_S = 10.0  # the longest that an instrument may take to read its samples, after which it sounds
_pedalboard.PARAMETER_NAME_REGEXES_TO_IGNORE.add(DPF_CONTROLLERS)


def loaded(path: str, name: str | None) -> Any:
    """The plugin, or the one of that name where a file has several. ImportError, ValueError, RuntimeError or OSError."""
    return load_plugin(path, plugin_name=name, initialization_timeout=WARM_UP_S)


def is_instrument(plugin: Any) -> bool:
    """Whether a plugin sounds by itself, played by MIDI."""
    return bool(getattr(plugin, "is_instrument", False)) and not plugin.is_effect
