"""A preset's rack on its way or in its place: what it says, whether it lives, and when its successor may begin."""

import time
from collections import Counter
from collections.abc import Sequence

from cython_core.rack_ring import RackCounts
from live_rig.rack.edits import Knobs
from live_rig.rack.learnt import Learnt, plugin_name
from live_rig.rack.preset import Preset
from live_rig.rack.process import Asked, Failed, Moves, RackProcess, Ready, Shut, Told

HUNG_S = 0.25  # so much unprocessed sound, and a rack hangs
LOADING_S = 30.0  # a rack that is at one plugin for longer, or at nothing, will not come
SLOW_S = 2.0  # what waits for a plugin longer than this goes on without it
RETRY_S = (0.0, 0.5, 2.0)  # wait before the 1st, 2nd, … new start in a row; after them it stays off until chosen again
STEADY_S = 30.0  # a rack that lived so long has recovered: the next loss is its first
FAILURES = 2  # of one plugin, and it is left out
PLACES_TRIED = 4  # of a plugin's knob, none of which changed how far it looks ahead: it is taken to be no such knob
NOT_LOADED = "did not load"
NEVER_CAME = "it did not load. Choose the preset to try it again"
BEING_LOADED = "it is still being loaded"


class Standing:
    """A preset's rack on its way or in its place; without effects (preset None) it needs no process.

    is_kept: it stands ready for the whole set, and goes back there when it has rung out. whole: the same preset with a plugin
    that takes long to load, while this one plays without it.
    """

    def __init__(self, preset: Preset | None, losses: int = 0, *, is_kept: bool = False) -> None:
        self.preset, self.losses, self.is_kept = preset, losses, is_kept
        self.process: RackProcess | None = None
        self.place = 0
        self.is_ready = preset is None
        self.is_slow = False  # while it loads nobody is to wait for it
        self.whole: Standing | None = None
        self.moved = ""  # the plugin in whose window something was moved, until that has been looked at
        self.moves, self.moved_s = "", 0.0  # the plugin whose window is open, if something was moved in it, and when last
        self.looks: tuple[int, ...] = ()  # frames that each of its effects looks ahead
        self.built_at: Knobs = {}  # where knobs of its plugins stood that were turned, when it was built
        self.fits: list[Knobs] = [self.built_at]  # places of theirs at which its plugins look ahead as far as that
        self.left_out: dict[int, str] = {}  # by the number of a plugin that is not even loaded: why
        self.never_came = 0  # the number of the plugin that it was lost in, while it loaded
        self.says: tuple[str, ...] = ()  # what it plays without
        self.turned: set[str] = set()  # knobs that stand otherwise in it than its preset is written
        self.lost = ""  # why it is of no use any more
        self.is_hopeless = False  # it would fail again in the same way
        self.failures: Counter[int] = Counter()  # by the number of the plugin that failed
        self.begins_s = time.monotonic() + (RETRY_S[losses - 1] if losses else 0.0)

    @property
    def is_due(self) -> bool:
        """Whether it only waits for a process."""
        return self.preset is not None and self.process is None and time.monotonic() >= self.begins_s

    @property
    def bypassed(self) -> frozenset[int]:
        """Numbers of the plugins that have failed too often."""
        return frozenset(plugin for plugin, times in self.failures.items() if times >= FAILURES)

    @property
    def is_loading(self) -> bool:
        """Whether its process is at it, or still at the presets beside it."""
        return self.process is not None and not self.is_ready and not self.lost

    @property
    def slow_plugin(self) -> int:
        """The number of the plugin that it has been loading for long; 0: none."""
        if not self.is_loading or not self.process or self.process.stands_still_s() < SLOW_S:
            return 0
        return self.process.counts[self.place].at_work

    @property
    def counts(self) -> RackCounts | None:
        """What the rack has counted."""
        return self.process.counts[self.place] if self.process else None

    @property
    def memory(self) -> tuple[memoryview | None, int]:
        """Its rings, and its bell."""
        return (self.process.block.memory(self.place), self.process.block.bell) if self.process else (None, 0)

    def look(self, samplerate_hz: float) -> list[str]:
        """Hear what the rack says, and see whether it lives. Returns what the drummer should know."""
        if self.process is None or self.lost:
            return []
        news = self._hear(self.process)
        if not self.lost:
            self.lost = self._fault(self.process, samplerate_hz)
        if self.lost and self.preset:
            news += self._lose(self.process, self.preset)
        return news

    def _lose(self, process: RackProcess, preset: Preset) -> list[str]:
        """Say what is lost, and whose fault it is."""
        if self.is_hopeless and process.users > 1:
            return [f"The effects ({preset.title}) {self.lost}"]
        process.kill()
        plugin = process.counts[self.place].at_work
        if plugin and self.lost == NOT_LOADED:
            self.never_came = plugin
            name = plugin_name(preset, plugin)
            return [
                f"{name} did not load within {LOADING_S:g} s and is off ({preset.title}). Choose the preset to try it again"
            ]
        if plugin:
            self.failures[plugin] += 1
        if self.is_hopeless:
            return [f"The effects ({preset.title}) {self.lost}"]
        if plugin and self.failures[plugin] == FAILURES:
            name = plugin_name(preset, plugin)
            return [f"{name} failed twice and is off ({preset.title}). Choose the preset to try it again"]
        if self._losses_with_this() > len(RETRY_S):
            self.is_hopeless = True
            return [f"The effects ({preset.title}) {self.lost} again and are off. Choose the preset to try it"]
        return (
            [] if self.is_kept and not plugin else [f"The effects ({preset.title}) {self.lost}. They come back by themselves"]
        )

    def _hear(self, process: RackProcess) -> list[str]:
        news: list[str] = []
        for message in process.hear(self.place):
            if isinstance(message, Failed):
                self.lost, self.is_hopeless = f"cannot play: {message.why}", True
            if isinstance(message, Told):
                news.append(message.says)
            if isinstance(message, Moves):
                self.moves, self.moved_s = message.plugin, time.monotonic()
            if isinstance(message, Shut):
                self.moves = ""
                process.windows -= 1
                self.moved = message.plugin if message.is_moved else self.moved
            if isinstance(message, Ready):
                self.is_ready, self.begins_s, self.looks = True, time.monotonic(), message.looks
                self.says = (*self._lacks(), *message.says)
                news += self.says
        return news

    def _fault(self, process: RackProcess, samplerate_hz: float) -> str:
        if process.has_died:
            return "died"
        if not self.is_ready and process.stands_still_s() > LOADING_S:
            return NOT_LOADED
        return "hang" if process.counts[self.place].behind_frames > HUNG_S * samplerate_hz else ""

    def _lacks(self) -> list[str]:
        """What it plays without, and why."""
        preset = self.preset
        if preset is None:
            return []
        return [f"{preset.title} plays without {plugin_name(preset, number)}: {why}" for number, why in self.left_out.items()]

    def _losses_with_this(self) -> int:
        """In a row. A plugin of another preset that shares the process is no fault of this one's."""
        others = self.process.counts if self.process else ()
        if any(counts.at_work for counts in others) and not (self.counts and self.counts.at_work):
            return self.losses
        has_recovered = self.is_ready and time.monotonic() > self.begins_s + STEADY_S
        return 1 if has_recovered else self.losses + 1

    def successor(self, *, is_kept: bool = False) -> "Standing":
        """The same preset, to be begun anew: at once the first time, later if it keeps failing; without what failed twice."""
        return self._begun_anew(0 if self._gave_up_a_plugin() else self._losses_with_this(), is_kept=is_kept)

    def anew(self) -> "Standing":
        """The same preset, to be begun anew, although this one is not lost."""
        return self._begun_anew(self.losses, is_kept=self.is_kept)

    @property
    def has_window(self) -> bool:
        """Whether a window is open in its process, or about to be."""
        return self.process is not None and self.process.windows > 0

    def once_more(self, turned: Knobs) -> "Standing":
        """The same preset, to be begun beside this one, with these knobs of its plugins turned."""
        next_one = self._begun_anew(0, is_kept=False)
        next_one.built_at, next_one.fits, next_one.turned = turned, [turned], set(turned)
        return next_one

    def is_in_time(self, turned: Knobs) -> bool:
        """Whether its plugins are known to look ahead as far as when it was built, with their knobs so. One that has been at
        many places to no effect is left out of it.
        """
        steady = {knob for knob in turned if len({at.get(knob) for at in self.fits}) > PLACES_TRIED}
        places = [{knob: value for knob, value in at.items() if knob not in steady} for at in (turned, *self.fits)]
        return places[0] in places[1:]

    def _begun_anew(self, losses: int, *, is_kept: bool) -> "Standing":
        next_one = Standing(self.preset, losses, is_kept=is_kept)
        next_one.failures = self.failures.copy()
        return next_one

    def stand_in(self, number: int) -> "Standing":
        """The same preset, to be heard without the plugin of that number until this one is there."""
        next_one = self.anew()
        next_one.whole, next_one.left_out = self.whole or self, self.left_out | {number: BEING_LOADED}
        return next_one

    def part_with_whole(self) -> "Standing | None":
        """The preset as a whole, which somebody else sees to from now on."""
        whole, self.whole = self.whole, None
        return whole

    def _gave_up_a_plugin(self) -> bool:
        plugin = self.counts.at_work if self.counts else 0
        return plugin in self.bypassed or bool(self.never_came)


def begin(standings: Sequence[Standing], process: RackProcess, learnt: Learnt) -> None:
    """Let one process play them all, each in its place."""
    asked = []
    for place, one in enumerate(standings):
        if one.preset is None:  # it needs no process
            continue
        one.process, one.place, one.begins_s = process, place, time.monotonic()
        one.left_out |= dict.fromkeys(learnt.left_out(one.preset), NEVER_CAME)
        one.is_slow = learnt.takes_long(one.preset) and one.is_kept
        asked.append(Asked(one.preset, one.bypassed.union(one.left_out), one.built_at))
    try:
        process.play(asked)
    except OSError:
        for one in standings:
            one.lost = "died"
