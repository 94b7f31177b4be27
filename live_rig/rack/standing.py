"""A preset's rack on its way or in its place: what it says, whether it lives, and when its successor may begin."""

import time
from collections import Counter
from collections.abc import Sequence

from cython_core.rack_ring import RackCounts
from live_rig.rack.knobs import all_effects
from live_rig.rack.preset import Preset
from live_rig.rack.process import Asked, Failed, RackProcess, Ready, Told

HUNG_S = 0.25  # so much unprocessed sound, and a rack hangs
LOADING_S = 30.0  # a rack that takes longer to load will not come
RETRY_S = (0.0, 0.5, 2.0)  # wait before the 1st, 2nd, … new start in a row; after them it stays off until chosen again
STEADY_S = 30.0  # a rack that lived so long has recovered: the next loss is its first
FAILURES = 2  # of one plugin, and it is left out


class Standing:
    """A preset's rack on its way or in its place; without effects (preset None) it needs no process.

    is_kept: it stands ready for the whole set, and goes back there when it has rung out.
    """

    def __init__(self, preset: Preset | None, losses: int = 0, *, is_kept: bool = False) -> None:
        self.preset, self.losses, self.is_kept = preset, losses, is_kept
        self.process: RackProcess | None = None
        self.place = 0
        self.is_ready = preset is None
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
    def counts(self) -> RackCounts | None:
        """What the rack has counted."""
        return self.process.counts[self.place] if self.process else None

    @property
    def memory(self) -> tuple[memoryview | None, int]:
        """Its rings, and its bell."""
        return (self.process.block.memory(self.place), self.process.block.bell) if self.process else (None, 0)

    def look(self, samplerate: float) -> list[str]:
        """Hear what the rack says, and see whether it lives. Returns what the drummer should know."""
        if self.process is None or self.lost:
            return []
        news = self._hear(self.process)
        if not self.lost:
            self.lost = self._fault(self.process, samplerate)
        if self.lost and self.preset:
            news += self._lose(self.process, self.preset)
        return news

    def _lose(self, process: RackProcess, preset: Preset) -> list[str]:
        """Say what is lost, and whose fault it is."""
        if self.is_hopeless and process.users > 1:
            return [f"The effects ({preset.title}) {self.lost}"]
        process.kill()
        plugin = process.counts[self.place].at_work
        if plugin:
            self.failures[plugin] += 1
        if self.is_hopeless:
            return [f"The effects ({preset.title}) {self.lost}"]
        if plugin and self.failures[plugin] == FAILURES:
            name = plugin_names(preset)[plugin - 1]
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
            if isinstance(message, Ready):
                self.is_ready, self.begins_s = True, time.monotonic()
                self.says = message.says
                news += message.says
        return news

    def _fault(self, process: RackProcess, samplerate: float) -> str:
        if process.has_died:
            return "died"
        if not self.is_ready and time.monotonic() > self.begins_s + LOADING_S:
            return "did not load"
        return "hang" if process.counts[self.place].behind_frames > HUNG_S * samplerate else ""

    def _losses_with_this(self) -> int:
        """In a row. A plugin of another preset that shares the process is no fault of this one's."""
        others = self.process.counts if self.process else ()
        if any(counts.at_work for counts in others) and not (self.counts and self.counts.at_work):
            return self.losses
        has_recovered = self.is_ready and time.monotonic() > self.begins_s + STEADY_S
        return 1 if has_recovered else self.losses + 1

    def successor(self, *, is_kept: bool = False) -> "Standing":
        """The same preset, to be begun anew: at once the first time, later if it keeps failing; without what failed twice."""
        next_one = Standing(self.preset, 0 if self._gave_up_a_plugin() else self._losses_with_this(), is_kept=is_kept)
        next_one.failures = self.failures.copy()
        return next_one

    def _gave_up_a_plugin(self) -> bool:
        plugin = self.counts.at_work if self.counts else 0
        return plugin in self.bypassed


def begin(standings: Sequence[Standing], process: RackProcess) -> None:
    """Let one process play them all, each in its place."""
    for place, one in enumerate(standings):
        one.process, one.place, one.begins_s = process, place, time.monotonic()
    try:
        process.play([Asked(one.preset, one.bypassed) for one in standings if one.preset])
    except OSError:
        for one in standings:
            one.lost = "died"


def plugin_names(preset: Preset) -> list[str]:
    """The preset's plugins, in the order of their numbers."""
    effects = (*(effect for channel in preset.channels for effect in channel.effects), *preset.effects)
    plugins = (effect for effect in all_effects(effects) if effect.type == "VST3")
    return [plugin.plugin or (plugin.path.stem if plugin.path else "?") for plugin in plugins]
