"""The engine: a show, a device and the instrument between them; the only module that knows all parts.

    engine = Engine(show, Setup(...)); engine.start(); engine.do("start", ""); engine.state(); engine.close()

Sound is made in the device's thread (PortAudio's, JACK's, or the virtual device's), the band in the renderers', the effects in
processes of their own. What is left for Python is what may wait: commands, words, and watching over the rest.
"""

import logging
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from threading import RLock
from typing import Any

from cython_core.authority import Leader
from cython_core.callback import Device
from cython_core.entry import Listening
from cython_core.exchange import EventKind, NoticeKind
from cython_core.mix import CLICK, TALK
from cython_core.transport import State
from live_rig.alerts import Alerts
from live_rig.audio.device import JACK, AudioDevice, find_device
from live_rig.audio.jack_pedals import JackPedals
from live_rig.audio.midi_ports import MidiPorts
from live_rig.audio.midi_routing import Routing
from live_rig.audio.pads import open_pads
from live_rig.audio.recording import read_drums
from live_rig.audio.sound_card import VIRTUAL_BLOCK, SoundCard
from live_rig.audio.voice import Voice
from live_rig.band.lost_stems import WRITTEN_ANEW
from live_rig.band.renderer import renderers
from live_rig.conducting.cues import Sent, events_of, events_of_no_song, midi_event, pad_event
from live_rig.conducting.octaves import FASTER, refuse_octave
from live_rig.conducting.taps import Taps
from live_rig.conducting.written_presets import WrittenPresets, is_decided, presets_of, section_after
from live_rig.control.protocol import Desk, MixLevel, StageState
from live_rig.errors import RigError, ShowError
from live_rig.instrument import Instrument, most_for, spare_for
from live_rig.listeners import Listeners
from live_rig.plugs import channels, plugged
from live_rig.rack.colour import COMMANDS as COLOUR_COMMANDS
from live_rig.rack.colour import Colour
from live_rig.rack.plugin_instrument import ALL_OFF
from live_rig.rack.supervisor import Rack
from live_rig.repertoire import close
from live_rig.running_order import RunningOrder
from live_rig.sheet_watch import SheetWatch
from live_rig.show.command import parse_command
from live_rig.show.mix import in_words
from live_rig.show.setlist import Show
from live_rig.show.song import Song
from live_rig.song_change import SongChange
from live_rig.stage_state import Surroundings, stage_state
from live_rig.troubles import Troubles
from live_rig.watch import Watch
from live_rig.wiring import Wiring

MAX_BLOCK = 4096  # frames; a device that asks for more is served in pieces
VIRTUAL_RATE_HZ = 48_000
SAID_LASTS_S = 8.0  # words of the conductor's, on the stage
SONGS_LOOKED_AFTER_S = 1.0  # so often files are looked for, and songs let go
ENDS_WITHIN_S = 3.0  # for threads that wait for nothing but a disk
CHANGES = ("song", "next-song", "previous-song", "key", *COLOUR_COMMANDS)  # what takes more than one step: one at a time
BEGINS = ("start", "count-in", "band-in", "re-enter")  # what makes the song sound that is loaded
# What a show without songs carries out, too.
ABOUT_NO_SONG = ("panic", "pad", "pads-off", "talkback", "mix", "click", "say", *COLOUR_COMMANDS)
PRESETS = "presets"  # what their faults are said of
TALKING = "The talkback is open"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Setup:
    """What the command line says. None: what the show says, else what the device likes."""

    device: str | None = None
    drums: Path | None = None  # a recording in place of the inputs
    midi_in: tuple[str, ...] = ()  # ports, each by a part of its name
    extra: Wiring | None = None  # outputs beyond the device's, for a recording of the buses
    capture_s: float = 0.0


