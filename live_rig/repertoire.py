"""The songs of a show, ready to be played: stems open, each in its key, and charted; watched over while they play; let go."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from threading import Event

from cython_core.chart import Chart
from cython_core.stems import Stems
from live_rig.audio.voice import Voice
from live_rig.band.keys import Keys
from live_rig.band.lost_stems import StemWatch
from live_rig.band.renderer import NativeLoop, prefetch
from live_rig.band.stems import LeftOff, open_stems
from live_rig.conducting.chart import chart_of
from live_rig.errors import RigError
from live_rig.paths import cache_dir
from live_rig.show.setlist import Show
from live_rig.show.song import Song


@dataclass(frozen=True, slots=True)
class OpenSong:
    """A song in one key, ready to be played."""

    stems: Stems
    chart: Chart
    watch: StemWatch
    fetching: NativeLoop


class Repertoire:
    """Of one show at one rate. in_new_key: is told of a song that is to be played in another key from now on, and of its stems,
    perhaps in a thread of its own; alert: what the drummer should know.
    """

    def __init__(
        self,
        show: Show,
        samplerate_hz: float,
        voice: Voice,
        in_new_key: Callable[[Song, Stems], None],
        alert: Callable[[str], None],
    ) -> None:
        self.show, self.samplerate_hz = show, samplerate_hz
        self._voice, self._alert = voice, alert
        self.keys = Keys(self._opened, in_new_key, alert)
        self._ready: dict[Stems, OpenSong] = {}
        self._is_closing = Event()

    def chart(self, song: Song) -> Chart:
        """A song's chart, its stems open and being fetched. Raises RigError."""
        return self._ready[self.keys.stems(song)].chart

    @property
    def open_songs(self) -> int:
        """How many are open, a song in two keys being two."""
        return len(self._ready)

    def let_go(self, near: Iterable[Song], lent: Iterable[Stems]) -> list[OpenSong]:
        """Forget every song but these, each in its key, and those whose stems are lent. What is returned is to be closed."""
        return [self._ready.pop(stems) for stems in self.keys.let_go(near, lent)]

    def decode_all(self) -> None:
        """Decode every song into the cache, so that none is waited for later. Takes its time."""
        for song in self.show.songs:
            try:
                self._open(self.keys.song(song))
            except LeftOff:
                return
            except RigError as error:
                self._alert(str(error))

    def lost_stems(self, song: Song) -> list[str]:
        """What has been lost of a song since the last look, in words. Takes as long as the disk does."""
        stems = self.keys.now_open(song)
        return [] if stems is None else self._ready[stems].watch.look()

    def not_locked(self) -> str:
        """Why the system has not locked all of what is open in memory, in its words; "" when it has."""
        return next((why for stems in list(self._ready) if (why := stems.not_locked)), "")

    def leave_off(self) -> None:
        """Decode and transpose no more: what is at it ends within a moment, and leaves nothing half-written."""
        self._is_closing.set()

    def close(self) -> None:
        """No more keys, and every thread gone."""
        self.leave_off()
        self.keys.close()
        close(self._ready.values())

    def _opened(self, song: Song) -> Stems:
        stems = self._open(song)
        stems.song = 1 + [each.id for each in self.show.songs].index(song.id)
        chart = chart_of(song, self.samplerate_hz, stems, self.show.buses, self._voice)
        self._ready[stems] = OpenSong(stems, chart, StemWatch(song, stems), prefetch(stems))
        self._ready[stems].fetching.start()
        return stems

    def _open(self, song: Song) -> Stems:
        return open_stems(song, round(self.samplerate_hz), cache_dir(), is_wanted=lambda: not self._is_closing.is_set())


def close(songs: Iterable[OpenSong]) -> None:
    """Fetch no more for them. Their memory and their files go with the last who knows of them."""
    for song in songs:
        song.fetching.stop()
