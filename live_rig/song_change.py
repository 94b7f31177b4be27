"""From song to song: what is asked for is loaded at once, or prepared beside all else, and nothing else begins meanwhile."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from functools import partial

from cython_core.authority import Leader
from cython_core.exchange import EventKind
from live_rig.coming import Asked, Coming
from live_rig.conducting.cues import Sent
from live_rig.errors import RigError, ShowError
from live_rig.instrument import Instrument
from live_rig.running_order import ENDS, STARTS, RunningOrder
from live_rig.show.song import Song
from live_rig.stage_state import is_heard

STILL_AWAITED = 'What comes next, "{title}", is still being prepared'
TAKEN_OUT = '"{title}" has been taken out of the set, and does not come'


class SongChange:
    """Changes the song of the running order. turn: held by whoever changes it, here the caller, or the thread in which a song
    comes; listen: lets the drummer begin the song that is loaded, and says who has the tempo then; alert: what the drummer
    should know.
    """

    def __init__(
        self,
        order: RunningOrder,
        instrument: Instrument,
        turn: AbstractContextManager[object],
        listen: Callable[[int], None],
        alert: Callable[[str], None],
    ) -> None:
        self._order, self._instrument, self._listen, self._alert = order, instrument, listen, alert
        self._coming = Coming(turn, self._comes_not)

    @property
    def asked(self) -> Asked | None:
        """The song that was asked for, and is being prepared."""
        return self._coming.asked

    @property
    def still_to_come(self) -> tuple[str, ...]:
        """Which song is being prepared that was asked for, or that this one leads to, in words."""
        if asked := self.asked:
            return (asked.words,)
        return (STILL_AWAITED.format(title=awaited.title),) if (awaited := self._order.awaited) else ()

    def close(self) -> None:
        """Nothing comes any more."""
        self._coming.close()

    def step(self, by: int) -> str:
        """So many songs on, from the one that is asked for, or else from the one that is loaded. In words, what comes of it."""
        return self.go_to((self._order.number_of(asked.song_id) if (asked := self.asked) else self._order.number) + by)

    def go_to(self, number: int) -> str:
        """Load it, or have it prepared: whoever asks, the door or a pedal, is to be heard again at once."""
        if not self._order.has(number):
            return ENDS if number > 0 else STARTS
        if self._order.is_prepared(number):
            title = self._load(number)
            self._coming.forget()
            return title
        song, asked = self._order.songs[number], self.asked
        if asked is None or asked.song_id != song.id:  # whoever asks again is not to make it begin anew
            asked = self._await(song, self._load)
        return asked.words

    def try_again(self) -> None:
        """The first song could not be had when the rig was started: it comes as soon as it can be."""
        if self._order.missing and self.asked is None:
            try:
                self.go_to(self._order.number)
            except RigError as error:
                self._alert(str(error))

    def go_on_late(self, ended_beat: float) -> None:
        """The song has ended, and what it leads to was not there: that comes by itself. A drummer who left has left."""
        if (awaited := self._order.awaited) is None or self.asked:
            return
        if self._order.is_over(ended_beat):
            self._await(awaited, self._load_and_begin)

    def refuse_to_begin(self) -> None:
        """Raise where another song has been asked for, or none is there: nothing is to begin."""
        if asked := self.asked:
            do = "Start it when it is there, or say unqueue"
            raise ShowError(f'"{asked.title}" is not ready yet', where="command", do=do)
        if self._order.missing:
            raise self._order.missing

    def let_none_come(self) -> None:
        """Whatever was asked for is not to come: the song that is there may begin again."""
        self._coming.forget()
        self._instrument.send([Sent(EventKind.AWAIT_SONG, 0.0)])

    def keep_to(self, songs: Sequence[Song]) -> None:
        """The set has these songs now; what has been taken out of it does not come."""
        if (asked := self.asked) and not any(song.id == asked.song_id for song in songs):
            self._comes_not(TAKEN_OUT.format(title=asked.title))

    def _await(self, song: Song, load: Callable[[int], object]) -> Asked:
        """Have it prepared and then loaded, by its number in the set. Nothing else begins until then."""
        self._instrument.send([Sent(EventKind.AWAIT_SONG, 1.0)])
        prepare = partial(self._order.repertoire.prepare, song)
        asked = Asked(song.id, song.title, prepare, lambda: load(self._order.number_of(song.id)))
        self._coming.ask(asked)
        return asked

    def _load_and_begin(self, number: int) -> None:
        """A song that is late: on the next bar line of a drummer who leads and plays on; else after a count by the click."""
        now, before = self._instrument.exchange.snapshot(), self._order.song
        leads = now["leader"] in (Leader.DRUMMER, Leader.SHARED) and is_heard(now)
        on_his_bar = leads and before is not None and before.ending == "segue"
        self._order.load(number, plays_on=on_his_bar)
        self._listen(now["leader"])
        self._instrument.send([Sent(EventKind.BAND_IN if on_his_bar else EventKind.COUNT_IN)])

    def _load(self, number: int) -> str:
        self._order.load(number)
        self._listen(Leader.DRUMMER)
        self._order.missing = None  # now that it listens: what is told to begin before that would be waited out
        return self._order.songs[number].title

    def _comes_not(self, words: str) -> None:
        """What was asked for cannot be had; why, in words. In the coming song's thread, in its turn."""
        self._alert(words)
        self.let_none_come()
