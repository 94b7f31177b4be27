"""What goes wrong while it plays, in a drummer's words: what has been unplugged, drop-outs, feedback, a silent band."""

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
MIDI_THERE = "{port} is plugged in"
STRIKES_LOST = "Some of what the kit sent by MIDI was lost while the rig stood still"
MIDI_LOST = "MIDI came faster than anybody plays: some of it was lost"
LATE = "Drop-outs: the machine is too busy"
HOWLS = "Something fed back: its output is down until it stops"
NOT_LOCKED = "Not all that sounds is locked in memory ({why}): keep other programs small, or raise the limit on locked memory"
MISSING = "The band fell silent for a moment: the disk or the machine is busy"


class Troubles:
    """Looks for them, and says them to `alerts`. device: what counts the blocks that the card asks for."""

    def __init__(self, instrument: Instrument, device: Device, card: SoundCard, midi: MidiPorts, alerts: Alerts) -> None:
        self._instrument, self._device, self._card, self._midi, self._alerts = instrument, device, card, midi, alerts
        self._lost, self._missing, self._said_not_locked = "", dict[str, str](), False

    def look(self) -> None:
        """All that has happened since the last look."""
        self._look_at_card()
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
        """An alert for as long as the device is away, one when it is back, and one for as long as it then has fewer outputs."""
        is_lost, why, back = self._card.is_lost, self._card.runs_otherwise, BACK.format(device=self._card.name)
        now = "" if not is_lost else OTHERWISE.format(why=why) if why else GONE.format(device=self._card.name)
        if now != self._lost:
            self._alerts.take_back(self._lost or back)
        if now or self._lost:
            self._alerts.say(now or back)
        self._lost = now
        if not is_lost and (missing := self._card.missing_outputs):
            numbers = " and ".join(map(str, missing))
            self._alerts.keep(FEWER.format(s="s" * (len(missing) > 1), numbers=numbers, device=self._card.name))

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
