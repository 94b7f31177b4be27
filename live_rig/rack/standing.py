"""A preset's rack on its way or in its place: what it says, whether it lives, and when its successor may begin."""

import time

from live_rig.rack.preset import Preset
from live_rig.rack.process import Failed, RackProcess, Ready

HUNG_S = 0.25  # so much unprocessed sound, and a rack hangs
LOADING_S = 30.0  # a rack that takes longer to load will not come
RETRY_S = (0.0, 0.5, 2.0)  # wait before the 1st, 2nd, … new start in a row; after them it stays off until chosen again
STEADY_S = 30.0  # a rack that lived so long has recovered: the next loss is its first


class Standing:
    """A preset's rack on its way or in its place; without effects (preset None) it needs no process."""

    def __init__(self, preset: Preset | None, losses: int = 0) -> None:
        self.preset, self.losses = preset, losses
        self.process: RackProcess | None = None
        self.is_ready = preset is None
        self.lost = ""  # why it is of no use any more
        self.is_hopeless = False  # it would fail again in the same way
        self.begins_s = time.monotonic() + (RETRY_S[losses - 1] if losses else 0.0)

    @property
    def is_due(self) -> bool:
        """Whether it only waits for a process."""
        return self.preset is not None and self.process is None and time.monotonic() >= self.begins_s

    def look(self, samplerate: float) -> list[str]:
        """Hear what the rack says, and see whether it lives. Returns what the drummer should know."""
        if self.process is None or self.lost:
            return []
        news = self._hear(self.process)
        if not self.lost:
            self.lost = self._fault(self.process, samplerate)
        if self.lost and self.preset:
            self.process.kill()
            if self.is_hopeless:
                news.append(f"The effects ({self.preset.title}) {self.lost}")
            elif self._losses_with_this() > len(RETRY_S):
                self.is_hopeless = True
                news.append(f"The effects ({self.preset.title}) {self.lost} again and are off. Choose the preset to try it")
            else:
                news.append(f"The effects ({self.preset.title}) {self.lost}. They come back by themselves")
        return news

    def _hear(self, process: RackProcess) -> list[str]:
        try:
            message = process.line.recv() if process.line.poll() else None
        except (EOFError, OSError):
            self.lost = "died"
            return []
        if isinstance(message, Failed):
            self.lost, self.is_hopeless = f"cannot play: {message.why}", True
        if isinstance(message, Ready):
            self.is_ready, self.begins_s = True, time.monotonic()
            process.block.forget_name()
            return list(message.says)
        return []

    def _fault(self, process: RackProcess, samplerate: float) -> str:
        if not process.process.is_alive():
            return "died"
        if not self.is_ready and time.monotonic() > self.begins_s + LOADING_S:
            return "did not load"
        return "hang" if process.counts.behind_frames > HUNG_S * samplerate else ""

    def _losses_with_this(self) -> int:
        has_recovered = self.is_ready and time.monotonic() > self.begins_s + STEADY_S
        return 1 if has_recovered else self.losses + 1

    def successor(self) -> "Standing":
        """The same preset, to be begun anew: at once the first time, later if it keeps failing."""
        return Standing(self.preset, self._losses_with_this())
