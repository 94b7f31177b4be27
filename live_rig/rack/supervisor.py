"""Keeps racks alive behind the drums: loads, switches, and brings back what died or hangs, with the preset it had.

All of it happens in one thread of its own that sleeps nearly always; the callback is never asked and never waits. While a
rack is away the drums are dry, and nothing else changes.

A spare process stands by, so that the next rack has only its effects to build. The presets of a set stand ready, several in
a process, as soon as nothing else is to be loaded. The lock is held for as long as it takes to look, never while a process
starts or ends or says something: what stands ready is called without a wait.
"""

import logging
import threading
import time
from collections.abc import Mapping, Sequence
from errno import ENOSPC
from multiprocessing import Pipe
from multiprocessing.connection import wait

from cython_core.drums import AT_ONCE, ON_THE_BAR, ON_THE_BEAT, Drums
from cython_core.rack_ring import RackCounts
from live_rig.priority import run_this_thread_soon
from live_rig.rack.console import RESET, TRY_AGAIN
from live_rig.rack.edits import Edits
from live_rig.rack.learnt import Learnt, is_all_of_its_strip, plugin_name
from live_rig.rack.mix import dry_mix
from live_rig.rack.moved import Moved
from live_rig.rack.preset import Preset
from live_rig.rack.process import PLACES, RackProcess
from live_rig.rack.spare import Spare
from live_rig.rack.standing import Standing, begin
from live_rig.rack.swap import Swap
from live_rig.rack.turning import Turning, plugin_of
from live_rig.watch import Watch

GLANCE_S = 0.05  # how often it looks, when nothing calls it
NO_ROOM = "No new effects can start ({why}). Close other programs"
NO_MEMORY = (
    "No new effects can start: /dev/shm, the machine's shared memory, is full. Take away what other programs have left there"
)
LOOKS_OTHERWISE = "{plugin} sounds later or sooner since it was moved, so {title} was loaded again: all of it is in time"
LOADING_SHOWS_S = 0.3  # what loads sooner is not worth a word
MOMENTS = {ON_THE_BAR: "bar", ON_THE_BEAT: "beat"}
DRY_SHOWS_S = 0.5  # how long `status` says "dry" after a block without effects

log = logging.getLogger(__name__)


