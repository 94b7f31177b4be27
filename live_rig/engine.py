"""The engine: a show, a device and the instrument between them; the only module that knows all parts.

    engine = Engine(show, Setup(...)); engine.start(); asyncio.run(engine.serve(port))

Sound is made in PortAudio's thread (or the virtual device's), the band in the renderer's, the effects in their own processes.
What is left for Python is what may wait: commands, words, and watching over the rest.
"""

import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Event, Thread
from typing import Any

from cython_core.authority import Leader
from cython_core.callback import Device
from cython_core.exchange import EventKind, NoticeKind
from cython_core.mix import CLICK, TALK
from cython_core.stem_bank import Stems
from cython_core.transport import Listening, State
from live_rig.audio.device import AudioDevice, find_device
from live_rig.audio.jack_stream import JackStream
from live_rig.audio.lifeline import Lifeline
from live_rig.audio.midi_in import MidiIn, Routing
from live_rig.audio.pads import open_pads
from live_rig.audio.recording import read_drums
from live_rig.audio.stream import JACK, RigStream, open_stream
from live_rig.audio.timer import TimerStream
from live_rig.audio.voice import Voice
from live_rig.band.keys import in_key, key_of
from live_rig.band.renderer import renderers
from live_rig.conducting.cues import Sent, events_of, midi_event, mix_events, pad_event
from live_rig.conducting.taps import Taps
from live_rig.conducting.written_presets import WrittenPresets, presets_of
from live_rig.control.protocol import Desk, StageState
from live_rig.errors import RigError, ShowError
from live_rig.instrument import Instrument, spare_for
from live_rig.rack.colour import COMMANDS as COLOUR_COMMANDS
from live_rig.rack.colour import Colour
from live_rig.rack.plugin_instrument import ALL_OFF
from live_rig.rack.supervisor import Rack
from live_rig.repertoire import Repertoire
from live_rig.show.command import parse_command
from live_rig.show.mix import in_words
from live_rig.show.setlist import Show
from live_rig.show.song import Song
from live_rig.stage_state import Surroundings, stage_state
from live_rig.wiring import Wiring, wired

MAX_BLOCK = 4096  # frames; a device that asks for more is served in pieces
VIRTUAL_RATE_HZ = 48_000
VIRTUAL_BLOCK = 256  # frames: nobody plays to it by ear, and on a weak machine it drops out less than 64
ALERT_LASTS_S = 12.0
SAID_LASTS_S = 8.0  # words of the conductor's, on the stage
STEMS_LOOKED_AFTER_S = 1.0  # so often their files are looked for
TALKING = "The talkback is open"
GONE = "No sound: {device} has gone, and the song goes on. Plug it in: it comes back by itself"