class Engine:
    """A show on a device. Raises RigError from the start when the device, the stems or the drums will not do."""

    def __init__(self, show: Show, setup: Setup) -> None:
        self.show = show
        self.audio_device: AudioDevice | None = find_device(setup.device or show.audio.device)
        self.samplerate_hz = float(
            show.audio.samplerate or (self.audio_device.samplerate_hz if self.audio_device else VIRTUAL_RATE_HZ)
        )
        inputs, outputs = channels(show, self.audio_device, is_fed=setup.drums is not None)
        wiring = plugged(show, self.audio_device, inputs, outputs)
        if setup.extra is not None:
            wiring = wiring.and_also(setup.extra)
        feed = read_drums(setup.drums, self.samplerate_hz) if setup.drums else None
        self._block_frames = show.audio.block or VIRTUAL_BLOCK
        self._is_fed = setup.drums is not None
        self.alerts = Alerts()
        self._handover: Mapping[str, Any] | None = None
        self._is_talking, self._said = False, (0.0, "")
        self._taps = Taps()
        self._turn = RLock()  # of whoever changes the song or the colour: the door, a pedal in MIDI's thread
        self._listeners = Listeners(wiring, has_pads=bool(show.pads), talkback=show.talkback)
        self._desk = Desk()
        self._desk_of: tuple[Desk, tuple[MixLevel, ...]] = self._desk, ()  # what it is made of: the rack's, and the mixes
        allowance_frames = round(show.audio.look_ahead_ms / 1000 * self.samplerate_hz)
        self.rack = Rack.start(None, self.samplerate_hz, wiring.inputs, MAX_BLOCK, allowance_frames)
        with ExitStack() as opened:
            opened.callback(self.rack.close)  # its processes are not to outlive what cannot play
            self.colour = Colour(self.rack, show.presets, show.folder)
            self._written_presets = WrittenPresets(self.colour.switch)
            voice = Voice.of_show(show.folder)
            self.instrument = self._open_instrument(wiring, voice)
            self.click_on = any("click" in (mix.hears or {}) for mix in show.mixes)  # who writes it down wants to hear it
            self.instrument.send([Sent(EventKind.BUS, float(self.click_on), CLICK)])
            self._begun: Song | None = None
            self._heard_from_frame = 0  # until then what is told of the song's place is of the song before
            self.order = RunningOrder(show, self.instrument, voice, self._begin, self.alerts, waits=False)
            opened.callback(self.order.repertoire.close)
            self._song_change = SongChange(self.order, self.instrument, self._turn, self._listen, self.alerts.say)
            opened.callback(self._song_change.close)
            self._renderers = renderers(self.instrument.band)
            for loop in self._renderers:
                opened.callback(loop.stop)
            self._routing = Routing(show.pedals, self._press, self._strike, self._play)
            self._on_jack: JackPedals | None = None
            if self.audio_device is not None and self.audio_device.host == JACK:
                self._on_jack = JackPedals(self._routing)
                opened.callback(self._on_jack.close)
            pedals = self._on_jack.pedals if self._on_jack else None
            capture_frames = round(setup.capture_s * self.samplerate_hz)
            self.device = Device(self.instrument.rig, inputs, outputs, feed, capture_frames, pedals)
            self.card = SoundCard(
                self.device,
                self.audio_device,
                self.samplerate_hz,
                (inputs, outputs),
                show.audio.block,
                setup.midi_in,
                most_for(self._spare_frames(), self.samplerate_hz),
                self._make_up_for,
            )
            opened.callback(self.card.close)
            if show.songs:
                self.order.load_first()  # before MIDI: what a kit sends until it plays waits in the same ring, which has an end
            self.midi = MidiPorts(setup.midi_in, self._routing, self.card, self._let_go)
            opened.callback(self.midi.close)
            self._sheet = SheetWatch(show, self.alerts)
            self._troubles = Troubles(self.instrument, self.device, self.card, self.midi, self.alerts)
            self._beside = [
                Watch("decoding", self._prepare_anew, SONGS_LOOKED_AFTER_S, at_first=self._prepare_the_rest),
                Watch("song watch", self._look_after_songs, SONGS_LOOKED_AFTER_S),
            ]
            self._opened = opened.pop_all()

    @property
    def song(self) -> Song | None:
        """The song that is loaded."""
        return self.order.song

    @property
    def device_name(self) -> str:
        """What the sound goes to."""
        return self.card.name

    def start(self) -> None:
        """Let it sound."""
        for loop in self._renderers:
            loop.start()
        self._make_up_for(self.card.latencies_s())
        self.card.start()
        self.midi.start()
        if self.show.songs:
            self.do("gives-way", self.show.gives_way)
            self._listen()
        for beside in self._beside:
            beside.start()

    def close(self) -> None:
        """Silence, and every thread and process gone."""
        self.order.repertoire.leave_off()
        for beside in self._beside:
            beside.leave_off()
        for beside in self._beside:  # what is still at work in a library when Python ends takes the process down
            beside.close(ENDS_WITHIN_S)
        self._opened.close()

    @property
    def is_lost(self) -> bool:
        """Whether the device has gone, and the clock plays in its place."""
        return self.card.is_lost

    @property
    def stroke_ms(self) -> float:
        """From a stroke to its sound: as the device tells its latencies, and what the rig adds."""
        rig_frames = self.instrument.drums.delay_frames + self.instrument.rig.guard_delay_frames
        return 1e3 * (sum(self.card.latencies_s()) + rig_frames / self.samplerate_hz)

    @property
    def hears(self) -> str:
        """Who hears what on which outputs, in words."""
        return in_words(self.instrument.wiring.mixes, self.show.buses, bool(self.show.pads))

    def now_s(self) -> float:
        """Seconds played so far."""
        return float(self.instrument.exchange.snapshot()["frame"] / self.samplerate_hz)

    def drums_to_line_frames(self) -> int:
        """From a fed stroke's frame to the output frame, before the guard, at which it is heard: its way through the rack."""
        return self.instrument.drums.delay_frames if self._is_fed else 0

    def do(self, command: str, value: str) -> str:
        """Carry out a command, in words. RigError where it cannot be."""
        try:
            command, value = parse_command(f"{command} {value}")
        except ValueError as error:
            what, do = error.args
            raise ShowError(str(what), where="command", do=str(do)) from None
        song = self.song
        if song is None and command not in ABOUT_NO_SONG:
            raise ShowError("This show has no songs", where=f"{self.show.folder}/show.toml", do="Add one: live-rig add-song")
        if command in CHANGES or (command in ("next", "previous") and not self._is_playing):
            with self._turn:
                return self._change(command, value)
        if command in BEGINS and not self._is_playing:
            self._song_change.refuse_to_begin()
        if command == "unqueue" and song is not None:
            self._song_change.let_none_come()
            waits = self.instrument.exchange.snapshot()["key_waits"]
            self.order.keys.take_back(song, is_waiting=bool(waits))
        if command in ("panic", "pads-off"):
            self._let_go()
        if command == "tap":
            self._taps.refuse_hasty(time.monotonic())
        if command in FASTER:
            refuse_octave(command, self.instrument.exchange.snapshot())
        if command == "say":
            self._said = (time.monotonic() + SAID_LASTS_S, value)
        if command == "pad":
            self.instrument.send([pad_event(value, self.show.pads)])
        if command == "talkback":
            return self._talk(value)
        if command == "mix":
            self.instrument.send(self._listeners.turn(value))
        self.instrument.send(events_of(command, value, song) if song else events_of_no_song(command, value))
        if command == "click":
            self.click_on = value == "on"
        if command == "panic":
            with self._turn:  # after the sends, which wait for nobody
                self.colour.hush()
        if command in BEGINS:
            self._bring_back_colour()
        return command

    def state(self) -> StageState:
        """All that a window shows, now. To be asked for as often as the door does: what follows from what has happened since,
        such as the song's next preset or a song that is late, is done here, in the thread of whoever asks.
        """
        self._watch()
        around = Surroundings(
            show=replace(self.order.show, pedals=self._routing.pedals),
            song=self.song,
            song_number=self.order.number,
            samplerate_hz=self.samplerate_hz,
            device=self.device_name,
            counts=self.device.counts,
            blocks_dry=self.instrument.drums.blocks_dry,
            preset=self.colour.sounds,
            coming=self.colour.coming,
            effects=self.rack.status(),
            click_on=self.click_on,
            handover=self._handover,
            alerts=self._song_change.still_to_come + self.alerts.now(),
            wiring=self.instrument.wiring,
            hears=self.hears,
            said=self._said[1] if time.monotonic() < self._said[0] else "",
            keys=self.order.keys,
        )
        waited = self.rack.waits_for_bar
        now = self.instrument.exchange.snapshot()
        state = stage_state(now, around)
        self._follow_song(now, state.section, waited)
        return state

    def desk(self) -> Desk:
        """How the kit sounds, who hears what, and what can be turned; the same object until something has changed."""
        of = self.colour.desk(), self._listeners.levels
        if any(new is not old for new, old in zip(of, self._desk_of, strict=True)):
            self._desk, self._desk_of = of[0].model_copy(update={"mixes": of[1]}), of
        return self._desk

    def _watch(self) -> None:
        """What has happened since the last look."""
        for notice in self.instrument.exchange.notices():
            if notice["kind"] in (NoticeKind.HANDOVER, NoticeKind.BACK_ON_BEAT):
                self._handover = notice
            if notice["kind"] == NoticeKind.NEXT_SONG:
                with self._turn:
                    self.order.went_on_to(int(notice["value"]))
            if notice["kind"] == NoticeKind.ENDED:
                with self._turn:
                    self._song_change.go_on_late(notice["value"])
        for words in self.rack.alerts():
            self.alerts.say(words)
        if self._is_talking:
            self.alerts.keep(TALKING)
        self._troubles.look()

    def _open_instrument(self, wiring: Wiring, voice: Voice) -> Instrument:
        """With the show's pads, and the drums of the rack; its outputs are limited unless the show says otherwise."""
        instrument = Instrument(
            self.rack.drums,
            self.samplerate_hz,
            wiring,
            MAX_BLOCK,
            spare_frames=self._spare_frames(),
            pads=open_pads(self.show.pads, self.show.folder, self.samplerate_hz, MAX_BLOCK),
            voice=voice,
        )
        if self.show.audio.limiter == "off":
            for output in range(instrument.outputs):
                instrument.rig.set_limiter(output, False)
        return instrument

    def _make_up_for(self, latencies_s: tuple[float, float]) -> None:
        """Make up for the card's latencies, (input, output) in seconds; while nothing plays."""
        self.instrument.rig.at(*latencies_s)

    def _spare_frames(self) -> int:
        """For the blocks that are to be expected: asked for, or else no longer than the device's output latency."""
        if self.show.audio.block or self.audio_device is None:
            return spare_for(self._block_frames, self.samplerate_hz)
        latency_frames = round(self.audio_device.output_latency_ms / 1e3 * self.samplerate_hz)
        return spare_for(max(self.audio_device.block_frames, latency_frames), self.samplerate_hz)

    def _talk(self, value: str) -> str:
        """Open or shut the talkback microphone; it stays so."""
        if self.instrument.wiring.talk_input < 0:
            what = "There is no talkback" if self.show.talkback is None else "There are no inputs here to speak into"
            do = "Write [talkback] with its input" if self.show.talkback is None else "Play on a sound card, with no recording"
            raise ShowError(what, where=f"{self.show.folder}/show.toml", do=do)
        is_open = value == "on" if value else not self._is_talking
        self.instrument.send([Sent(EventKind.BUS, float(is_open), TALK)])
        self._is_talking = is_open
        return "talkback on" if self._is_talking else "talkback off"

    @property
    def _is_playing(self) -> bool:
        return bool(self.instrument.exchange.snapshot()["state"] == State.PLAYING)

    def _change(self, command: str, value: str) -> str:
        """One of CHANGES, in its turn."""
        if command in COLOUR_COMMANDS:
            return self.colour.do(command, value)
        if command == "key":
            return self.order.change_key(value)
        if command == "song":
            return self._song_change.go_to(self.order.number_of(value))
        return self._song_change.step(1 if command.startswith("next") else -1)

    def _listen(self, leader: int = Leader.DRUMMER) -> None:
        """Let the drummer begin. leader: who has the tempo then."""
        self.instrument.send([Sent(EventKind.LISTEN, Listening.FOR_THE_CUE, leader)])
        self._bring_back_colour()

    def _bring_back_colour(self) -> None:
        """What a panic took off the kit. A preset that cannot be had is said, and no reason not to begin."""
        if not self.colour.hushed:
            return
        with self._turn:
            try:
                self.colour.come_back()
            except RigError as error:
                self.alerts.say(str(error))

    def _prepare_the_rest(self) -> None:
        """Let every preset stand ready, and decode the other songs, so that none is waited for."""
        try:
            faults = self.colour.keep_ready([preset for song in self.show.songs for preset in presets_of(song)])
            self.alerts.say_of(PRESETS, *faults)
        finally:
            self.order.repertoire.decode(self.order.songs)

    def _prepare_anew(self) -> None:
        """Decode what has been written anew, and take the songs in the order in which they are written now."""
        faults = self.colour.keep_as_written()
        if faults is not None:
            self.alerts.say_of(PRESETS, *faults)
        self.order.repertoire.decode_anew(self.order.songs)
        songs = self._sheet.look(self.order.songs)
        self._take_pedals(self._sheet.pedals)
        if songs is not None:
            with self._turn:
                is_first = self.song is None
                self.order.arrange(songs)
                if is_first:
                    self._begin_set()
                self._song_change.keep_to(songs)
            self.order.repertoire.decode(songs)

    def _take_pedals(self, pedals: Mapping[str, str]) -> None:
        """What is pressed means this from now on."""
        if pedals != self._routing.pedals:
            self._routing.pedals = pedals
            if self._on_jack is not None:
                self._on_jack.know_again()

    def _begin_set(self) -> None:
        """The set, which was empty, has songs: here is the first."""
        try:
            self.do("gives-way", self.show.gives_way)
            self._song_change.go_to(0)
        except RigError as error:
            self.alerts.say(str(error))

    def _look_after_songs(self) -> None:
        """Say which stem has been lost, let the first song come, if that could not be, and let go of songs far away. In a
        thread of its own: a disk may take its time.
        """
        for words in self.order.repertoire.lost_stems(self.song) if self.song else []:
            self.alerts.say(words)
        with self._turn:
            self._song_change.try_again()
            self.order.look_ahead()
            far_away = self.order.let_go()
        close(far_away)

    def _begin(self, song: Song) -> None:
        """Another song is the one that is played. A preset that cannot be had is said, and no reason not to play."""
        self._handover = None
        if self._begun:
            self.alerts.take_back(WRITTEN_ANEW.format(title=self._begun.title))
        self._begun = song
        taken_by = self.instrument.exchange.snapshot()["frame"] + MAX_BLOCK
        self._heard_from_frame = taken_by + self.instrument.band.ahead_frames
        try:
            self._written_presets.begin(song, self.colour.name)
        except RigError as error:
            self.alerts.say(str(error))

    def _follow_song(self, now: Mapping[str, Any], section: str, waited: bool) -> None:
        """What the song is written to sound like. A preset that cannot be had is said, and the one that is heard goes on.

        waited: for its bar line, before `now`, did a preset that was called. It comes with what it is to be like from there on.
        While somebody else changes the song or the colour nothing is done, nor while the song before is still heard: the next
        look is near, and a picture is not to wait.
        """
        if now["frame"] < self._heard_from_frame or not self._turn.acquire(blocking=False):
            return
        try:
            if self.song is not None:
                self._written_presets.follow(self.song, now)
                if (waited or self.rack.waits_for_bar) and now["state"] == State.PLAYING:
                    if is_decided(self.song, now):
                        return
                    section = section_after(self.song, now)
            self.colour.enter(section)
        except RigError as error:
            self.alerts.say(str(error))
        finally:
            self._turn.release()

    def _press(self, command: str) -> None:
        """A pedal, in MIDI's thread."""
        word, _, value = command.partition(" ")
        try:
            self.do(word, value)
        except RigError as error:
            self.alerts.say(str(error))
        except Exception:  # whatever it was, the next pedal is to be heard
            log.exception("The command %s failed", command)
            self.alerts.say(f"{word} failed inside the engine; its log says more")

    def _strike(self, note: int, velocity: int) -> None:
        """A pad of an electronic kit, in MIDI's thread."""
        self.instrument.strike(Sent(EventKind.NOTE, note, velocity))

    def _let_go(self) -> None:
        """Nothing is held any more on any of the instruments among the plugins."""
        self.instrument.send([midi_event(message) for message in ALL_OFF])

    def _play(self, message: Sequence[int]) -> None:
        """Whatever an electronic kit sends, for the instruments among the plugins, in MIDI's thread."""
        self.instrument.strike(midi_event(message))
