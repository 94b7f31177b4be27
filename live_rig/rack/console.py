"""A preset made sound: its channels on a desk, each with its effects, and all its knobs.

The kit comes in as stereo, or line by line where the preset has strips; what the master gives goes back to the drums. Knobs
are turned between two sub-blocks: a number gets to its new value in `GLIDE_S`, so that no jump is heard.
"""

import time
from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np

from cython_core.desk import Desk
from cython_core.rack_ring import SUB_BLOCK, RackEnd
from live_rig.decibels import linear
from live_rig.rack.chain import LONGEST_LOOK_S, Chain
from live_rig.rack.knobs import (
    LIVE,
    all_effects,
    knobs_moved,
    knobs_of,
    named_effects,
    plugins_turned,
    turnable,
    written_values,
)
from live_rig.rack.mix import channel_gains, straight_in
from live_rig.rack.plugin_instrument import ALL_OFF, NO_MIDI, Midi, Stereo
from live_rig.rack.preset import MASTER, Channel, Effect, Gate, Preset
from live_rig.rack.setters import Turn, kind_of, setter

GLIDE_S = 0.05
SWITCH_S = 0.005  # mute, solo, polarity: at once to the ear, and no click
GLIDE_FRAMES = 16  # a knob on its way moves so often
EDITS_TAKE_S = 0.0001  # the longest that edits may keep a sub-block
FAILS_AGAIN_AFTER_S = 0.25  # NaN that comes sooner is the same failure
FAILURES = 2  # and its plugins are left out
SHUT_DB = -60.0  # a send no louder than this is shut
NAMED = 3  # strips in one sentence
NOWHERE = 999  # an input that no kit has
RESET = -1  # not a knob: forget all sound
TRY_AGAIN = -2  # nor this: take the plugins in again that were left out
NO_KNOBS: Mapping[str, float] = {}


@dataclass(slots=True)
class Glide:
    """A knob on its way."""

    now: float
    wanted: float
    steps: int


