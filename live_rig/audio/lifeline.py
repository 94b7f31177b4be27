"""A device that goes, and comes back: the song goes on by the machine's clock meanwhile, and nobody has to do a thing.

A cable is pulled, a sound server ends, a driver resets: all one sees of it is that nothing is asked of the rig any more. Then
the clock plays, unheard, so that transport, cues and recordings stay where they belong; and the device is looked for until it
is there. A server may ask on although its card has gone: then the card's sockets are looked for. Or it changes its block, and
its latencies with it: then these are made up for anew.
"""

import time
from collections.abc import Callable
from typing import Protocol

from cython_core.callback import Device
from live_rig.audio.timer import TimerStream
from live_rig.errors import OtherwiseError, RigError
from live_rig.watch import Watch

STANDS_STILL_S = 1.0  # a device that has asked for nothing for so long has gone
LOOK_EVERY_S = 0.1
TRY_EVERY_S = 1.0


class Stream(Protocol):
    """What plays: a sound card's stream, or the timer."""

    def start(self) -> None: ...

    def close(self) -> None: ...

    def keep_joined(self) -> bool:
        """Join the card's sockets that have come back. Whether it has all that it needs."""

    def latencies_s(self) -> tuple[float, float]:
        """(input, output) in seconds, as it says them."""


class Lifeline:
    """Watches over the device, in a thread of its own, from `start` on.

    stream: what plays now. reopen: opens the device once more, by the way in that it is given (see `Device.way`), or raises
    RigError while it is not there. make_up_for: is told the latencies, (input, output) in seconds, of one that is there again,
    or has other ones than it had; while nothing plays.
    """

    def __init__(
        self,
        device: Device,
        stream: Stream,
        block_frames: int,
        reopen: Callable[[int], Stream],
        make_up_for: Callable[[tuple[float, float]], object],
    ) -> None:
        self._device, self._stream, self._block_frames = device, stream, block_frames
        self._reopen, self._make_up_for = reopen, make_up_for
        self._way, self._latencies_s = device.userdata, (0.0, 0.0)
        self._is_away, self._is_plugged_in = False, True
        self.runs_otherwise = ""  # why a device that is there again cannot be played on, in words
        self._seen, self._moved_s, self._asked_s = -1, 0.0, 0.0
        self._watch = Watch("lifeline", self._look, LOOK_EVERY_S)

    @property
    def is_lost(self) -> bool:
        """Whether nothing is heard: the clock plays in the device's place, or a server into no card."""
        return self._is_away or not self._is_plugged_in

    @property
    def latencies_s(self) -> tuple[float, float]:
        """(input, output) in seconds: those that are made up for."""
        return self._latencies_s

    def start(self) -> None:
        """Let it sound. Its latencies are made up for."""
        self._latencies_s = self._stream.latencies_s()
        self._stream.start()
        self._moved_s = time.monotonic()
        self._watch.start()

    def close(self) -> None:
        """Silence."""
        self._watch.close(TRY_EVERY_S)
        self._stream.close()

    def _look(self) -> None:
        if not self._is_away and self._stands_still():
            self._lose()
        elif time.monotonic() - self._asked_s > TRY_EVERY_S:
            self._asked_s = time.monotonic()
            if self._is_away:
                self._try()
            else:
                self._is_plugged_in = self._stream.keep_joined()
                if self._is_plugged_in:
                    self._keep_made_up()

    def _keep_made_up(self) -> None:
        """For the latencies that it has now. For as long as a sum takes nobody is let in."""
        latencies_s = self._stream.latencies_s()
        if latencies_s != self._latencies_s:
            self._device.let_in(self._device.way())
            self._make_up_for(latencies_s)
            self._device.let_in(self._way)
            self._latencies_s = latencies_s

    def _stands_still(self) -> bool:
        callbacks = self._device.counts["callbacks"]
        if callbacks != self._seen:
            self._seen, self._moved_s = callbacks, time.monotonic()
        return time.monotonic() - self._moved_s > STANDS_STILL_S

    def _lose(self) -> None:
        """Let the clock play. The stream is left behind as it is: to close it may take for ever."""
        way = self._device.way()
        clock = TimerStream(self._device, self._block_frames, way)
        self._device.let_in(way)
        clock.start()
        self._stream, self._is_away = clock, True

    def _try(self) -> None:
        way = self._device.way()
        try:
            stream = self._reopen(way)
        except RigError as error:
            self.runs_otherwise = str(error) if isinstance(error, OtherwiseError) else ""
            return
        if self._watch.is_closing:  # whoever closes has waited long enough
            stream.close()
            return
        clock = self._stream
        self._device.let_in(way)
        clock.close()
        try:
            self._way, self._latencies_s = way, stream.latencies_s()
            self._make_up_for(self._latencies_s)
            stream.start()
            self._is_plugged_in = stream.keep_joined()
        except Exception as error:
            self._lose()
            if isinstance(error, RigError):  # gone again: the next try may find it
                return
            raise
        self._stream, self._is_away, self._moved_s = stream, False, time.monotonic()
