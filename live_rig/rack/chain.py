"""A channel's effects made sound: pedalboard's effects in a row, called in sub-blocks that never grow.

pedalboard resets every effect when it gets a larger block than before (a reverb's tail is cut off), so a chain is primed
with `SUB_BLOCK` frames and never gets more. What comes out does not depend on how the frames are cut into sub-blocks, but for
Convolution (see docs/rack.md).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pedalboard
from pedalboard import Pedalboard

from cython_core.rack_ring import SUB_BLOCK
from live_rig.errors import RackError
from live_rig.rack.effects import CONTAINERS, effect_types
from live_rig.rack.impulse import fit_impulse
from live_rig.rack.knobs import all_effects
from live_rig.rack.plugin_instrument import NO_MIDI, Midi, PluginInstrument, Stereo
from live_rig.rack.plugin_loading import is_instrument
from live_rig.rack.preset import Effect
from live_rig.rack.vst3 import vst3

LONGEST_LOOK_S = 0.25  # effects that hold back more are not measured further: no stage can wait for them
SILENT_IN_BLOCKS = {"GSMFullRateCompressor"}  # pedalboard's makes nothing of blocks as short as a stage has them

NOTHING: Stereo = np.zeros((2, 0), np.float32)
Mark = Callable[[int], None]  # says which plugin is being called, from 1, and 0 when it has come back


@dataclass(slots=True)
class Link:
    """Effects that are called together: built-in ones in a row, or whatever holds one plugin. `plugin`: its number, 0: none.

    latency_frames: how much later the chain is for it; also while it is bypassed. They stand in a chain of their own inside the
    board, since a board that is reset itself forgets which side of an array is the channels: two frames of two would end it.
    """

    samplerate_hz: float
    plugin: int = 0
    instrument: PluginInstrument | None = None  # it adds to what comes in, and there are no effects
    latency_frames: int = 0
    is_bypassed: bool = False
    held: Stereo = field(default_factory=lambda: NOTHING)  # what came in while it was bypassed, and is not due yet
    effects: Any = field(default_factory=lambda: pedalboard.Chain([]))
    board: Pedalboard = field(init=False)

    def __post_init__(self) -> None:
        self.board = Pedalboard([self.effects])

    def __call__(self, heard: Stereo, frames: int, midi: Midi) -> Stereo:
        """What it makes of what comes in, of a block of `frames`. An instrument sounds whether or not something comes in."""
        if self.instrument:
            return self.instrument.added(heard, frames, midi, self.is_bypassed)
        if self.is_bypassed:
            return self._late(heard)
        if not heard.shape[1]:
            return heard
        wet: Stereo = self.board.process(heard, self.samplerate_hz, buffer_size=SUB_BLOCK, reset=False)
        return self._bridged(wet, heard.shape[1] - wet.shape[1]) if self.held.shape[1] else wet

    def reset(self) -> None:
        """Forget all sound."""
        self.held = NOTHING
        if self.instrument:
            self.instrument.reset()
        else:
            self.board.process(np.zeros((2, SUB_BLOCK), np.float32), self.samplerate_hz, buffer_size=SUB_BLOCK, reset=False)
            self.effects.reset()

    def take_in(self) -> None:
        """Call again, from silence on, what was bypassed."""
        self.is_bypassed = False
        if self.instrument:
            self.instrument.quiet()
        else:
            self.effects.reset()

    def _late(self, heard: Stereo) -> Stereo:
        """What comes in, as late as it would be through the effects."""
        if not self.latency_frames:
            return heard
        self.held = np.concatenate((self.held, heard), axis=1)
        due = max(0, self.held.shape[1] - self.latency_frames)
        out, self.held = np.ascontiguousarray(self.held[:, :due]), self.held[:, due:]
        return out

    def _bridged(self, wet: Stereo, missing: int) -> Stereo:
        """The effects have just been taken in, and return fewer frames at first: what was held comes in their place."""
        out: Stereo = np.concatenate((self.held[:, :missing], wet), axis=1)
        self.held = self.held[:, missing:]
        return out


class Chain:
    """The effects of one channel, stereo in and out. An effect that cannot be had is left out, and `says` says so.

    allowance_frames: how far they may look ahead together. first_plugin: the number of the first plugin in them.
    bypassed: numbers of plugins that are not even loaded.
    """

    def __init__(
        self,
        effects: Iterable[Effect],
        samplerate_hz: float,
        allowance_frames: int,
        title: str,
        mark: Mark,
        first_plugin: int = 1,
        bypassed: frozenset[int] = frozenset(),
    ) -> None:
        self.samplerate_hz, self.latency_frames, self._mark = samplerate_hz, 0, mark
        self._allowance_frames, self._title = allowance_frames, title
        self.says: list[str] = []
        self.links: list[Link] = []
        self.looks: list[int] = []  # frames that each effect looks ahead, those that are left out for it too
        self.made: dict[int, Any] = {}  # id of the preset's effect -> the effect itself
        for effect in effects:
            plugins = sum(inner.type == "VST3" for inner in all_effects((effect,)))
            if not bypassed.intersection(range(first_plugin, first_plugin + plugins)):
                self._add(effect, first_plugin if plugins else 0)
            first_plugin += plugins
        self.reset()

    @property
    def has_instrument(self) -> bool:
        """Whether it sounds by itself, played by the kit's MIDI."""
        return any(link.instrument for link in self.links)

    def __call__(self, heard: Stereo, midi: Midi = NO_MIDI) -> Stereo:
        """The next frames, float32 (2, n), n at most SUB_BLOCK. Effects that look ahead return fewer at first."""
        frames = heard.shape[1]
        for link in self.links:
            if link.plugin and not link.is_bypassed:
                self._mark(link.plugin)
                heard = link(heard, frames, midi)
                self._mark(0)
            else:
                heard = link(heard, frames, midi)
        return heard

    def reset(self) -> None:
        """Forget all sound: empty delays and tails."""
        for link in self.links:
            link.reset()

    def bypass_plugins(self) -> bool:
        """Leave out the plugins; the chain is as late as with them. Whether there was one to leave out."""
        ours = [link for link in self.links if link.plugin and not link.is_bypassed]
        for link in ours:
            link.is_bypassed = True
        return bool(ours)

    def take_plugins_in(self) -> None:
        """Call again, from silence on, those that were left out while they played."""
        for link in self.links:
            if link.is_bypassed:
                link.take_in()

    def _add(self, effect: Effect, plugin: int) -> None:
        made: dict[int, Any] = {}
        self._mark(plugin)
        try:
            built = build(effect, made, self.says)
            instrument = PluginInstrument(built, self.samplerate_hz) if is_instrument(built) else None
            looks = self._made_up_for(instrument) if instrument else look_ahead_frames(built, self.samplerate_hz)
            self.looks.append(instrument.latency_frames if instrument else looks)
        except (RackError, ValueError, RuntimeError, OSError) as error:
            self.says.append(f"{self._title} plays without {called(effect)}: {error}")
            return
        finally:
            self._mark(0)
        if self.latency_frames + looks > self._allowance_frames:
            longest = LONGEST_LOOK_S * self.samplerate_hz
            ms, allowed = 1000 * min(looks, longest) / self.samplerate_hz, 1000 * self._allowance_frames / self.samplerate_hz
            why = f"it holds the drums back {'more than ' * (looks > longest)}{ms:.1f} ms, and {allowed:.1f} ms are allowed"
            as_send = ". It can be a send" if self._allowance_frames < looks <= longest else ""
            self.says.append(f"{self._title} plays without {called(effect)}: {why}{as_send}")
            return
        self.latency_frames += looks
        self.made |= made
        if plugin or not self.links or self.links[-1].plugin:
            self.links.append(Link(self.samplerate_hz, plugin, instrument))
        self.links[-1].latency_frames += looks
        if not instrument:
            self.links[-1].effects.append(built)

    def _made_up_for(self, instrument: PluginInstrument) -> int:
        """Frames that the chain is later for an instrument. It plays beside what is before it, so the later of the two counts.

        What the show does not allow is not made up for: late is better than silent, since nothing else is heard of the kit.
        """
        late, allowed = instrument.latency_frames, self._allowance_frames
        instrument.made_up_frames = min(late, allowed)
        if late > allowed:
            late_ms, allowed_ms = 1000 * late / self.samplerate_hz, 1000 * allowed / self.samplerate_hz
            self.says.append(
                f"{self._title}: {instrument.plugin.name} sounds {late_ms - allowed_ms:.1f} ms late: "
                f"it looks {late_ms:.1f} ms ahead, and {allowed_ms:.1f} ms are allowed"
            )
        return max(0, instrument.made_up_frames - self.latency_frames)


