"""What the rig has learnt of plugins while it loaded them: which take long, and which never came.

It holds for as long as the rig runs, or until a plugin's file changes; that one never came, until somebody wants it tried
again.
"""

from pathlib import Path

from live_rig.rack.knobs import all_effects, effects_of
from live_rig.rack.plugins import changed_at
from live_rig.rack.preset import Effect, Preset

Plugin = tuple[Path | None, str | None, float]  # its file, its name where there are several in it, and the file's time


class Learnt:
    """Of plugins by their numbers in a preset, from 1."""

    def __init__(self) -> None:
        self._slow: set[Plugin] = set()
        self._never_came: set[Plugin] = set()

    def took_long(self, preset: Preset, number: int) -> bool:
        """This plugin is one that takes long. Returns whether that is new."""
        known = len(self._slow)
        self._slow.add(_as_it_is(plugins_in(preset)[number - 1]))
        return len(self._slow) > known

    def never_came(self, preset: Preset, number: int) -> None:
        """This plugin is not to be waited for again."""
        self._never_came.add(_as_it_is(plugins_in(preset)[number - 1]))

    def try_again(self, preset: Preset) -> bool:
        """What never came of this preset may be waited for once more. Whether there is any."""
        tried = {_as_it_is(plugin) for plugin in plugins_in(preset)} & self._never_came
        self._never_came -= tried
        return bool(tried)

    def takes_long(self, preset: Preset) -> bool:
        """Whether a plugin of the preset does, that is not left out."""
        return bool(_numbers(preset, self._slow) - self.left_out(preset))

    def left_out(self, preset: Preset) -> frozenset[int]:
        """Numbers of the plugins that are not to be loaded."""
        return _numbers(preset, self._never_came)


def plugins_in(preset: Preset) -> list[Effect]:
    """The preset's plugins, in the order of their numbers."""
    return [effect for effect in effects_of(preset) if effect.type == "VST3"]


def plugin_name(preset: Preset, number: int) -> str:
    """As the stage speaks of it."""
    plugin = plugins_in(preset)[number - 1]
    return plugin.plugin or (plugin.path.stem if plugin.path else "?")


def is_all_of_its_strip(preset: Preset, number: int) -> bool:
    """Whether nothing sounds without it: the strip that it is in has no input, as an instrument's has none."""
    plugin = plugins_in(preset)[number - 1]
    strips = (channel for channel in preset.channels if channel.kind == "strip" and not channel.inputs)
    return any(plugin is inside for strip in strips for inside in all_effects(strip.effects))


def _numbers(preset: Preset, of: set[Plugin]) -> frozenset[int]:
    if not of:  # which is nearly always, and the disk is left alone
        return frozenset()
    return frozenset(number for number, plugin in enumerate(plugins_in(preset), 1) if _as_it_is(plugin) in of)


def _as_it_is(plugin: Effect) -> Plugin:
    return plugin.path, plugin.plugin, changed_at(plugin.path) if plugin.path else 0.0
