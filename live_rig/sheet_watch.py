"""show.toml, written while the rig runs: the songs in their new order and the pedals are taken, the rest is said."""

from live_rig.alerts import Alerts
from live_rig.show.edition import Stamp, stamp_of
from live_rig.show.faults import Fault, ShowFaults
from live_rig.show.pedal import nowhere_faults
from live_rig.show.preset import preset_files
from live_rig.show.setlist import Show, ShowSheet
from live_rig.show.song import Song
from live_rig.show.song_folder import read_song
from live_rig.show.store import SHOW_FILE, names_in, read_sheet

FOLLOWED = ("songs", "pedals")  # while the rig runs
NEEDS_A_START = "show.toml was written anew: start Live Rig again to use its {what}"
STAYS = "The set stays as it was: {fault}"


class SheetWatch:
    """Of one show, as it was read when the rig was started."""

    def __init__(self, show: Show, alerts: Alerts) -> None:
        self._show, self._alerts = show, alerts
        self._path = show.folder / SHOW_FILE
        self._seen: Stamp | None = None
        self._read: Stamp | None = None
        self.pedals = show.pedals  # as they have been written since

    def look(self, now: list[Song]) -> list[Song] | None:
        """The set, `now`, as it has been written since the last look; None where it is the same. A disk may take its time."""
        before, self._seen = self._seen, stamp_of(self._path)
        if self._seen != before or self._seen in (self._read, None):  # somebody may still be at it
            return None
        try:
            page, sheet, faults = read_sheet(self._show.folder)
            faults += page.all_placed(nowhere_faults(sheet.pedals, names_in(self._show.folder, sheet))) if sheet else []
        except ShowFaults as error:
            sheet, faults = None, list(error.faults)
        songs = faults[0] if sheet is None or faults else self._songs(sheet, {song.id: song for song in now})
        if sheet is None or isinstance(songs, Fault):  # it is read again at every look: it may be mended in another file
            self._alerts.say_of(SHOW_FILE, STAYS.format(fault=songs))
            return None
        self._read = self._seen
        self.pedals = sheet.pedals
        kept = [key for key in ShowSheet.model_fields if key not in FOLLOWED]
        other = [key for key in kept if getattr(sheet, key) != getattr(self._show, key)]
        self._alerts.say_of(SHOW_FILE, *([NEEDS_A_START.format(what=", ".join(other))] if other else []))
        return songs if [song.id for song in songs] != [song.id for song in now] else None

    def _songs(self, sheet: ShowSheet, there: dict[str, Song]) -> list[Song] | Fault:
        """Those that were there as they are, and new ones as they are written; or the first fault of one."""
        songs = []
        for song_id in sheet.songs:
            folder = self._show.folder / "songs" / song_id
            song = there.get(song_id) or read_song(folder, song_id, preset_files(self._show.folder), self._show.buses)
            if not isinstance(song, Song):
                return song[0]
            songs.append(song)
        return songs