class Rack:
    """The effects behind `drums`. Its methods return at once, and may be called from any one thread (an event loop will do).

    A preset of None is the drums without effects.
    """

    def __init__(self, drums: Drums, samplerate_hz: float, allowance_frames: int = 0) -> None:
        self.drums, self.samplerate_hz, self.allowance_frames = drums, samplerate_hz, allowance_frames
        self._swap: Swap[Standing] = Swap(drums)
        self._next: Standing | None = None  # loads, or stands ready
        self._successor: Standing | None = None  # the same for what was lost while it was heard
        self._kept: list[Standing] = []  # the set's
        self._learnt = Learnt()
        self._switching, self._when, self._called_s = False, AT_ONCE, 0.0
        self._is_by_hand = False  # what was called last
        self._turning = Turning(self._swap)
        self._moved = Moved(self._swap, self._turning)
        self._shows_window: RackProcess | None = None
        self._dry_blocks, self._dry_until_s = 0, 0.0
        self._alerts: list[str] = []
        self._had_no_room = False
        self._lock = threading.RLock()
        self._wakes, self._waker = Pipe(duplex=False)
        self._spare = Spare(self._new_process, self._wake)
        # who calls a preset waits for the lock, that is for this thread
        self._watch = Watch("rack supervisor", self._listen_and_look, at_first=run_this_thread_soon)
        self._watch.start()

    @classmethod
    def start(
        cls, preset: Preset | None, samplerate_hz: float, inputs: int, max_block: int, allowance_frames: int = 0
    ) -> "Rack":
        """A rack with drums of its own (`.drums`), its first preset loading; it is heard as soon as it is ready."""
        rack = cls(Drums(samplerate_hz, inputs, max_block, allowance_frames), samplerate_hz, allowance_frames)
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
    def kept_ready(self) -> int:
        """How many of the set's presets stand ready."""
        return sum(one.is_ready and not one.lost for one in self._kept)

    @property
    def process_id(self) -> int | None:
        """Of the process that runs the preset that is heard."""
        heard = self._swap.heard
        return heard.process.process.pid if heard and heard.process and not heard.lost else None

    @property
    def process_ids(self) -> set[int]:
        """Of all processes that run, the spare's too."""
        with self._lock:
            processes = {one.process for one in self._standing() if one.process and not one.lost} | {self._spare.process}
            return {process.process.pid for process in processes if process and process.process.pid}

    @property
    def counts(self) -> RackCounts | None:
        """What the rack that is heard has counted."""
        return self._swap.heard.counts if self._swap.heard else None

    @property
    def waits_for_bar(self) -> bool:
        """Whether the preset that was called last comes with the next bar line."""
        with self._lock:
            return self._swap.waits and self._swap.when == ON_THE_BAR

    @property
    def waits_for(self) -> str:
        """For what the preset that was called last leaves alone the one that sounds: "bar", "beat", "loading"; else ""."""
        with self._lock:
            if self._next and self._switching:
                loads_long = time.monotonic() > self._called_s + LOADING_SHOWS_S
                return "loading" if self._swap.heard and loads_long else ""
            return MOMENTS.get(self._swap.when, "") if self._swap.waits else ""

    @property
    def sounds(self) -> Preset | None:
        """The preset that is heard now, or would be if its rack were there: not yet the one that waits."""
        with self._lock:
            one = self._swap.sounding if self._swap.waits else self._swap.heard
            return one.preset if one else None

    @property
    def edits(self) -> Edits | None:
        """What has been turned in the preset that is heard."""
        return self._turning.edits

    def has_answered(self) -> bool:
        """Whether all that the drums have posted has come back from the effects that are heard."""
        with self._lock:
            sounding = [one for one in (self._swap.heard, *self._swap.leaving) if one and not one.lost]
            return all(one.counts.has_answered for one in sounding if one.counts)

    def keep(self, presets: Sequence[Preset]) -> None:
        """The presets of the set: they are to stand ready, in this order. What stood ready and is not among them goes."""
        with self._lock:
            there = {one.preset.name: one for one in self._kept if one.preset}
            same = {p.name: there[p.name] for p in presets if p.name in there and there[p.name].preset == p}
            wanted = [same.get(p.name) or Standing(p, is_kept=True) for p in presets]
            for gone in [one for one in self._kept if one not in wanted]:
                gone.is_kept = False
                self._drop(gone)
            self._kept = wanted
        self._wake()

    def load_next(self, preset: Preset | None) -> None:
        """Load a preset into a rack of its own, to switch to, unless it stands ready. What was loaded before is dropped."""
        with self._lock:
            self._drop(self._next)
            self._next, self._switching = self._standing_ready(preset) or Standing(preset), False
            self._begin(self._next)
            is_ready = self._next.is_ready
        if not is_ready:
            self._wake()

    def switch(self, when: int = AT_ONCE, *, by_hand: bool = False) -> None:
        """Crossfade to what was loaded last, as soon as it is ready: at the next block, or with the next beat or bar.

        by_hand: somebody has chosen it, so a plugin of it that never came is tried again, beside what sounds.
        """
        with self._lock:
            self._is_by_hand = by_hand
            self._switching, self._when, self._called_s = self._next is not None, when, time.monotonic()
            self._arrive()

    def turn(self, moved: Mapping[str, float]) -> None:
        """Turn knobs of the preset that is heard, by name; without a click, and without a gap."""
        with self._lock:
            self._turning.turn(moved)
            self._back_in_time()
            self._turning.send()

    def show_window(self, plugin: str) -> None:
        """Show a plugin's own window, by its name in the preset that is heard; "": shut the one that is open."""
        with self._lock:
            heard = self._swap.heard
            process = heard.process if heard and not heard.lost and plugin else None
            if self._shows_window and self._shows_window != process:
                self._shows_window.show(0, "")
            if heard and process:
                process.show(heard.place, plugin)
            self._shows_window = process

    def status(self) -> str:
        """Of what sounds now: "on", "dry" (a block without effects in the last half second), "restarting", and "none" without a
        preset.
        """
        with self._lock:
            heard = self._swap.sounding if self._swap.waits else self._swap.heard
            if self._swap.heard is None:
                return "restarting" if self._next is not None and self._switching else "none"
            if heard is None or heard.preset is None:
                return "none"
            if heard.lost:
                return "restarting" if self._successor else "dry"
            return "on" if self._swap.sounding is heard and time.monotonic() >= self._dry_until_s else "dry"

    def alerts(self) -> tuple[str, ...]:
        """What the drummer should know, in words, since the last call."""
        with self._lock:
            told, self._alerts = tuple(self._alerts), []
            return told

    def close(self) -> None:
        """End all racks. The drums may still be stepped, and are dry."""
        self._watch.close()
        for process in {one.process for one in self._standing()}:
            if process:
                self._spare.bury(process)
        self._spare.close()
        self._wakes.close()
        self._waker.close()

    def _standing(self) -> list[Standing]:
        ones = [self._swap.heard, self._next, self._successor, *self._kept, *self._moved.beside, *self._swap.leaving]
        ones += [one.whole for one in (self._next, self._successor) if one]
        return list(dict.fromkeys(one for one in ones if one is not None))

    def _standing_ready(self, preset: Preset | None) -> Standing | None:
        """The one that the set keeps, if it plays as it should."""
        fit = (one for one in self._kept if one.is_ready and not one.lost and not one.bypassed)
        return next((one for one in fit if preset is not None and one.preset == preset), None)

    def _wake(self) -> None:
        self._waker.send_bytes(b"look")

    def _new_process(self) -> RackProcess:
        drums = self.drums
        return RackProcess(self.samplerate_hz, drums.inputs, drums.ring_lines, drums.ring_frames, self.allowance_frames)

    def _listen_and_look(self) -> None:
        with self._lock:
            alive = {one.process for one in self._standing() if one.process and not one.lost}
        ears = {ear: process for process in alive for ear in (process.line, process.process.sentinel)}
        spoke = wait([self._wakes, *ears], GLANCE_S)
        if self._wakes in spoke:
            self._wakes.recv_bytes()
        for process in {ears[ear] for ear in spoke if ear in ears}:
            process.listen()
        with self._lock:
            self._look()

    def _look(self) -> None:
        for one in self._standing():
            news = one.look(self.samplerate_hz)
            if one not in self._moved.beside:
                self._alerts.extend(news)
            if one.never_came and one.preset:
                self._learnt.never_came(one.preset, one.never_came)
        self._go_on_without_what_is_slow()
        self._stand_by()
        self._replace_lost()
        self._look_at_moved()
        self._arrive()
        for gone in self._swap.rung_out():
            self._let_go(gone)
        self._fill_up()
        self._turning.send()
        if self.drums.blocks_dry != self._dry_blocks:
            self._dry_blocks, self._dry_until_s = self.drums.blocks_dry, time.monotonic() + DRY_SHOWS_S

    def _go_on_without_what_is_slow(self) -> None:
        """A plugin that takes long to load is waited for only where nothing would sound without it, and something else does."""
        self._next, self._successor = self._best_of(self._next), self._best_of(self._successor)
        for one in self._standing():
            number = one.slow_plugin
            if not number or not one.preset or not one.process:
                continue
            if self._learnt.took_long(one.preset, number):
                self._alerts.append(f"{plugin_name(one.preset, number)} takes long to load ({one.preset.title})")
            one.is_slow = True
            heard = self._swap.heard
            if one.is_kept:
                self._set_apart(one.process)
            elif one is self._next and not (heard and is_all_of_its_strip(one.preset, number)):
                self._next = self._stand_in(one, number)
            elif one is self._successor and heard and heard.lost:
                self._successor = self._stand_in(one, number)

    def _stand_in(self, one: Standing, number: int) -> Standing:
        """For one that loads a plugin that takes long; where that stands in itself, for what it stands in for."""
        stand_in = one.stand_in(number)
        if one.part_with_whole():
            self._drop(one)
        return stand_in

    def _best_of(self, one: Standing | None) -> Standing | None:
        """The preset as a whole in place of what stands in for it, once it is there."""
        if one is None or one.whole is None or not (one.whole.is_ready or one.whole.lost):
            return one
        whole = one.part_with_whole()
        best, other = (one, whole) if whole and whole.lost else (whole, one)
        self._drop(other)
        return best

    def _set_apart(self, process: RackProcess) -> None:
        """Begin anew with the presets that share a process, where some of them wait for a plugin that is not theirs."""
        beside = [one for one in self._kept if one.process is process and one.preset]
        for one in beside:
            one.is_slow = one.is_slow or (one.preset is not None and self._learnt.takes_long(one.preset))
        if all(one.is_slow for one in beside):
            return
        for one in beside:
            self._keep_anew(one)

    def _keep_anew(self, one: Standing) -> None:
        """Let the set have another one of the same preset."""
        self._kept[self._kept.index(one)] = one.anew()
        one.is_kept = False
        self._drop(one)

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
            if not lost.is_hopeless and not (lost.never_came and self._swap.heard and not self._swap.heard.lost):
                self._successor = lost.successor()
        elif self._swap.heard and self._swap.heard.lost and not self._successor and not self._swap.heard.is_hopeless:
            self._successor = self._swap.heard.successor()
            self._swap.heard.is_hopeless = True  # it has its successor; a second one would be a second start
        for number, one in enumerate(self._kept):
            if one.lost and not (one.is_hopeless and one is not self._swap.heard):
                # what was heard has its successor already: this one waits to be called, and has all its tries before it
                self._kept[number] = Standing(one.preset, is_kept=True) if one.is_hopeless else one.successor(is_kept=True)
                one.is_kept = False
                self._drop(one)
        for coming in (self._next, self._successor):
            if coming:
                self._begin(coming)

    def _look_at_moved(self) -> None:
        """Load once more what was moved in plugins: where they look otherwise ahead, the new rack takes the old one's place."""
        self._moved.drop_lost()
        self._back_in_time()
        if not self._switching:
            is_quiet = not any(map(self._is_waited_for, self._standing()))
            self._moved.look_at_turned(self._kept, is_quiet=is_quiet)
        for one in filter(self._moved.shut, self._standing()):
            self._renew_beside(one)
        self._alerts += self._moved.look_behind_window()
        for new in (*self._moved.looks, *self._moved.behind_window):
            self._begin(new)
        for new, old in self._moved.looked_at():
            if self._take_place(new, old):
                self._moved.end(new)

    def _renew_beside(self, one: Standing) -> None:
        """What else the set keeps of a preset stands as it was before the window of this one."""
        for other in [kept for kept in self._kept if kept.preset == one.preset and kept is not one]:
            self._keep_anew(other)

    def _take_place(self, new: Standing, old: Standing) -> bool:
        """Where that is still wanted, and looks otherwise ahead. False: try again soon."""
        heard = self._swap.heard
        if new.lost or old.lost or new.looks == old.looks or not (old is heard or old.is_kept):
            self._moved.fits(new, old)
            return True
        if old is heard and not self._stand(new):
            return False
        if old.is_kept and (old.moved or not new.built_at):  # as it was turned it is no preset of the set's
            there = Standing(new.preset, is_kept=True) if new.built_at else new
            self._kept[self._kept.index(old)] = there
            there.is_kept, old.is_kept = True, False
        if old is not heard:
            self._drop(old)
        elif not self._be_heard(new, old):
            return True
        turned = {plugin_of(knob) for knob, _ in new.built_at.items() ^ old.built_at.items()}
        title = new.preset.title if new.preset else ""
        self._alerts += [LOOKS_OTHERWISE.format(plugin=old.moved or " and ".join(sorted(turned)), title=title), *new.says]
        return True

    def _back_in_time(self) -> None:
        """Where knobs stand as they stood before, let be heard what is known to be in time so."""
        heard, back = self._swap.heard, None if self._switching else self._moved.in_time(self._kept)
        if heard and back and self._stand(back):
            self._be_heard(back, heard)

    def _be_heard(self, new: Standing, old: Standing) -> bool:
        """In place of another one of the same preset, as that was turned. Whether that is new to the drummer."""
        self._swap.to(new, self._swap.when if self._swap.waits else AT_ONCE)
        self._turning.again()
        return self._moved.takes_place(new, old)

    def _begin(self, one: Standing) -> None:
        if one.is_due and not one.lost and not one.is_kept and (spare := self._spare.take()):
            begin([one], spare, self._learnt)

    def _fill_up(self) -> None:
        """Let the set stand ready, where nothing else is to be loaded: first what has no plugin that takes long."""
        waiting = [one for one in self._kept if one.is_due and not one.lost]
        others = any(self._is_waited_for(one) and one not in waiting for one in self._standing())
        quick = [one for one in waiting if one.preset and not self._learnt.takes_long(one.preset)]
        slow = [] if any(one.is_slow and one.is_loading for one in self._standing()) else waiting
        if (batch := quick or slow) and not others and (spare := self._spare.take()):
            begin(batch[:PLACES], spare, self._learnt)

    def _is_waited_for(self, one: Standing) -> bool:
        return one.preset is not None and not one.is_ready and not one.lost and not one.is_slow

    def _stand_by(self) -> None:
        """Have a spare; while something loads, only if something else waits for it."""
        is_loading = any(one.is_loading and not one.is_slow for one in self._standing())
        if is_loading and not any(one.is_due and not one.is_kept for one in self._standing()):
            return
        try:
            self._spare.want()
        except OSError as error:
            words = NO_MEMORY if error.errno == ENOSPC else NO_ROOM.format(why=error.strerror)
            self._alerts.append(words)
            if not self._had_no_room:  # it is tried again for as long as it takes
                log.warning(words)
            self._had_no_room = True

    def _arrive(self) -> None:
        """Give a voice to what is ready, and let be heard what is to be heard."""
        if self._successor and self._stand(self._successor):
            self._swap.to(self._successor, self._swap.when if self._swap.waits else AT_ONCE)
            self._turning.again()
            self._successor = self._successor.part_with_whole()
            self._renew_kept()
        if self._swap.has_slipped() and self._swap.heard and self._stand(self._swap.heard):
            self._swap.to(self._swap.heard, self._swap.when)
        if self._swap.waits and self._swap.heard and (sounding := self._swap.sounding) and sounding.lost:
            self._swap.to(self._swap.heard)  # better before its bar line than no effects until then
        if self._next and self._switching and self._stand(self._next):
            called = self._next
            self._swap.to(called, self._when)
            self._alerts.extend(called.says)  # it was said when it was loaded, which may be hours ago
            if self._successor:
                self._drop(self._successor)
            self._turning.call(called)
            self._moved.end_stand_by()
            self._turning.send()
            if called.counts:
                called.counts.edit(TRY_AGAIN, 0.0)
            self._next, self._switching = None, False
            self._successor = called.part_with_whole() or self._another_try(called)
        elif self._next and not self._next.is_kept:
            self._stand(self._next)

    def _another_try(self, called: Standing) -> Standing | None:
        """The same preset as a whole, where it has just been chosen by hand and lacks a plugin that never came."""
        is_wanted = self._is_by_hand and called.left_out and called.preset and self._learnt.try_again(called.preset)
        return Standing(called.preset) if is_wanted else None

    def _renew_kept(self) -> None:
        """Begin anew with the presets of the set that lack a plugin which has come after all."""
        for one in list(self._kept):
            if one.preset and one.left_out.keys() - self._learnt.left_out(one.preset):
                self._keep_anew(one)

    def _stand(self, one: Standing) -> bool:
        if not one.is_ready or one.lost:
            return False
        memory, bell = one.memory
        return self._swap.stand(one, memory, bell, dry_mix(one.preset, self.drums.inputs) if one.preset else None)

    def _let_go(self, gone: Standing) -> None:
        """It has rung out: what is kept goes back to its place, all else ends with the last that shares its process."""
        if (gone.is_kept or gone in self._moved.stand_by) and not gone.lost:
            was_cut, was_turned = self._swap.was_cut_short(gone), self._turning.put_back(gone)
            if (was_cut or was_turned) and gone.counts and gone.process:
                gone.counts.edit(RESET, 0.0)
                gone.process.wake()
            return
        if gone.has_window:  # it ends before it can say what was moved
            self._renew_beside(gone)
        if gone.process:
            gone.process.users -= 1
            if gone.process.users <= 0:
                self._spare.bury(gone.process)

    def _drop(self, one: Standing | None) -> None:
        for each in (one, one.whole) if one else ():
            if each:
                self._swap.drop(each)
