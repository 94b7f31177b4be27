"""The song that was asked for before it is ready: prepared beside all else, and loaded as soon as it is."""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass

from live_rig.band.stems import LeftOff
from live_rig.errors import RigError
from live_rig.priority import run_this_thread_as_others

IsWanted = Callable[[], bool]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A song: what makes it ready, as long as it is wanted, and what loads it."""

    song_id: str
    title: str
    prepare: Callable[[IsWanted], object]
    load: Callable[[], object]

    @property
    def words(self) -> str:
        """What the stage says meanwhile."""
        return f'"{self.title}" is being prepared, and comes as soon as it is ready'


class Coming:
    """One song at a time, the one asked for last. turn: held while a song is loaded; alert: what the drummer should know. Any
    thread may ask.
    """

    def __init__(self, turn: AbstractContextManager[object], alert: Callable[[str], None]) -> None:
        self._turn, self._alert = turn, alert
        self.asked: Asked | None = None
        self._worker = ThreadPoolExecutor(1, "coming song", run_this_thread_as_others)

    def ask(self, asked: Asked) -> None:
        """Have it prepared, and then loaded, in its turn."""
        self.asked = asked
        self._worker.submit(self._bring, asked)

    def forget(self) -> None:
        """Nothing is to come."""
        self.asked = None

    def close(self) -> None:
        """Nothing comes any more; what is being loaded in this moment is loaded first."""
        with self._turn:
            self.forget()
        self._worker.shutdown(wait=False, cancel_futures=True)

    def _bring(self, asked: Asked) -> None:
        try:
            asked.prepare(lambda: self.asked is asked)
            with self._turn:
                if self.asked is asked:
                    asked.load()
                    self._is_over(asked)
        except LeftOff:
            return
        except RigError as error:
            self._fail(asked, str(error))
        except Exception:
            log.exception('"%s" could not be loaded', asked.title)
            self._fail(asked, f'"{asked.title}" could not be loaded; the log says more')

    def _fail(self, asked: Asked, words: str) -> None:
        with self._turn:  # another one that is asked for in this moment is not to be forgotten in its place
            if self._is_over(asked):
                self._alert(words)

    def _is_over(self, asked: Asked) -> bool:
        """From now on, if it was wanted until now. In its turn."""
        was_wanted = self.asked is asked
        if was_wanted:
            self.forget()
        return was_wanted
