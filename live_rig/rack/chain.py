"""A preset made sound: pedalboard's effects in a row, called in sub-blocks that never grow.

pedalboard resets every effect when it gets a larger block than before (a reverb's tail is cut off), so the chain is primed
with `SUB_BLOCK` frames and never gets more. What comes out does not depend on how the frames are cut into sub-blocks, but for
Convolution (see docs/rack.md).
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pedalboard
from numpy.typing import NDArray
from pedalboard import Pedalboard, load_plugin

from cython_core.rack_ring import SUB_BLOCK, RackEnd
from live_rig.errors import RackError
from live_rig.rack.effects import effect_types
from live_rig.rack.preset import Effect, Preset

LONGEST_LOOK_S = 0.25  # effects that hold back more are not measured further: no stage can wait for them
CONTAINER = {"Chain": pedalboard.Chain, "Mix": pedalboard.Mix}

Stereo = NDArray[np.float32]  # shape (2, frames)


class Chain:
    """The effects of a preset at one samplerate, stereo in and out.

    allowance_frames: how far the effects may look ahead together. An effect that cannot be had, or looks further, is left
    out, and `says` says so: the rest plays.
    """

    def __init__(self, preset: Preset, samplerate: float, allowance_frames: int = 0) -> None:
        self.samplerate, self.latency_frames = samplerate, 0
        self.says: list[str] = []
        self.board = Pedalboard([])
        for effect in preset.effects:
            self._add(preset, effect, allowance_frames)
        self.reset()

    def __call__(self, heard: Stereo) -> Stereo:
        """The next frames, float32 (2, n), n at most SUB_BLOCK. Effects that look ahead return fewer at first."""
        wet: Stereo = self.board.process(heard, self.samplerate, buffer_size=SUB_BLOCK, reset=False)
        return wet

    def work(self, end: RackEnd) -> None:
        """Process all that has been posted."""
        while (heard := end.take()) is not None:
            if not end.give(self(heard)):
                self.reset()
                end.forget()

    def reset(self) -> None:
        """Forget all sound: empty delays and tails."""
        self(np.zeros((2, SUB_BLOCK), np.float32))
        self.board.reset()

    def _add(self, preset: Preset, effect: Effect, allowance_frames: int) -> None:
        try:
            plugin = build(effect)
            looks = look_ahead_frames(plugin, self.samplerate)
        except RackError as error:
            self.says.append(f"{preset.title} plays without {effect.type}: {error}")
            return
        if self.latency_frames + looks > allowance_frames:
            ms, allowed = 1000 * looks / self.samplerate, 1000 * allowance_frames / self.samplerate
            why = f"it holds the drums back {ms:.1f} ms, and {allowed:.1f} ms are allowed"
            self.says.append(f"{preset.title} plays without {effect.type}: {why}")
            return
        self.latency_frames += looks
        self.board.append(plugin)


def build(effect: Effect) -> Any:
    """The effect itself. Raises RackError when it cannot be had."""
    if effect.type in CONTAINER:
        return CONTAINER[effect.type]([build(inner) for inner in effect.effects])
    if effect.type == "VST3":
        return vst3(effect)
    values = dict(effect.values)
    if effect.path is not None:
        values["impulse_response_filename"] = str(readable(effect.path))
    try:
        return effect_types()[effect.type].build(values)
    except (ValueError, RuntimeError, OSError) as error:
        raise RackError(f"{effect.type} cannot be made: {error}", where=effect.type, do="Change its parameters") from error


def vst3(effect: Effect) -> Any:
    """A VST3 plugin with its parameters set."""
    path = readable(effect.path or Path())
    try:
        plugin: Any = load_plugin(str(path), plugin_name=effect.plugin)
    except (ImportError, ValueError, RuntimeError, OSError) as error:
        do = "Reinstall it, or take it out of the preset"
        raise RackError(f"The plugin cannot be loaded: {error}", where=str(path), do=do) from error
    if not plugin.is_effect:
        raise RackError("The plugin is an instrument", where=str(path), do="Use an effect here")
    for name, value in effect.values.items():
        try:
            setattr(plugin, known_parameter(plugin.parameters, name, path), value)
        except (ValueError, TypeError) as error:
            raise RackError(f"{name} cannot be {value!r}: {error}", where=str(path), do="Change it in the preset") from error
    return plugin


def known_parameter(names: Iterable[str], name: str, path: Path) -> str:
    """`name`, if the plugin has such a parameter."""
    if name in names:
        return name
    raise RackError(f"The plugin has no parameter {name}", where=str(path), do=f"Use one of {', '.join(names)}")


def readable(path: Path) -> Path:
    """`path`, if there is something."""
    if not path.exists():
        raise RackError("There is no such file", where=str(path), do="Install it there, or take it out of the preset")
    return path


def look_ahead_frames(plugin: Any, samplerate: float) -> int:
    """How many frames an effect holds back, measured on silence."""
    board = Pedalboard([plugin])
    silence = np.zeros((2, SUB_BLOCK), np.float32)
    given = held = 0
    while given < LONGEST_LOOK_S * samplerate:
        returned = board.process(silence, samplerate, buffer_size=SUB_BLOCK, reset=False).shape[1]
        given += SUB_BLOCK
        held += SUB_BLOCK - returned
        if returned == SUB_BLOCK:
            break
    board.reset()
    return held
