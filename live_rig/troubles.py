"""What goes wrong while it plays, in a drummer's words: what has been unplugged, drop-outs, feedback, a silent band."""

import time
from dataclasses import dataclass

from cython_core.callback import Device
from cython_core.memory import not_locked
from live_rig.alerts import Alerts
from live_rig.audio.midi_ports import MidiPorts
from live_rig.audio.sound_card import SoundCard
from live_rig.instrument import Instrument

GONE = "No sound: {device} has gone, and the song goes on. Plug it in: it comes back by itself"
OTHERWISE = "No sound, and the song goes on: {why}"
BACK = "{device} is back"
FEWER = "Nothing is heard on output{s} {numbers}: {device} has fewer than before"
DEAF = "Nothing comes in on input{s} {numbers}: {device} has fewer than before"
OTHER_BLOCK = (
    "{device} takes {now} frames at a time now, not {before}: a stroke is heard {ms:.1f} ms {later}, and the band keeps to that"
)
TAKEN_BACK = "{device} was to take {wanted} frames at a time, too many for the band: it is back at {now}"
TOO_LARGE = "{device} takes {wanted} frames at a time, too many for the band, which will have gaps: set it to fewer"
SETTLES_S = 2.0  # a server changes its block, and its latencies a moment later
MIDI_THERE = "{port} is plugged in"
STRIKES_LOST = "Some of what the kit sent by MIDI was lost while the rig stood still"
MIDI_LOST = "MIDI came faster than anybody plays: some of it was lost"
LATE = "Drop-outs: the machine is too busy"
HOWLS = "Something fed back: its output is down until it stops"
NOT_LOCKED = "Not all that sounds is locked in memory ({why}): keep other programs small, or raise the limit on locked memory"
MISSING = "The band fell silent for a moment: the disk or the machine is busy"


@dataclass(frozen=True, slots=True)
class Delay:
    """How long a stroke is on its way to the ear, in s, without what the rig adds whatever the block; 0 frames: not known."""

    block_frames: int
    takes_s: float


class Troubles:
    """Looks for them, and says them to `alerts`. device: what counts the blocks that the card asks for."""

    def __init__(self, instrument: Instrument, device: Device, card: SoundCard, midi: MidiPorts, alerts: Alerts) -> None:
        self._instrument, self._device, self._card, self._midi, self._alerts = instrument, device, card, midi, alerts
        self._lost, self._missing, self._said_not_locked = "", dict[str, str](), False
        self._way = self._way_before = Delay(0, 0.0)
        self._since_s = 0.0

    def look(self) -> None:
        """All that has happened since the last look."""
        self._look_at_card()
        self._look_at_block()
        self._look_at_midi()
        self._look_at_memory()
        if self._card.audio_device:  # nobody hears the virtual one drop out
            self._alerts.say_if_grown(LATE, self._device.counts["late"])
        self._alerts.say_if_grown(STRIKES_LOST, self._instrument.strikes_lost)
        self._alerts.say_if_grown(HOWLS, self._instrument.rig.howls)
        self._alerts.say_if_grown(MISSING, self._instrument.exchange.snapshot()["band_frames_missing"])

    def _look_at_memory(self) -> None:
        """Say it once in an evening: it plays all the same, but what is not locked may be swapped out."""
        why = not_locked()
        if why and not self._said_not_locked:
            self._said_not_locked = True
            self._alerts.say(NOT_LOCKED.format(why=why))

    def _look_at_card(self) -> None:
        """An alert for as long as the device is away, one when it is back, and one for as long as it then has fewer plugs."""
        is_lost, why, back = self._card.is_lost, self._card.runs_otherwise, BACK.format(device=self._card.name)
        now = "" if not is_lost else OTHERWISE.format(why=why) if why else GONE.format(device=self._card.name)
        if now != self._lost:
            self._alerts.take_back(self._lost or back)
        if now or self._lost:
            self._alerts.say(now or back)
        self._lost = now
        for words, missing in ((DEAF, self._card.missing_inputs), (FEWER, self._card.missing_outputs)):
            if missing and not is_lost:
                numbers = " and ".join(map(str, missing))
                self._alerts.keep(words.format(s="s" * (len(missing) > 1), numbers=numbers, device=self._card.name))

    def _look_at_block(self) -> None:
        """How long the sound is on its way since somebody has changed the server's block, or would have."""
        card = self._card
        if wanted := card.too_large_frames:
            self._alerts.take_back(MISSING)  # it is neither the disk nor the machine
            words = TOO_LARGE if wanted == card.block_frames else TAKEN_BACK
            self._alerts.keep(words.format(device=card.name, wanted=wanted, now=card.block_frames))
        way = Delay(card.block_frames, sum(card.made_up_s) + card.block_frames / self._instrument.samplerate_hz)
        if way.block_frames and not self._way_before.block_frames:
            self._way = self._way_before = way
        elif way != self._way:
            self._way, self._since_s = way, time.monotonic()
        elif way.block_frames and way != self._way_before and time.monotonic() - self._since_s > SETTLES_S:
            if way.block_frames != self._way_before.block_frames:
                self._alerts.say(in_other_blocks(card.name, self._way_before, way))
            self._way_before = way

    def _look_at_midi(self) -> None:
        """The same for each of the ports that were asked for."""
        missing = dict(self._midi.missing)
        for port in sorted(missing | self._missing):
            there = MIDI_THERE.format(port=port)
            if (before := self._missing.get(port)) not in (None, missing.get(port)):
                self._alerts.take_back(before)
            if port in missing:
                self._alerts.take_back(there)
            self._alerts.keep(missing.get(port, there))
        self._missing = missing
        self._alerts.say_if_grown(MIDI_LOST, self._device.counts["midi_lost"])


def in_other_blocks(device: str, before: Delay, now: Delay) -> str:
    """What it means to a drummer that a server's block is another."""
    ms = 1e3 * (now.takes_s - before.takes_s)
    return OTHER_BLOCK.format(
        device=device, now=now.block_frames, before=before.block_frames, ms=abs(ms), later="later" if ms > 0 else "sooner"
    )
