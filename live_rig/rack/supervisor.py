"""Keeps a rack alive behind the drums: loads, switches, and brings back what died or hangs, with the preset it had.

All of it happens in one thread of its own that sleeps nearly always; the callback is never asked and never waits. While a
rack is away the drums are dry, and nothing else changes.

A spare process stands by, warm and without a preset, so that the next rack has only its effects to build.
"""

import threading
import time
from multiprocessing import Pipe
from multiprocessing.connection import wait

from cython_core.drums import Drums
from cython_core.rack_ring import RackCounts
from live_rig.rack.preset import Preset
from live_rig.rack.process import RackProcess
from live_rig.rack.standing import Standing
from live_rig.rack.swap import Swap

GLANCE_S = 0.02  # how often it looks, when nothing calls it
NO_ROOM_S = 5.0  # wait before the next try, when the system refused a process or its memory
DRY_SHOWS_S = 0.5  # how long `status` says "dry" after a block without effects


class Rack:
    """The effects behind `drums`. Its methods return at once, and may be called from any one thread (an event loop will do).

    A preset of None is the drums without effects.
    """

    def __init__(self, drums: Drums, samplerate: float, allowance_frames: int = 0) -> None:
        self.drums, self.samplerate, self.allowance_frames = drums, samplerate, allowance_frames
        self._swap: Swap[Standing] = Swap(drums)
        self._next: Standing | None = None  # loads, or stands ready
        self._successor: Standing | None = None  # the same for what was lost while it was heard
        self._spare: RackProcess | None = None
        self._spare_after_s = 0.0
        self._switching = False
        self._dry_blocks, self._dry_until_s = 0, 0.0
        self._alerts: list[str] = []
        self._lock = threading.RLock()
        self._wakes, self._waker = Pipe(duplex=False)
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="rack supervisor", daemon=True)
        self._thread.start()

    @classmethod
    def start(cls, preset: Preset | None, samplerate: float, inputs: int, max_block: int, allowance_frames: int = 0) -> "Rack":
        """A rack with drums of its own (`.drums`), its first preset loading; it is heard as soon as it is ready."""
        rack = cls(Drums(samplerate, inputs, max_block, allowance_frames), samplerate, allowance_frames)
        if preset is not None:
            rack.load_next(preset)
            rack.switch()
        return rack

    @property
    def preset(self) -> Preset | None:
        """The preset that is heard, or would be if its rack were there."""
        return self._swap.heard.preset if self._swap.heard else None

    @property
    def next_is_ready(self) -> bool:
        """Whether a `switch` would be heard from the next block on."""
        return self._next is not None and self._next.is_ready

    @property
    def process_id(self) -> int | None:
        """Of the process that runs the preset that is heard."""
        heard = self._swap.heard
        return heard.process.process.pid if heard and heard.process and not heard.lost else None

    @property
    def counts(self) -> RackCounts | None:
        """What the rack that is heard has counted."""
        return self._swap.heard.process.counts if self._swap.heard and self._swap.heard.process else None

    def has_answered(self) -> bool:
        """Whether all that the drums have posted has come back from the effects that are heard."""
        with self._lock:
            sounding = [one for one in (self._swap.heard, *self._swap.leaving) if one and one.process and not one.lost]
            return all(one.process.counts.has_answered for one in sounding if one.process)

    def load_next(self, preset: Preset | None) -> None:
        """Load a preset into a rack of its own, to switch to. What was loaded before and not switched to is dropped."""
        with self._lock:
            self._drop(self._next)
            self._next, self._switching = Standing(preset), False
            self._begin(self._next)
        self._waker.send_bytes(b"next")

    def switch(self) -> None:
        """Crossfade to what was loaded last: at the next block when it is ready, else as soon as it is."""
        with self._lock:
            self._switching = self._next is not None
            self._arrive()

    def status(self) -> str:
        """One of "on", "dry" (a block without effects in the last half second), "restarting", and "none" without a preset."""
        with self._lock:
            heard = self._swap.heard
            if heard is None:
                return "restarting" if self._next is not None and self._switching else "none"
            if heard.preset is None:
                return "none"
            if heard.lost:
                return "restarting" if self._successor else "dry"
            return "on" if self._swap.is_heard(heard) and time.monotonic() >= self._dry_until_s else "dry"

    def alerts(self) -> tuple[str, ...]:
        """What the drummer should know, in words, since the last call."""
        with self._lock:
            told, self._alerts = tuple(self._alerts), []
            return told

    def close(self) -> None:
        """End all racks. The drums may still be stepped, and are dry."""
        self._closing.set()
        self._thread.join()
        for process in (self._spare, *(one.process for one in self._standing())):
            if process:
                process.close()
        self._wakes.close()
        self._waker.close()

    def _standing(self) -> list[Standing]:
        return [one for one in (self._swap.heard, self._next, self._successor, *self._swap.leaving) if one is not None]

    def _watch(self) -> None:
        while not self._closing.is_set():
            with self._lock:
                alive = [one.process for one in self._standing() if one.process and not one.lost]
            ears = [ear for process in alive for ear in (process.line, process.process.sentinel)]
            if self._wakes in wait([self._wakes, *ears], GLANCE_S):
                self._wakes.recv_bytes()
            with self._lock:
                self._look()

    def _look(self) -> None:
        for one in self._standing():
            self._alerts.extend(one.look(self.samplerate))
        self._stand_by()
        self._replace_lost()
        self._arrive()
        for gone in self._swap.rung_out():
            if gone.process:
                gone.process.close()
        if self.drums.blocks_dry != self._dry_blocks:
            self._dry_blocks, self._dry_until_s = self.drums.blocks_dry, time.monotonic() + DRY_SHOWS_S

    def _replace_lost(self) -> None:
        """Begin anew what died or hangs, unless it would fail in the same way."""
        if self._next and self._next.lost:
            lost, self._next = self._next, None
            self._drop(lost)
            if not lost.is_hopeless:
                self._next = lost.successor()
        if self._successor and self._successor.lost:
            lost, self._successor = self._successor, None
            self._drop(lost)
            if not lost.is_hopeless:
                self._successor = lost.successor()
        elif self._swap.heard and self._swap.heard.lost and not self._successor and not self._swap.heard.is_hopeless:
            self._successor = self._swap.heard.successor()
            self._swap.heard.is_hopeless = True  # it has its successor; a second one would be a second start
        for one in (self._next, self._successor):
            if one:
                self._begin(one)

    def _begin(self, one: Standing) -> None:
        if one.is_due and self._spare and one.preset:
            one.process, self._spare, one.begins_s = self._spare, None, time.monotonic()
            try:
                one.process.play(one.preset)
            except OSError:
                one.lost = "died"

    def _stand_by(self) -> None:
        """Have a spare; while something loads, only if something else waits for it."""
        if self._spare and not self._spare.process.is_alive():
            self._spare.close()
            self._spare = None
        is_loading = any(one.process and not one.is_ready and not one.lost for one in self._standing())
        is_wanted = not is_loading or any(one.is_due for one in self._standing())
        if self._spare is not None or not is_wanted or time.monotonic() < self._spare_after_s:
            return
        try:
            self._spare = RackProcess(self.samplerate, self.drums.ring_frames, self.allowance_frames)
        except OSError as error:
            self._spare_after_s = time.monotonic() + NO_ROOM_S
            self._alerts.append(f"No new effects can start ({error.strerror}). Close other programs")

    def _arrive(self) -> None:
        """Give a voice to what is ready, and let be heard what is to be heard."""
        if self._successor and self._stand(self._successor):
            self._swap.to(self._successor)
            self._successor = None
        if self._next and self._stand(self._next) and self._switching:
            self._swap.to(self._next)
            self._drop(self._successor)
            self._next, self._successor, self._switching = None, None, False

    def _stand(self, one: Standing) -> bool:
        if not one.is_ready or one.lost:
            return False
        return self._swap.stand(one, *((one.process.block.memory, one.process.block.bell) if one.process else (None, 0)))

    def _drop(self, one: Standing | None) -> None:
        if one:
            self._swap.drop(one)
