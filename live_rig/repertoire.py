"""The songs of a show, ready to be played: stems open, each in its key, and charted; watched over while they play; let go."""

import logging
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from threading import Event

from cython_core.chart import Chart
from cython_core.stems import Stems
from live_rig.alerts import Alerts
from live_rig.audio.voice import Voice
from live_rig.band.keys import Keys
from live_rig.band.lost_stems import StemWatch
from live_rig.band.renderer import NativeLoop, prefetch
from live_rig.band.stems import LeftOff, are_prepared, open_stems
from live_rig.conducting.chart import chart_of
from live_rig.errors import RigError
from live_rig.paths import cache_dir
from live_rig.show.edition import Edition
from live_rig.show.faults import Fault
from live_rig.show.preset import preset_files
from live_rig.show.setlist import Show
from live_rig.show.song import Song
from live_rig.show.song_folder import read_song

MOST_TRIES = 3
NOT_PREPARED = '"{title}" could not be prepared; the log says more'

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class OpenSong:
    """A song in one key, ready to be played."""

    stems: Stems
    chart: Chart
    watch: StemWatch
    fetching: NativeLoop


class Repertoire:
    """Of one show at one rate. in_new_key: is told of a song that is to be played in another key from now on, and of its stems,
    perhaps in a thread of its own.
    """

    def __init__(
        self,
        show: Show,
        samplerate_hz: float,
        voice: Voice,
        in_new_key: Callable[[Song, Stems], None],
        alerts: Alerts,
    ) -> None:
        self.samplerate_hz = samplerate_hz
        self._show, self._voice, self._alerts = show, voice, alerts
        self._numbers: dict[tuple[str, Edition], int] = {}  # of every edition of a song that was ever opened
        self.keys = Keys(self._opened, in_new_key, alerts.say)
        self._ready: dict[Stems, OpenSong] = {}
        self._editions: dict[str, Edition] = {}  # of every song, at the last look at what has been written
        self._decoded: dict[str, Edition] = {}  # of those that have been written anew
        self._spoilt: set[str] = set()  # songs that could not be played as they were written when they were read last
        self._stumbled = Counter[str]()  # songs that something unforeseen has kept from being decoded
        self._is_closing = Event()

    def chart(self, song: Song) -> Chart:
        """A song's chart, its stems open and being fetched. Raises RigError."""
        return self._ready[self.keys.stems(song)].chart

    def let_go(self, near: Iterable[Song], lent: Iterable[Stems]) -> list[OpenSong]:
        """Forget every song but these, each in its key, and those whose stems are lent. What is returned is to be closed."""
        return [self._ready.pop(stems) for stems in self.keys.let_go(near, lent)]

    def as_written_now(self, song: Song) -> Song:
        """A song of the show, read again where one of its files has been written anew. Where that cannot be played it is said,
        and the song stays as it was.
        """
        read = self._read(song)
        if isinstance(read, Song):
            return read
        self._spoilt.add(song.id)
        self._alerts.say_of(f"songs/{song.id}", f'"{song.title}" stays as it was: {read[0]}')
        return song

    def is_prepared(self, song: Song) -> bool:
        """Whether it can be opened in a moment, as it is written now."""
        read = self._read(song)
        if read is song and self.keys.now_open(song) is not None:
            return True
        in_its_key = self.keys.song(read if isinstance(read, Song) else song)
        return are_prepared(in_its_key, round(self.samplerate_hz), cache_dir())

    def prepare(self, song: Song, is_wanted: Callable[[], bool]) -> None:
        """Do all of it that takes its time. Raises RigError; LeftOff where it is not wanted any more."""
        self._open(self.keys.song(self.as_written_now(song)), is_wanted)

    def decode(self, songs: Iterable[Song]) -> None:
        """Decode them into the cache, so that none is waited for later. Takes its time."""
        for song in songs:
            try:
                self._decode(song)
            except LeftOff:
                return
            except RigError as error:
                self._alerts.say(str(error))

    def decode_anew(self, songs: Iterable[Song]) -> None:
        """Do the same for those that have been written anew, and not since the last look: nobody is at it any more. What is
        wrong with one is said when it is loaded, until it is mended. And once more for those that something unforeseen has kept
        from it.
        """
        for song in songs:
            if song.id in self._spoilt:
                self._read(song)
            before, now = self._editions.get(song.id, song.edition), song.edition_now()
            self._editions[song.id] = now
            if now == before and now != self._decoded.get(song.id, song.edition):
                self._decoded[song.id] = now
                with suppress(LeftOff, RigError):
                    if isinstance(read := self._read(song), Song):
                        self._decode(read)

    def lost_stems(self, song: Song) -> list[str]:
        """What has been lost of a song since the last look, in words. Takes as long as the disk does."""
        stems = self.keys.now_open(song)
        return [] if stems is None else self._ready[stems].watch.look()

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
        stems.song = self._numbers.setdefault((song.id, song.edition), len(self._numbers) + 1)
        chart = chart_of(song, self.samplerate_hz, stems, self._show.buses, self._voice)
        self._ready[stems] = OpenSong(stems, chart, StemWatch(song, stems), prefetch(stems))
        self._ready[stems].fetching.start()
        return stems

    def _decode(self, song: Song) -> None:
        """Raises RigError; LeftOff. What else goes wrong is logged and said, and tried again at the next looks, a few times."""
        try:
            self._open(self.keys.song(song))
        except (LeftOff, RigError):
            raise
        except Exception:
            log.exception('"%s" could not be prepared', song.title)
            self._alerts.say(NOT_PREPARED.format(title=song.title))
            self._stumbled[song.id] += 1
            if self._stumbled[song.id] < MOST_TRIES:
                self._decoded[song.id] = frozenset()

    def _read(self, song: Song) -> Song | list[Fault]:
        """As it is written now, the same object if it is no other edition; or what is wrong with it."""
        read: Song | list[Fault] = song
        if song.edition_now() != song.edition:
            read = read_song(song.folder, song.id, preset_files(self._show.folder), self._show.buses)
        if isinstance(read, Song) and song.id in self._spoilt:
            self._spoilt.discard(song.id)
            self._alerts.say_of(f"songs/{song.id}")
        return read

    def _open(self, song: Song, is_wanted: Callable[[], bool] = lambda: True) -> Stems:
        return open_stems(
            song, round(self.samplerate_hz), cache_dir(), is_wanted=lambda: is_wanted() and not self._is_closing.is_set()
        )


def close(songs: Iterable[OpenSong]) -> None:
    """Fetch no more for them. Their memory and their files go with the last who knows of them."""
    for song in songs:
        song.fetching.stop()
