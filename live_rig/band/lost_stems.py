"""A song whose files are lost or written anew while it plays: deleted, cut short, exported again, on a disk that was pulled.

What plays is the rig's own copy of each stem (see `stems`), so that costs nothing until the song is loaded again. Where the
copy itself cannot be read, that stem is silent and the band goes on. Either way the stage says which.
"""

from cython_core.stems import Stems
from live_rig.show.song import Song

WRITTEN_ANEW = '"{title}" was written anew. It plays on as it was; load it again to hear that'


class StemWatch:
    """Tells of every stem that is lost, and of what was written anew. `look` takes as long as the disk does: not for a thread
    that is waited for.
    """

    def __init__(self, song: Song, stems: Stems) -> None:
        self._song, self._stems = song, stems
        self._seen, self._told = song.edition_now(), set[int]()

    def look(self) -> list[str]:
        """What has happened since the last look, in words."""
        lost = [number for number in self._stems.unreadable if number not in self._told]
        self._told.update(lost)
        said = [f'"{self._song.stems[number].name}" cannot be read any more: the band goes on without it' for number in lost]
        before, self._seen = self._seen, self._song.edition_now()
        if gone := sorted(file for file, stamp in self._seen - before if stamp is None):
            said.append(f'Files of "{self._song.title}" have gone: {", ".join(gone)}. It plays on; put them back')
        elif self._seen not in (before, self._song.edition):
            said.append(WRITTEN_ANEW.format(title=self._song.title))
        return said
