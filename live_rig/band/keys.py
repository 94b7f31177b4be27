"""The key that each song of the set is played in: another one is made beside, in a thread of its own, and taken when whole.

A key is said in semitones from the recording. Made once, it is in the cache of stems; while it is open as well, to go back to
it takes no time.
"""

import logging
from collections.abc import Callable, Iterable
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock

from cython_core.stems import Stems
from live_rig.band.stems import LeftOff
from live_rig.errors import RigError, ShowError
from live_rig.priority import run_this_thread_as_others
from live_rig.show.edition import Edition
from live_rig.show.song import MOST_SEMITONES, Song

NOT_MADE = '"{title}" stays in its key: the other one could not be made; the log says more'
WAYS = {"up": 1, "down": -1}

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Asked:
    """A song's key that is being made."""

    song: Song  # as it is written
    semitones: int


class Keys:
    """Keys of songs. `opened` opens a song's stems in the key it is given in, and may take minutes; `taken` is told, in the
    same thread, of a song as it is to be played now, and of its stems; `failed` is told why there are none.
    """

    def __init__(
        self,
        opened: Callable[[Song], Stems],
        taken: Callable[[Song, Stems], None],
        failed: Callable[[str], None],
        worker: Executor | None = None,
    ) -> None:
        self._opened, self._taken, self._failed = opened, taken, failed
        self._now: dict[str, int] = {}
        self._before: dict[str, int] = {}
        self._stems: dict[tuple[str, Edition, int], Stems] = {}
        self._asked: dict[str, Asked] = {}
        self._deciding = Lock()  # between what is asked for and what is made
        self._worker = worker or ThreadPoolExecutor(1, "keys", run_this_thread_as_others)

    def of(self, song: Song) -> int:
        """The key that a song is played in, or will be from its next bar line."""
        return self._now.get(song.id, song.transpose)

    def asked(self, song: Song) -> Asked | None:
        """What is being made for it."""
        return self._asked.get(song.id)

    def song(self, song: Song) -> Song:
        """A song in its key."""
        return song.model_copy(update={"transpose": self.of(song)})

    def stems(self, song: Song) -> Stems:
        """A song's stems in its key, opened where they are not yet. Raises RigError."""
        key = self._key_now(song)
        if key not in self._stems:
            self._stems[key] = self._opened(self.song(song))
        return self._stems[key]

    def now_open(self, song: Song) -> Stems | None:
        """A song's stems in its key, where they are open."""
        return self._stems.get(self._key_now(song))

    def let_go(self, near: Iterable[Song], lent: Iterable[Stems]) -> list[Stems]:
        """Forget all that is open but these songs, each in its key, and what is lent. Returns what was forgotten."""
        with self._deciding:
            kept, lent = {self._key_now(song) for song in near}, set(lent)
            gone = [key for key, stems in self._stems.items() if key not in kept and stems not in lent]
            return [self._stems.pop(key) for key in gone]

    def ask(self, song: Song, semitones: int) -> None:
        """Have it made, and taken as soon as it is. What was asked for the song before is forgotten."""
        asked = Asked(song, semitones)
        with self._deciding:
            self._asked[song.id] = asked
            if self._is_settled(asked):
                return
        self._worker.submit(self._make, asked)

    def take_back(self, song: Song, *, is_waiting: bool) -> None:
        """Forget what is being made for it; or, where one was made and waits for its bar line, stay in the one before."""
        with self._deciding:
            if self._asked.pop(song.id, None) is not None or not is_waiting or song.id not in self._before:
                return
            before = self._before[song.id]
        self.ask(song, before)

    def close(self) -> None:
        """Make no more."""
        self._asked.clear()
        self._worker.shutdown(wait=False, cancel_futures=True)

    def _key_now(self, song: Song) -> tuple[str, Edition, int]:
        return song.id, song.edition, self.of(song)

    def _make(self, asked: Asked) -> None:
        with self._deciding:
            if self._is_settled(asked):
                return
        try:
            stems = self._opened(asked.song.model_copy(update={"transpose": asked.semitones}))
        except LeftOff:
            return
        except Exception as error:
            with self._deciding:
                if not self._is_wanted(asked):
                    return
                del self._asked[asked.song.id]
            if not isinstance(error, RigError):
                log.exception("A key could not be made")
            self._failed(str(error) if isinstance(error, RigError) else NOT_MADE.format(title=asked.song.title))
            return
        with self._deciding:
            self._stems[asked.song.id, asked.song.edition, asked.semitones] = stems
            if self._is_wanted(asked):
                self._take(asked, stems)

    def _is_settled(self, asked: Asked) -> bool:
        """Whether nothing is to be made: it is not wanted any more, or it is there, and is taken."""
        if not self._is_wanted(asked):
            return True
        ready = self._stems.get((asked.song.id, asked.song.edition, asked.semitones))
        if ready is not None:
            self._take(asked, ready)
        return ready is not None

    def _is_wanted(self, asked: Asked) -> bool:
        return self._asked.get(asked.song.id) is asked

    def _take(self, asked: Asked, stems: Stems) -> None:
        self._asked.pop(asked.song.id, None)
        self._before[asked.song.id] = self.of(asked.song)
        self._now[asked.song.id] = asked.semitones
        self._taken(asked.song, stems)


def in_key(semitones: int) -> str:
    """A key, in words."""
    return f"key {semitones:+d}" if semitones else "the recorded key"


def key_of(value: str, now: int) -> int:
    """What `key -2`, `key up` or `key down` asks for: semitones from the recording. ShowError where it is out of reach.

    value: as `parse_command` lets it through.
    """
    semitones = now + WAYS[value] if value in WAYS else int(value)
    if abs(semitones) > MOST_SEMITONES:
        what = f"{semitones:+d} semitones are out of reach"
        raise ShowError(what, where="command", do=f"Say -{MOST_SEMITONES} to {MOST_SEMITONES} from the recording")
    return semitones
