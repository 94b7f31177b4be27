"""The songs of a show, ready to be played: their stems open, each in its key, and charted; and watched over while they play."""

from collections.abc import Callable
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
        self._voice, self._in_new_key, self._alert = voice, in_new_key, alert
        self.keys = Keys(self._opened, self._taken, alert)
        self._charts: dict[str, Chart] = {}
        self._watches: dict[str, StemWatch] = {}
        self._prefetching: list[NativeLoop] = []
        self._is_closing = Event()

    def chart(self, song: Song) -> Chart:
        """A song's chart, its stems open and being fetched. Raises RigError."""
        if song.id not in self._charts:
            self._charts[song.id] = self._charted(song, self.keys.stems(song))
        return self._charts[song.id]

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
        return self._watches[song.id].look() if song.id in self._watches else []

    def leave_off(self) -> None:
        """Decode and transpose no more: what is at it ends within a moment, and leaves nothing half-written."""
        self._is_closing.set()

    def close(self) -> None:
        """No more keys, and every thread gone."""
        self.leave_off()
        self.keys.close()
        for loop in self._prefetching:
            loop.stop()

    def _charted(self, song: Song, stems: Stems) -> Chart:
        self._watches[song.id] = StemWatch(song, stems)
        return chart_of(song, self.samplerate_hz, stems, self.show.buses, self._voice)

    def _opened(self, song: Song) -> Stems:
        stems = self._open(song)
        stems.song = 1 + [each.id for each in self.show.songs].index(song.id)
        loop = prefetch(stems)
        loop.start()
        self._prefetching.append(loop)
        return stems

    def _open(self, song: Song) -> Stems:
        return open_stems(song, round(self.samplerate_hz), cache_dir(), is_wanted=lambda: not self._is_closing.is_set())

    def _taken(self, song: Song, stems: Stems) -> None:
        self._charts[song.id] = self._charted(song, stems)
        self._in_new_key(song, stems)
