"""What the drummer should know, and for how long: lines that come, fade by themselves and stay while their cause does."""

import time
from collections.abc import Callable
from threading import Lock

LASTS_S = 12.0
AT_MOST = 8


class Alerts:
    """The newest lines. Any thread may say something: a disk, a key that is being made, a pedal."""

    def __init__(self, now_s: Callable[[], float] = time.monotonic) -> None:
        self._now_s, self._lock = now_s, Lock()
        self._until_s: dict[str, float] = {}  # oldest first
        self._counts: dict[str, int] = {}
        self._of: dict[str, tuple[str, ...]] = {}

    def say(self, words: str) -> None:
        """One line. Said again, it stays longer, and is the newest."""
        with self._lock:
            self._until_s.pop(words, None)
            self._until_s[words] = self._now_s() + LASTS_S
            for oldest in list(self._until_s)[:-AT_MOST]:
                del self._until_s[oldest]

    def keep(self, words: str) -> None:
        """It is still so: the line stays, behind all that is newer. One that was not there is said."""
        with self._lock:
            if self._until_s.get(words, 0.0) > self._now_s():
                self._until_s[words] = self._now_s() + LASTS_S
                return
        self.say(words)

    def take_back(self, words: str) -> None:
        """It is no longer so."""
        with self._lock:
            self._until_s.pop(words, None)

    def say_of(self, thing: str, *lines: str) -> None:
        """What is so of this thing now, in place of what was said of it before."""
        for words in self._of.get(thing, ()):
            if words not in lines:
                self.take_back(words)
        self._of[thing] = lines
        for words in lines:
            self.say(words)

    def say_if_grown(self, words: str, count: int) -> None:
        """The line, when there are more of what it tells of than at the last look."""
        if count > self._counts.get(words, 0):
            self.say(words)
        self._counts[words] = count

    def now(self) -> tuple[str, ...]:
        """What is still worth showing, newest first."""
        now_s = self._now_s()
        with self._lock:
            return tuple(words for words, until_s in reversed(self._until_s.items()) if until_s > now_s)
