"""Which importer reads which file."""

from pathlib import Path

from live_rig.importers.ableton import read_live_set
from live_rig.importers.dawproject import read_dawproject
from live_rig.importers.labels import read_labels
from live_rig.importers.midi_file import MIDI_SUFFIXES
from live_rig.importers.midi_map import read_midi_map
from live_rig.importers.reaper import read_reaper_csv, read_reaper_project
from live_rig.importers.time_line import Imported, unfit

TIMED = dict.fromkeys(MIDI_SUFFIXES, read_midi_map) | {".rpp": read_reaper_project}
TIMED |= {".als": read_live_set, ".dawproject": read_dawproject}
LISTED = {".txt": read_labels, ".beats": read_labels, ".lab": read_labels, ".csv": read_reaper_csv}


def read_map(path: Path, end_s: float) -> Imported:
    """Beats and marks of a file of another program; tempo maps are counted out to `end_s`. ShowError where there are none."""
    suffix = path.suffix.lower()
    if suffix in TIMED:
        return TIMED[suffix](path, end_s)
    if suffix in LISTED:
        return LISTED[suffix](path)
    kinds = ", ".join(sorted([*TIMED, *LISTED]))
    raise unfit(path, f'nothing is known of files that end in "{suffix or path.name}"; there are {kinds}')
