"""The parts of one rig, joined: what PortAudio, a timer or a plain loop plays.

Offline and live differ only in who calls `step`, and in who renders the band and the effects: threads and processes, or the
loop itself.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from cython_core import mix
from cython_core.band import Band
from cython_core.chart import Chart
from cython_core.count_in import CountIn
from cython_core.drums import Drums
from cython_core.exchange import EventKind, Exchange
from cython_core.follower import Follower
from cython_core.input_lines import Lines
from cython_core.pads import Pads
from cython_core.rig import Rig
from cython_core.stem_rate import stem_rate_hz
from cython_core.stems import Stems
from live_rig.audio.sounds import rig_sounds
from live_rig.audio.voice import Voice
from live_rig.conducting.cues import Sent
from live_rig.lent import Lent, stands_still
from live_rig.wiring import Wiring

Block = npt.NDArray[np.float32]  # (channels, frames)
CHUNK = 256  # frames of band that are rendered at a time
# Of the 1024 events that may wait while nothing is played: a stop is never to find them taken by the kit, nor by faders.
LEFT_TO_COMMANDS, LEFT_TO_SILENCE = 512, 256
SILENCES = {EventKind.STOP, EventKind.CUT_OFF, EventKind.PANIC, EventKind.PADS_OFF, EventKind.MIDI}  # MIDI: to let go


def lines_of(samplerate_hz: float, wiring: Wiring) -> Lines:
    """The lines that the rig listens to."""
    if not wiring.lines:
        return Lines(samplerate_hz)
    return Lines(samplerate_hz, [drum for drum, _ in wiring.lines], [channel for _, channel in wiring.lines])


def place_kit(drums: Drums, wiring: Wiring) -> None:
    """One microphone to both sides, two left and right, more in the middle: whoever speaks into another one is none of them."""
    kit = [number for number in range(wiring.inputs) if number != wiring.talk_input]
    for place, number in enumerate(kit):
        drums.place_input(number, pan=2.0 * place - 1.0 if len(kit) == 2 else 0.0)


def spare_for(block: int, samplerate_hz: float) -> int:
    """Frames of rendered band that must wait for blocks of this size: the renderer may be two chunks of the stems late."""
    chunk = frames_in_chunk(samplerate_hz)
    return max(3 * chunk, block + 2 * chunk)


def most_for(spare_frames: int, samplerate_hz: float) -> int:
    """The largest blocks for which so much of rendered band is enough: the renderer may still be a chunk late."""
    return spare_frames - frames_in_chunk(samplerate_hz)


def frames_in_chunk(samplerate_hz: float) -> int:
    """How long a chunk of the stems is, in frames of the session: above 48 kHz they have a half or a quarter of its rate."""
    return round(CHUNK * samplerate_hz / stem_rate_hz(round(samplerate_hz)))


class Instrument:
    """A rig with all its parts at one samplerate, and the drums of a rack.

    spare_frames: rendered band that waits, beyond the stretcher's own delay; None: enough for blocks of `max_block`. The band
    follows that much later: live, where blocks are far smaller than the largest there might be, say what they need.
    """

    def __init__(
        self,
        drums: Drums,
        samplerate_hz: float,
        wiring: Wiring,
        max_block: int,
        *,
        spare_frames: int | None = None,
        click_on: bool = False,
        pads: Pads | None = None,
        voice: Voice | None = None,
    ) -> None:
        self.samplerate_hz = samplerate_hz
        self.wiring = wiring
        self.outputs = len(wiring.route)
        self.exchange = Exchange()
        buses = len(wiring.buses)
        spare_frames = spare_frames or spare_for(max_block, samplerate_hz)
        self.band = Band(samplerate_hz, -(-spare_frames // frames_in_chunk(samplerate_hz)), buses)
        self.drums = drums
        if wiring.talk_input >= 0:
            place_kit(drums, wiring)
        self.lines = lines_of(samplerate_hz, wiring)
        self.rig = Rig(
            samplerate_hz,
            wiring.inputs,
            self.outputs,
            max_block,
            self.lines,
            Follower(samplerate_hz),
            CountIn(samplerate_hz),
            self.drums,
            self.band,
            self.exchange,
            np.ascontiguousarray(wiring.route, np.float32),
            rig_sounds(samplerate_hz, voice),
            drummers=wiring.drummers,
            pads=pads,
            talk_input=wiring.talk_input,
        )
        self.lent = Lent(self.exchange, self.band, LEFT_TO_SILENCE)
        self.strikes_lost = 0
        self._silenced: dict[tuple[Sent, int], int] = {}  # with its frame, since anything else was sent: which event it was
        if not click_on:
            self.send([Sent(EventKind.BUS, 0.0, mix.CLICK)])

    def send(self, events: Sequence[Sent], frame: int = 0) -> None:
        """Hand over events for `frame`, 0: at once. Raises DeviceError where they would be lost.

        What silences, and waits already behind all else, is not sent again: somebody may press it until it is heard.
        """
        for event in events:
            silences = event.kind in SILENCES
            if not silences:
                self._silenced.clear()
            elif self._silenced.get((event, frame), 0) > self.exchange.snapshot()["events_taken"]:
                continue
            leaves = 0 if silences else LEFT_TO_SILENCE
            if not self.exchange.send(int(event.kind), event.value, event.other, frame, leaves=leaves):
                raise stands_still()
            if silences:
                self._silenced[event, frame] = self.exchange.sent

    def strike(self, event: Sent) -> None:
        """Hand over what a kit plays. Of a flood, or while nothing sounds, some is lost, and counted; no command is."""
        self._silenced.clear()
        if not self.exchange.send(int(event.kind), event.value, event.other, leaves=LEFT_TO_COMMANDS):
            self.strikes_lost += 1

    def change_key(self, stems: Stems, frame: int = 0) -> None:
        """Let these stems, the loaded song's in another key, sound in the place of those that do, from the next bar line."""
        self.lent.lend(EventKind.KEY, stems, frame)

    def load(self, chart: Chart, *, is_next: bool = False, plays_on: bool = False, frame: int = 0) -> None:
        """Make a chart the song, or the one that a segue leads to. plays_on: the drummer does, and is followed on."""
        self.lent.lend(EventKind.LOAD_NEXT if is_next else EventKind.LOAD, chart, frame, float(plays_on))