@dataclass(frozen=True, slots=True)
class Setup:
    """What the command line says. None: what the show says, else what the device likes."""

    device: str | None = None
    drums: Path | None = None  # a recording in place of the inputs
    midi_in: str | None = None
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
        inputs, outputs = self._channels(setup)
        kit_inputs = max([1, inputs, *(pad.input for pad in show.pads if pad.input)])
        wiring = wired(kit_inputs, outputs, show.mixes, show.buses)
        if setup.extra is not None:
            wiring = wiring.and_also(setup.extra)
        wiring = self._with_talkback(wiring.heard_by(self._lines(inputs)), inputs)
        feed = read_drums(setup.drums, self.samplerate_hz) if setup.drums else None
        self._block_frames = show.audio.block or VIRTUAL_BLOCK
        allowance_frames = round(show.audio.look_ahead_ms / 1000 * self.samplerate_hz)
        self.rack = Rack.start(None, self.samplerate_hz, wiring.inputs, MAX_BLOCK, allowance_frames)
        self.colour = Colour(self.rack, show.presets, show.folder)
        try:
            pads = open_pads(show.pads, show.folder, self.samplerate_hz, MAX_BLOCK)
        except RigError:
            self.rack.close()
            raise
        self.voice = Voice.of_show(show.folder)
        self.instrument = Instrument(
            self.rack.drums,
            self.samplerate_hz,
            wiring,
            MAX_BLOCK,
            spare_frames=self._spare_frames(),
            pads=pads,
            voice=self.voice,
        )
        self.is_talking = False
        self._taps = Taps()
        for output in range(self.instrument.outputs if show.audio.limiter == "off" else 0):
            self.instrument.rig.set_limiter(output, False)
        self.device = Device(self.instrument.rig, inputs, outputs, feed, round(setup.capture_s * self.samplerate_hz))
        self._is_fed = setup.drums is not None
        self._renderers = renderers(self.instrument.band)
        self.repertoire = Repertoire(show, self.samplerate_hz, self.voice, self._in_new_key, self.alert)
        self._written_presets = WrittenPresets(self.colour.switch)
        self._is_closing = Event()
        self._song_number = 0
        self.alerts: deque[tuple[float, str]] = deque(maxlen=8)
        self.happened: list[dict[str, Any]] = []
        self._said = (0.0, "")
        self.click_on = any("click" in (mix.hears or {}) for mix in show.mixes)  # who writes it down wants to hear it
        self.instrument.send([Sent(EventKind.BUS, float(self.click_on), CLICK)])
        self._told: dict[str, int] = {}
        self._was_lost = False
        try:
            self._stream = self._open(inputs, outputs)
            self._lifeline = (
                Lifeline(self.device, self._stream, self._block_frames, partial(self._open_anew, inputs, outputs))
                if self.audio_device
                else None
            )
            routing = Routing(show.pedals, self._press, self._strike, self._play)
            self._midi = MidiIn(setup.midi_in, routing) if setup.midi_in else None
            if show.songs:
                self._load(0)
        except RigError:
            self.rack.close()  # its processes are not to outlive what cannot play
            raise

    @property
    def song(self) -> Song | None:
        """The song that is loaded."""
        return self.show.songs[self._song_number] if self.show.songs else None

    @property
    def song_number(self) -> int:
        """Its place in the set, from 0."""
        return self._song_number

    @property
    def device_name(self) -> str:
        """What the sound goes to."""
        return self.audio_device.name if self.audio_device else "virtual device (no sound card)"

    def start(self) -> None:
        """Let it sound."""
        for loop in self._renderers:
            loop.start()
        latency_in_s, latency_out_s = self._stream.latencies_s()
        if self._is_fed:
            # A fed recording is heard only through the rig, that much later: the band is to meet it there.
            latency_in_s = -(
                latency_out_s + (self.drums_to_line_frames() + self.instrument.rig.guard_delay_frames) / self.samplerate_hz
            )
        self.instrument.rig.at(latency_in_s, latency_out_s)
        (self._lifeline or self._stream).start()
        if self.show.songs:
            self.do("gives-way", self.show.gives_way)
            self.do("listen", "")
        Thread(target=self._prepare_the_rest, name="decoding", daemon=True).start()
        Thread(target=self._look_after_stems, name="stem watch", daemon=True).start()

    def close(self) -> None:
        """Silence, and every thread and process gone."""
        self._is_closing.set()
        if self._midi:
            self._midi.close()
        (self._lifeline or self._stream).close()
        for loop in self._renderers:
            loop.stop()
        self.repertoire.close()
        self.rack.close()

    @property
    def is_lost(self) -> bool:
        """Whether the device has gone, and the clock plays in its place."""
        return self._lifeline is not None and self._lifeline.is_lost

    @property
    def stroke_ms(self) -> float:
        """From a stroke to its sound: as the device tells its latencies, and what the rig adds."""
        rig_frames = self.instrument.drums.delay_frames + self.instrument.rig.guard_delay_frames
        return 1e3 * (sum(self._stream.latencies_s()) + rig_frames / self.samplerate_hz)

    @property
    def hears(self) -> str:
        """Who hears what on which outputs, in words."""
        return in_words(self.instrument.wiring.mixes, self.show.buses, bool(self.show.pads))

    def now_s(self) -> float:
        """Seconds played so far."""
        return float(self.instrument.exchange.snapshot()["frame"] / self.samplerate_hz)

    def drums_to_line_frames(self) -> int:
        """From a fed stroke's frame to the output frame, before the guard, at which it is heard: its way through the rack."""
        return self._block_frames if self._is_fed else 0

    def do(self, command: str, value: str) -> str:
        """Carry out a command, in words. RigError where it cannot be."""
        if self.song is None:
            raise ShowError("This show has no songs", where=f"{self.show.folder}/show.toml", do="Add one: live-rig add-song")
        if command == "listen":
            self.instrument.send([Sent(EventKind.LISTEN, Listening.FOR_THE_CUE, Leader.DRUMMER)])
            return "listening"
        try:
            command, value = parse_command(f"{command} {value}")
        except ValueError as error:
            what, do = error.args
            raise ShowError(str(what), where="command", do=str(do)) from None
        if command in ("next-song", "previous-song"):
            return self._go_to_song(self._song_number + (1 if command == "next-song" else -1))
        if command in ("next", "previous") and self.instrument.exchange.snapshot()["state"] != State.PLAYING:
            return self._go_to_song(self._song_number + (1 if command == "next" else -1))
        if command == "song":
            return self._go_to_song(self._number_of(value))
        if command in COLOUR_COMMANDS:
            return self.colour.do(command, value)
        if command == "key":
            return self._change_key(value)
        if command == "unqueue":
            waits = self.instrument.exchange.snapshot()["key_waits"]
            self.repertoire.keys.take_back(self.song, is_waiting=bool(waits))
        if command == "panic":
            self.colour.off()
        if command in ("panic", "pads-off"):
            self.instrument.send([midi_event(message) for message in ALL_OFF])
        if command == "tap":
            self._taps.refuse_hasty(time.monotonic())
        if command == "say":
            self._said = (time.monotonic() + SAID_LASTS_S, value)
        if command == "click":
            self.click_on = value == "on"
        if command == "pad":
            self.instrument.send([pad_event(value, self.show.pads)])
        if command == "talkback":
            return self._talk(value)
        if command == "mix":
            self.instrument.send(mix_events(value, self.instrument.wiring))
        self.instrument.send(events_of(command, value, self.song))
        return command

    def state(self) -> StageState:
        """All that a window shows, now."""
        self._watch()
        around = Surroundings(
            self.show,
            self.song,
            self.song_number,
            self.samplerate_hz,
            self.device_name,
            self.device.counts,
            self.instrument.drums.blocks_dry,
            self.colour.name,
            self.rack.status(),
            self.click_on,
            self.happened,
            self.alerts_now(),
            self.instrument.wiring,
            self._said[1] if time.monotonic() < self._said[0] else "",
            self.repertoire.keys,
        )
        now = self.instrument.exchange.snapshot()
        state = stage_state(now, around)
        self._follow_presets(now)
        self.colour.enter(state.section)
        return state

    def desk(self) -> Desk:
        """How the kit sounds, and what can be turned; the same object until something has changed."""
        return self.colour.desk()

    def _watch(self) -> None:
        """What has happened since the last look."""
        self._watch_device()
        for notice in self.instrument.exchange.notices():
            self.happened.append(notice)
            if notice["kind"] == NoticeKind.NEXT_SONG:
                self._song_number += 1
                self._begin_presets()
                self._load_next()
        for words in self.rack.alerts():
            self.alert(words)
        if self.is_talking:
            self.alert(TALKING)
        self._tell_of_more("late", self.device.counts["late"] if self.audio_device else 0, "Drop-outs: the machine is too busy")
        self._tell_of_more("howls", self.instrument.rig.howls, "Something fed back: its output is down until it stops")
        missing = self.instrument.exchange.snapshot()["band_frames_missing"]
        self._tell_of_more("missing", missing, "The band fell silent for a moment: the disk or the machine is busy")

    def _watch_device(self) -> None:
        """An alert for as long as the device is away, and one when it is back."""
        is_lost, gone, back = self.is_lost, GONE.format(device=self.device_name), f"{self.device_name} is back"
        if is_lost or self._was_lost:
            self.alerts = deque((alert for alert in self.alerts if alert[1] not in (gone, back)), maxlen=self.alerts.maxlen)
            self.alert(gone if is_lost else back)
        self._was_lost = is_lost

    def _tell_of_more(self, what: str, count: int, words: str) -> None:
        """An alert when a count has grown."""
        if count > self._told.get(what, 0):
            self.alert(words)
        self._told[what] = count

    def alert(self, words: str) -> None:
        """Something the drummer should know; it fades by itself. Said again, it stays longer."""
        for old in [old for old in self.alerts if old[1] == words]:
            self.alerts.remove(old)
        self.alerts.appendleft((time.monotonic() + ALERT_LASTS_S, words))

    def alerts_now(self) -> tuple[str, ...]:
        """What is still worth showing, newest first."""
        now_s = time.monotonic()
        return tuple(words for until_s, words in self.alerts if until_s > now_s)

    def _channels(self, setup: Setup) -> tuple[int, int]:
        """(inputs, outputs) to open the device with."""
        asked = self.show.audio
        written = max((output for mix in self.show.mixes for output in mix.outputs), default=0)
        if self.audio_device is None:
            return 0, asked.outputs or written or 2
        highest = max((line.input for line in asked.lines), default=0)
        inputs = 0 if setup.drums else (asked.inputs or max(min(self.audio_device.inputs, 2), highest))
        return inputs, asked.outputs or written or min(self.audio_device.outputs, 4)

    def _lines(self, inputs: int) -> tuple[tuple[str, int], ...]:
        """The microphones that have a line of their own; none where a recording or nothing is heard."""
        if not inputs:
            return ()
        for line in self.show.audio.lines:
            there = min(inputs, self.audio_device.inputs if self.audio_device else 0)
            if line.input > there:
                raise ShowError(
                    f"The {line.drum} is on input {line.input}, and {self.device_name} has {there} open",
                    where=f"{self.show.folder}/show.toml, audio.lines",
                    do="Plug it in where there is one, or take the line out",
                )
        return tuple((line.drum, line.input - 1) for line in self.show.audio.lines)

    def _spare_frames(self) -> int:
        """For the blocks that are to be expected: asked for, or else no longer than the device's output latency."""
        if self.show.audio.block or self.audio_device is None:
            return spare_for(self._block_frames)
        return spare_for(round(self.audio_device.output_latency_ms / 1e3 * self.samplerate_hz))

    def _open(self, inputs: int, outputs: int) -> RigStream | JackStream | TimerStream:
        if self.audio_device is None:
            return TimerStream(self.device, self._block_frames)
        return self._open_card(inputs, outputs)

    def _open_card(self, inputs: int, outputs: int, way: int = 0) -> RigStream | JackStream:
        assert self.audio_device is not None
        block = self.show.audio.block
        return open_stream(self.audio_device, self.device, self.samplerate_hz, inputs, outputs, way, block)

    def _with_talkback(self, wiring: Wiring, inputs: int) -> Wiring:
        talkback = self.show.talkback
        if talkback is None or not inputs:  # a recording in place of the inputs says nothing
            return wiring
        if talkback.input > inputs:
            raise ShowError(
                f"The talkback is on input {talkback.input}, and {self.device_name} has {inputs} open",
                where=f"{self.show.folder}/show.toml, talkback",
                do="Plug it in where there is one, or ask for more inputs in [audio]",
            )
        return wiring.with_talkback(talkback.input - 1, talkback.to, talkback.gain_db)

    def _talk(self, value: str) -> str:
        """Open or shut the talkback microphone; it stays so."""
        if self.instrument.wiring.talk_input < 0:
            raise ShowError("There is no talkback", where=f"{self.show.folder}/show.toml", do="Write [talkback] with its input")
        self.is_talking = value == "on" if value else not self.is_talking
        self.instrument.send([Sent(EventKind.BUS, float(self.is_talking), TALK)])
        return "talkback on" if self.is_talking else "talkback off"

    def _open_anew(self, inputs: int, outputs: int, way: int) -> RigStream | JackStream:
        """The device that has gone, once it is there again, in the lifeline's thread. Raises DeviceError while it is not."""
        assert self.audio_device is not None
        self._stream.close()
        if self.audio_device.host != JACK:
            self.audio_device = find_device(self.audio_device.name) or self.audio_device
        self._stream = stream = self._open_card(inputs, outputs, way)
        return stream

    def _number_of(self, song_id: str) -> int:
        for number, song in enumerate(self.show.songs):
            if song.id == song_id:
                return number
        there = ", ".join(song.id for song in self.show.songs)
        raise ShowError(f'The set has no song "{song_id}"', where=f"{self.show.folder}/show.toml", do=f"Say one of: {there}")

    def _go_to_song(self, number: int) -> str:
        if not 0 <= number < len(self.show.songs):
            return "That is the end of the set" if number > 0 else "That is the start of the set"
        self._load(number)
        self.do("listen", "")
        return self.show.songs[number].title

    def _change_key(self, value: str) -> str:
        """`key -2`, `key up`: of the song that is loaded; `key lantern=3`: of any other of the set."""
        name, _, key = value.rpartition("=")
        song = self.show.songs[self._number_of(name) if name else self._song_number]
        keys = self.repertoire.keys
        asked = keys.asked(song)
        semitones = key_of(key, asked.semitones if asked else keys.of(song))
        keys.ask(song, semitones)
        return f"{song.title}: {in_key(semitones)}" + (", as soon as it is made" if keys.asked(song) else "")

    def _in_new_key(self, song: Song, stems: Stems) -> None:
        """A song's other key has been made, or was there: in the keys' thread, or in that of the command."""
        if self.song is not None and song.id == self.song.id:
            self.instrument.change_key(stems)
        elif song in self.show.songs[self._song_number + 1 :][:1]:
            self._load_next()

    def _load(self, number: int) -> None:
        self._song_number = number
        self.instrument.load(self.repertoire.chart(self.show.songs[number]))
        self._begin_presets()
        self._load_next()

    def _load_next(self) -> None:
        if self._song_number + 1 < len(self.show.songs) and self.song is not None and self.song.ending != "wait":
            self.instrument.load(self.repertoire.chart(self.show.songs[self._song_number + 1]), is_next=True)

    def _prepare_the_rest(self) -> None:
        """Let every preset stand ready, and decode the other songs into the cache, so that none is waited for later."""
        for words in self.colour.keep_ready([preset for song in self.show.songs for preset in presets_of(song)]):
            self.alert(words)
        self.repertoire.decode_all()

    def _look_after_stems(self) -> None:
        """Say which stem of the song has been lost. In a thread of its own: a disk may take its time to answer."""
        while not self._is_closing.wait(STEMS_LOOKED_AFTER_S):
            for words in self.repertoire.lost_stems(self.song) if self.song else []:
                self.alert(words)

    def _begin_presets(self) -> None:
        if self.song is not None:
            self._written_presets.begin(self.song, self.colour.name)

    def _follow_presets(self, now: Mapping[str, Any]) -> None:
        """What the song is written to sound like. A preset that cannot be had is said, and the one that is heard goes on."""
        try:
            if self.song is not None:
                self._written_presets.follow(self.song, now)
        except RigError as error:
            self.alert(str(error))

    def _press(self, command: str) -> None:
        """A pedal, in MIDI's thread."""
        word, _, value = command.partition(" ")
        try:
            self.do(word, value)
        except RigError as error:
            self.alert(str(error))

    def _strike(self, note: int, velocity: int) -> None:
        """A pad of an electronic kit, in MIDI's thread."""
        self.instrument.send([Sent(EventKind.NOTE, note, velocity)])

    def _play(self, message: Sequence[int]) -> None:
        """Whatever an electronic kit sends, for the instruments among the plugins, in MIDI's thread."""
        self.instrument.send([midi_event(message)])