def called(effect: Effect) -> str:
    """An effect as the stage speaks of it: a plugin by its name."""
    return effect.plugin or effect.path.stem if effect.type == "VST3" and effect.path else effect.type


def build(effect: Effect, made: dict[int, Any] | None = None, says: list[str] | None = None) -> Any:
    """The effect itself; `made` keeps it and those inside it, `says` what is to be known. RackError when it cannot be had."""
    built = _built(effect, made, says)
    if made is not None:
        made[id(effect)] = built
    return built


def _built(effect: Effect, made: dict[int, Any] | None, says: list[str] | None) -> Any:
    if effect.type in CONTAINERS:
        inside = [build(inner, made, says) for inner in effect.effects]
        if any(map(is_instrument, inside)):
            do = "Let it be an effect of its own, before them"
            raise RackError("An instrument cannot stand inside others", where=effect.type, do=do)
        return CONTAINERS[effect.type](inside)
    if effect.type in SILENT_IN_BLOCKS:
        do = "Use Bitcrush, or a Resample as a send"
        raise RackError("It is silent where sound comes in short blocks, as on stage", where=effect.type, do=do)
    if effect.type == "VST3":
        return vst3(effect, says if says is not None else [])
    values = dict(effect.values)
    if effect.path is not None:
        values["impulse_response_filename"] = fit_impulse(effect.path)
    try:
        return effect_types()[effect.type].build(values)
    except (ValueError, RuntimeError, OSError) as error:
        raise RackError(f"{effect.type} cannot be made: {error}", where=effect.type, do="Change its parameters") from error


def look_ahead_frames(plugin: Any, samplerate_hz: float) -> int:
    """How many frames an effect holds back, measured on silence. Some plugins only know it once they have been reset."""
    board = Pedalboard([plugin])
    silence = np.zeros((2, SUB_BLOCK), np.float32)
    board.process(silence, samplerate_hz, buffer_size=SUB_BLOCK, reset=False)
    board.reset()
    given = held = 0
    while given < LONGEST_LOOK_S * samplerate_hz:
        returned = board.process(silence, samplerate_hz, buffer_size=SUB_BLOCK, reset=False).shape[1]
        given += SUB_BLOCK
        held += SUB_BLOCK - returned
        if returned == SUB_BLOCK:
            break
    board.reset()
    return held
