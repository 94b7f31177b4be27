"""Where in the set we are: the song that is loaded, the one that its ending leads to, and the key that each is played in.

A song that was written anew, with other stems, beats or words, is read again when it is loaded, or when what leads to it is;
until then it is played as it was.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from cython_core.chart import Chart
from cython_core.exchange import EventKind
from cython_core.stems import Stems
from live_rig.alerts import Alerts
from live_rig.audio.voice import Voice
from live_rig.band.keys import Keys, in_key, key_of
from live_rig.conducting.cues import Sent
from live_rig.conducting.tempo_doubts import tempo_doubts
from live_rig.errors import DeviceError, RigError, ShowError
from live_rig.instrument import Instrument
from live_rig.repertoire import OpenSong, Repertoire
from live_rig.show.setlist import Show
from live_rig.show.song import Song

STARTS, ENDS = "That is the start of the set", "That is the end of the set"


class RunningOrder:
    """Loads the songs of a show into the instrument. begun: is told that another song has begun to be the one. waits: whether
    what a song leads to is waited for where it is not prepared; else `look_ahead` is to be called now and then. Raises RigError
    where a song cannot be had.
    """

    def __init__(
        self,
        show: Show,
        instrument: Instrument,
        voice: Voice,
        begun: Callable[[Song], None],
        alerts: Alerts,
        *,
        waits: bool = True,
    ) -> None:
        self._waits = waits
        self._show, self._instrument, self._begun, self._alerts = show, instrument, begun, alerts
        self.songs = list(show.songs)  # as they were read last
        self.number = 0  # of the song that is loaded, from 0
        self.missing: DeviceError | None = None  # why the first song is not loaded, and none is
        self._lacks_next = False
        self._misleads = False  # the instrument may still lead to what came next before the set was arranged anew
        self._leads_to: list[tuple[Chart, Song]] = []  # in whatever key and edition, that its ending may lead to
        self.repertoire = Repertoire(show, instrument.samplerate_hz, voice, self._in_new_key, alerts)

    @property
    def song(self) -> Song | None:
        """The one that is loaded, or is to be (see `missing`); None in a show without songs."""
        return self.songs[self.number] if self.songs else None

    @property
    def awaited(self) -> Song | None:
        """What the song that is loaded leads to, where that is not prepared."""
        return self.songs[self.number + 1] if self._lacks_next and self.has(self.number + 1) else None

    def is_over(self, ended_beat: float) -> bool:
        """Whether the song that is loaded ends there, where the band has; else it has ended with its drummer."""
        song = self.songs[self.number]
        lasts = [section for section in song.sections if section.is_finale or section is song.sections[-1]]
        return ended_beat in [song.bar_start(section.last_bar + 1) for section in lasts]

    @property
    def show(self) -> Show:
        """The show with its songs as they were read last."""
        return replace(self._show, songs=tuple(self.songs))

    @property
    def keys(self) -> Keys:
        """The key of each song."""
        return self.repertoire.keys

    def number_of(self, song_id: str) -> int:
        """Its place in the set, from 0."""
        for number, song in enumerate(self.songs):
            if song.id == song_id:
                return number
        there = ", ".join(song.id for song in self.songs)
        raise ShowError(f'The set has no song "{song_id}"', where=f"{self._show.folder}/show.toml", do=f"Say one of: {there}")

    def has(self, number: int) -> bool:
        """Whether the set goes so far."""
        return 0 <= number < len(self.songs)

    def is_prepared(self, number: int) -> bool:
        """Whether it can be loaded in a moment."""
        return self.repertoire.is_prepared(self.songs[number])

    def arrange(self, songs: Sequence[Song]) -> None:
        """The set is these from now on; the one that is loaded stays so, and in the set; where there was none, none is.

        Nobody may change it meanwhile.
        """
        if not self.songs:
            self.songs = list(songs)
            return
        loaded, arranged = self.songs[self.number], list(songs)
        ids = [song.id for song in arranged]
        number = ids.index(loaded.id) if loaded.id in ids else min(self.number, len(arranged))
        arranged[number : number + (loaded.id in ids)] = [loaded]
        self.songs, self.number = arranged, number
        self._misleads = True
        self._load_next()

    def look_ahead(self) -> None:
        """Load what the song leads to, where that could not be had before. Nobody may change the song meanwhile."""
        if self._lacks_next or self._misleads:
            self._load_next()

    def load_first(self) -> None:
        """Make the first of the set the song. Where the disk has no room to prepare it, it is `missing`, and the kit sounds."""
        try:
            self.load(0)
        except DeviceError as error:
            self.missing = error
            self._alerts.say(str(error))
            self._begun(self.songs[0])

    def load(self, number: int, *, plays_on: bool = False) -> None:
        """Make it the song; it waits to be started. plays_on: the drummer does, out of the song before."""
        song = self.repertoire.as_written_now(self.songs[number])
        self._instrument.load(self.repertoire.chart(song), plays_on=plays_on)
        self._move_to(number, song)

    def went_on_to(self, address: int) -> None:
        """The instrument has gone on by itself, as the ending of this song says, to the chart at this address.

        Where another song has been loaded since, that one is played, and nothing changes here.
        """
        for chart, song in self._leads_to:
            if chart.address == address:
                if song.id not in [other.id for other in self.songs]:  # just taken out of the set
                    self.songs.insert(self.number + 1, song)
                self._move_to(self.number_of(song.id), song)
                return

    def let_go(self) -> list[OpenSong]:
        """Forget what is far away, to be closed: all but the song that is loaded, the one before it in the set and the one
        after it, each in its key, and what is lent to the instrument, since it sounds or waits for its bar line.

        Nobody may change the song meanwhile. Whoever comes back to what is let go opens it again, out of the cache.
        """
        near = self.songs[max(0, self.number - 1) : self.number + 2]
        return self.repertoire.let_go(near, self._instrument.lent.stems())

    def change_key(self, value: str) -> str:
        """`-2`, `up`: of the song that is loaded; `lantern=3`: of any other of the set. What is done, in words."""
        name, _, key = value.rpartition("=")
        song = self.songs[self.number_of(name) if name else self.number]
        asked = self.keys.asked(song)
        semitones = key_of(key, asked.semitones if asked else self.keys.of(song))
        self.keys.ask(song, semitones)
        return f"{song.title}: {in_key(semitones)}" + (", as soon as it is made" if self.keys.asked(song) else "")

    def _move_to(self, number: int, song: Song) -> None:
        self.number = number
        self._take_in(number, song)
        self._leads_to.clear()
        for doubt in tempo_doubts(song):
            self._alerts.say(str(doubt))
        self._begun(song)
        self._load_next()

    def _take_in(self, number: int, song: Song) -> None:
        """From now on the set has it in this edition; a key that is being made is made of it."""
        if song is not self.songs[number]:
            self.songs[number] = song
            if asked := self.keys.asked(song):
                self.keys.ask(song, asked.semitones)

    def _load_next(self) -> None:
        """What this song leads to. If that cannot be had it is said; this one plays all the same, and then it is over."""
        lacks = self.song is not None and self.song.ending != "wait" and self.has(self.number + 1)
        try:
            if self._misleads:
                self._instrument.send([Sent(EventKind.LOAD_NEXT)])
                self._misleads = False
            if lacks and (self._waits or self.is_prepared(self.number + 1)):
                song = self.repertoire.as_written_now(self.songs[self.number + 1])
                chart = self.repertoire.chart(song)
                self._take_in(self.number + 1, song)
                self._leads_to.append((chart, song))
                self._instrument.load(chart, is_next=True)
                lacks = False
        except DeviceError as error:  # a disk that is full, a rig that stands still: not for ever
            self._alerts.say(str(error))
        except RigError as error:
            lacks = False
            self._alerts.say(str(error))
        self._lacks_next = lacks

    def _in_new_key(self, song: Song, stems: Stems) -> None:
        """A song's other key has been made, or was there: in the keys' thread, or in that of the command."""
        if song == self.song:
            try:
                self._instrument.change_key(stems)
            except RigError as error:
                self._alerts.say(str(error))
        elif song in self.songs[self.number + 1 :][:1]:
            self._load_next()