class Console:
    """A preset at one samplerate: lines of the kit in, stereo out. Without strips it takes the kit as stereo.

    allowance_frames: how far effects may look ahead. What cannot be had is left out, and `says` says so. bypassed: numbers of
    plugins, from 1 in the order of the channels, that are left out. turned: knobs that stand otherwise than it is written.
    """

    def __init__(
        self,
        preset: Preset,
        samplerate_hz: float,
        inputs: int,
        allowance_frames: int = 0,
        end: RackEnd | None = None,
        bypassed: frozenset[int] = frozenset(),
        turned: Mapping[str, float] = NO_KNOBS,
    ) -> None:
        self.preset, self.samplerate_hz, self._end = preset, samplerate_hz, end
        self._values = {**written_values(preset), **turned}
        self.lines = inputs if preset.channels else 2
        self.says: list[str] = []
        master = Channel(MASTER, "strip" if not preset.channels else "group", (1, 2), effects=preset.effects)
        moved = knobs_moved(preset) | turned.keys()
        self._channels = tuple(
            plugins_turned(channel, {knob: self._values[knob] for knob in moved}) for channel in (*preset.channels, master)
        )
        self._place = {channel.name: number for number, channel in enumerate(self._channels)}
        self._chains = self._build(allowance_frames, bypassed)
        self.desk = Desk(len(self._channels), self._longest_wait())
        self.looks = tuple(looks for chain in self._chains for looks in chain.looks)  # frames ahead, of every effect
        self._wire(inputs)
        self._knobs = list(knobs_of(preset).items())
        self._turns = [self._turn(name) for name, _ in self._knobs]
        self._glides: dict[int, Glide] = {}
        self._failures: dict[int, int] = defaultdict(int)
        self._failed_at = -FAILS_AGAIN_AFTER_S * samplerate_hz
        self._frame = 0
        self._midi: list[tuple[bytes, int]] = []  # for the instruments among the plugins, and the frame from now on of each
        self._has_instrument = any(chain.has_instrument for chain in self._chains)
        self._set_all(moved)
        self.desk.settle()
        self.reset()

    def __call__(self, heard: Stereo) -> Stereo:
        """The next frames, float32 (lines, n), n at most SUB_BLOCK -> (2, n); fewer at first where effects look ahead."""
        self.desk.begin(heard)
        midi = self._played(heard.shape[1]) if self._midi else NO_MIDI
        for place, chain in enumerate(self._chains):
            wet = chain(self.desk.block(place), midi) if chain.links else self.desk.block(place)
            if not self.desk.put(place, wet):
                if place == len(self._chains) - 1:
                    self._fail(place)
                    return np.full((2, heard.shape[1]), np.nan, np.float32)
                self._restart(place)
            self.desk.pass_on(place)
        self._frame += heard.shape[1]
        out = self.desk.result()
        if self._to_drop:
            drop = min(self._to_drop, out.shape[1])
            self._to_drop -= drop
            out = np.ascontiguousarray(out[:, drop:])
        return out

    def work(self, end: RackEnd) -> None:
        """Process all that has been posted, and take the edits that have come."""
        with end:
            self._take_edits(end)
            while (heard := end.take()) is not None:
                if self._has_instrument:
                    self._take_midi(end)
                if not end.give(self._gliding(heard) if self._glides else self(heard)):
                    self.reset()
                    end.forget()
                self._take_edits(end)

    def reset(self) -> None:
        """Forget all sound: empty delays and tails."""
        self.desk.clear()
        self._midi = []
        for place, chain in enumerate(self._chains):
            chain.reset()
            self.desk.hold_back(place, self._waits[place])
        self._to_drop = self.latency_frames

    def turn(self, knob: int, value: float, at_once: bool = False) -> None:
        """Turn a knob by its number, or RESET, or TRY_AGAIN."""
        if knob == RESET:
            self._arrive()
            self.reset()
        if knob == TRY_AGAIN:
            self._failures.clear()
            for chain in self._chains:
                chain.take_plugins_in()
        if not 0 <= knob < len(self._turns):
            return
        name, kind = self._knobs[knob]
        if not kind.low <= value <= kind.high:  # nobody who knows the knob asks for that; a NaN neither
            return
        is_switch = kind.kind is bool
        value = float(bool(value)) if is_switch else value
        if at_once or (is_switch and name.partition(".")[2] not in LIVE):
            self._values[name] = value
            self._turns[knob](value)
            return
        takes_s = SWITCH_S if is_switch else GLIDE_S
        self._glides[knob] = Glide(self._values[name], value, max(1, round(takes_s * self.samplerate_hz / GLIDE_FRAMES)))

    def plugin(self, name: str) -> tuple[Effect, Any] | None:
        """What the preset says of a plugin, and the plugin itself; None where it is not there. name: "snare.Faulty"."""
        channel, _, wanted = name.partition(".")
        place = self._place.get(channel, 0)
        effect = dict(named_effects(self._channels[place].effects)).get(wanted)
        made = self._chains[place].made.get(id(effect)) if effect and effect.type == "VST3" else None
        return (effect, made) if effect and made else None

    def look(self, plugin: str) -> None:
        """Somebody else has moved a plugin: see where its knobs stand, so that they go on from there."""
        found = self.plugin(plugin)
        for name, _ in self._knobs if found else ():
            if name.startswith(f"{plugin}.") and found:
                parameter = name.removeprefix(f"{plugin}.")
                stands = getattr(found[1], parameter)
                with suppress(ValueError):  # the plugin has a word for where it stands, and a knob has none
                    self._values[name] = float(bool(stands) if kind_of(found[1], parameter) is bool else stands)

    def _take_midi(self, end: RackEnd) -> None:
        """What the kit has sent. Where some of it was lost, all is let go first: it may have been what lets go."""
        lost, played = end.midi_lost, end.played()
        if end.midi_lost > lost:
            self._midi += [(message, 0) for message in ALL_OFF]
            self.says.append(f"{self.preset.title}: MIDI came faster than the effects could take it, and some of it was lost")
        self._midi += played

    def _played(self, frames: int) -> Midi:
        """What is played within the next frames; the rest comes that much nearer."""
        now = [(message, at) for message, at in self._midi if at < frames]
        self._midi = [(message, at - frames) for message, at in self._midi if at >= frames]
        return now

    def _build(self, allowance_frames: int, bypassed: frozenset[int]) -> list[Chain]:
        """The chains. Strips may look ahead as far as the show allows, the master as far as they leave room."""
        mark = self._end.mark if self._end else lambda _: None
        chains: list[Chain] = []
        plugin, slowest = 1, 0
        for channel in self._channels:
            title = f"{self.preset.title}: {channel.name}" if self.preset.channels else self.preset.title
            allowed = {
                "strip": allowance_frames,
                "group": allowance_frames - slowest if channel.name == MASTER else 0,
                "send": round(LONGEST_LOOK_S * self.samplerate_hz),
            }
            chain = Chain(channel.effects, self.samplerate_hz, allowed[channel.kind], title, mark, plugin, bypassed)
            plugin += sum(effect.type == "VST3" for effect in all_effects(channel.effects))
            slowest = max(slowest, chain.latency_frames) if channel.kind == "strip" else slowest
            self.says += chain.says
            chains.append(chain)
        pairs = zip(self._channels, chains, strict=True)
        self._waits = [
            slowest if channel.kind == "strip" else chain.latency_frames + self._frames(channel.number("delay_ms"))
            for channel, chain in pairs
        ]
        self.latency_frames = slowest + (chains[-1].latency_frames if self.preset.channels else 0)
        return chains

    def _longest_wait(self) -> int:
        """Frames that the desk has to hold."""
        return max(*self._waits, *(self._frames(channel.number("delay_ms")) for channel in self._channels))

    def _wire(self, inputs: int) -> None:
        missing: dict[str, list[int]] = {}
        for place, channel in enumerate(self._channels):
            if channel.inputs and channel.kind == "strip":
                there = [line - 1 for line in channel.inputs if line <= max(inputs, self.lines)]
                if beyond := [line for line in channel.inputs if line > max(inputs, self.lines)]:
                    missing[channel.name] = beyond
                self.desk.take_from(place, there or [NOWHERE], self._frames(channel.number("delay_ms")))
            if channel.name != MASTER:
                self.desk.lead_to(place, self._place[channel.to])
        if missing:
            self.says.append(f"{self.preset.title}: {wanting(missing)}, and there {'is' if inputs == 1 else 'are'} {inputs}")
        self._open_gates = {
            channel.name for channel in self._channels if channel.gate and self._never_opens(channel.gate, inputs)
        }
        for channel in self._channels:
            if channel.gate and channel.name in self._open_gates and channel.gate.key != channel.name:
                why = f"since {channel.gate.key} has no microphone here"
                self.says.append(f"{self.preset.title}: the gate of {channel.name} stays open, {why}")
        if kit := straight_in(self.preset.channels, inputs):
            self.says.append(f"{self.preset.title}: no strip hears this kit, so all of it is heard without them")
            wait = self.latency_frames - self._chains[-1].latency_frames
            self.desk.take_from(self._place[MASTER], [line - 1 for line in kit], wait)

    def _never_opens(self, gate: Gate, inputs: int) -> bool:
        """Whether nothing can come in on the strip that is to open it."""
        return not any(line <= inputs for line in self._channels[self._place[gate.key]].inputs)

    def _turn(self, knob: str) -> Turn:
        """What turning a knob does."""
        name, _, rest = knob.partition(".")
        place, channel = self._place[name], self._channels[self._place[name]]
        if rest in LIVE:
            return lambda _: self._set_gains()
        if rest.startswith("sends."):
            send = self._place[rest.removeprefix("sends.")]
            return lambda db: self.desk.set_send(place, send, linear(db) if db > SHUT_DB else 0.0)
        if rest.startswith("gate."):
            return lambda _: self._set_gate(place, channel)
        wanted, _, parameter = rest.rpartition(".")
        effect = dict(named_effects(channel.effects)).get(wanted)
        if effect is None or parameter not in turnable(effect):
            return lambda _: None
        return setter(self._chains[place].made.get(id(effect)), parameter)

    def _set_all(self, moved: Set[str]) -> None:
        """All knobs where they stand; effects already stand so, but for those that were `moved`."""
        for number, (name, _) in enumerate(self._knobs):
            is_effects = name.count(".") == 2 and name.split(".")[1] not in ("sends", "gate")
            if not is_effects or name in moved:
                self._turns[number](self._values[name])

    def _set_gains(self) -> None:
        for place, (left, right) in enumerate(channel_gains(self._channels, self._values)):
            self.desk.set_gain(place, left, right)

    def _set_gate(self, place: int, channel: Channel) -> None:
        if channel.gate is None or channel.name in self._open_gates:
            return
        value = {name: self._values[f"{channel.name}.gate.{name}"] for name in ("threshold_db", "range_db")}
        attack, hold, release = (self._values[f"{channel.name}.gate.{name}"] for name in ("attack_ms", "hold_ms", "release_ms"))
        self.desk.set_gate(
            place,
            self._place[channel.gate.key],
            linear(value["threshold_db"]),
            linear(value["range_db"]),
            self._per_frame(attack),
            self._frames(hold),
            self._per_frame(release),
        )

    def _take_edits(self, end: RackEnd) -> None:
        edit = end.next_edit()
        if edit is None:
            return
        until_s = time.perf_counter() + EDITS_TAKE_S
        while edit is not None:
            self.turn(*edit)
            edit = end.next_edit() if time.perf_counter() < until_s else None

    def _gliding(self, heard: Stereo) -> Stereo:
        """The next frames, while knobs are on their way."""
        pieces = []
        for at in range(0, heard.shape[1], GLIDE_FRAMES):
            self._glide()
            pieces.append(self(np.ascontiguousarray(heard[:, at : at + GLIDE_FRAMES])))
        return np.concatenate(pieces, axis=1)

    def _glide(self) -> None:
        """One step; frequencies by equal intervals."""
        for knob, glide in list(self._glides.items()):
            if self._knobs[knob][0].endswith("_hz") and min(glide.now, glide.wanted) > 0:
                glide.now *= (glide.wanted / glide.now) ** (1 / glide.steps)
            else:
                glide.now += (glide.wanted - glide.now) / glide.steps
            glide.steps -= 1
            if glide.steps == 0:
                glide.now = glide.wanted
                del self._glides[knob]
            self._values[self._knobs[knob][0]] = glide.now
            self._turns[knob](glide.now)

    def _arrive(self) -> None:
        """All knobs are where they are wanted, at once: while nobody listens."""
        for knob, glide in self._glides.items():
            self._values[self._knobs[knob][0]] = glide.wanted
            self._turns[knob](glide.wanted)
        self._glides.clear()
        self.desk.settle()

    def _restart(self, place: int) -> None:
        """A strip's effects gave no sound: they begin anew, and the strip was dry for a block."""
        chain = self._chains[place]
        self._fail(place)
        chain.reset()
        for held in range(chain.latency_frames, 0, -SUB_BLOCK):  # lost in the effects, and the strip is to stay at its time
            self.desk.put(place, np.zeros((2, min(held, SUB_BLOCK)), np.float32))

    def _fail(self, place: int) -> None:
        """The second time, its plugins are left out."""
        if self._frame - self._failed_at < FAILS_AGAIN_AFTER_S * self.samplerate_hz:
            return
        self._failed_at = self._frame
        self._failures[place] += 1
        if self._failures[place] >= FAILURES and self._chains[place].bypass_plugins():
            name = self._channels[place].name
            self.says.append(
                f"{self.preset.title}: the plugins of {name} failed twice and are off. Choose the preset to try them"
            )

    def _frames(self, ms: float) -> int:
        return round(ms * self.samplerate_hz / 1000)

    def _per_frame(self, ms: float) -> float:
        """The share of the way per frame that makes a time constant."""
        return min(1.0, 1000.0 / (ms * self.samplerate_hz))


def wanting(missing: Mapping[str, Sequence[int]]) -> str:
    """Who wants which inputs, in one line however many they are. missing: strip -> inputs, from 1."""
    names, lines = list(missing), sorted({line for lines in missing.values() for line in lines})
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    listed = ", ".join(map(str, lines)) if len(lines) <= NAMED else f"{lines[0]} to {lines[-1]}"
    who = f"{', '.join(names[:NAMED])}{more} want{'s' if len(names) == 1 else ''}"
    return f"{who} input{'s' if len(lines) > 1 else ''} {listed}"
