"""`live-rig check SHOW`: what is in a show, or everything that is wrong with it."""

import argparse
from pathlib import Path

from live_rig.conducting.pedal_doubts import pedal_doubts
from live_rig.conducting.tempo_doubts import tempo_doubts
from live_rig.conducting.written_presets import presets_of
from live_rig.rack.at_home import will_lack
from live_rig.rack.knobs import files_of
from live_rig.rack.preset_reader import read_preset
from live_rig.show.file_names import unfit_in
from live_rig.show.preset import snapshot_doubts
from live_rig.show.setlist import Show
from live_rig.show.song import Song
from live_rig.show.stem import clock
from live_rig.show.store import read_show, song_folders

WIDEST_TITLE = 32  # letters: one long title is not to push the lines of all others off the screen


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The show to read."""
    parser.add_argument("show", type=Path, metavar="SHOW", help="the folder of a show")


def run(args: argparse.Namespace) -> int:
    """Say what is in the show. Raises ShowFaults, which the command line prints: one line a fault, exit code 2."""
    print("\n".join(contents(read_show(args.show))))
    return 0


def contents(show: Show) -> list[str]:
    """What a musician wants to know of a show, a line for each song."""
    width = min(WIDEST_TITLE, max((len(song.title) for song in show.songs), default=0))
    length_s = sum(song.length_s for song in show.songs)
    count = "no songs yet" if not show.songs else "one song" if len(show.songs) == 1 else f"{len(show.songs)} songs"
    parts = {section.name for song in show.songs for section in song.sections}
    unplayed = [song_id for song_id in song_folders(show.folder) if show.song(song_id) is None]
    return [
        f"{show.title}: {count}, {clock(length_s)}",
        *(f"  {number}. {_line(song, width)}" for number, song in enumerate(show.songs, start=1)),
        *([f"  not in the set: {', '.join(unplayed)}"] if unplayed else []),
        f"  presets: {', '.join(show.presets) or 'none'}",
        *(f"  {line}" for line in lacking(show)),
        *(f"  {doubt}" for song in show.songs for doubt in tempo_doubts(song)),
        *(f"  {doubt}" for doubt in snapshot_doubts(show.folder, parts)),
        *(f"  {name} cannot be carried to every system: {why}" for name, why in unfit_in(show.folder)),
        f"  pedals and keys: {len(show.pedals)}",
        *(f"  {doubt}" for doubt in pedal_doubts(show, map(read_preset, show.presets.values()))),
        "No faults.",
    ]


def lacking(show: Show) -> list[str]:
    """A line for each thing that a preset plays without on this machine. It is no fault: another machine may have it."""
    lines = []
    for name, file in show.presets.items():
        preset = read_preset(file)
        absent = [str(path) for path in files_of(preset) if not path.exists()]
        if absent:
            lines.append(f"{name} plays without {', '.join(absent)}: not on this machine")
        lines += will_lack(preset, show.audio.look_ahead_ms, show.audio.samplerate)
    return lines


def _line(song: Song, width: int) -> str:
    stems = ", ".join(stem.name for stem in song.stems)
    presets = presets_of(song)
    preset = f"; preset{'s' if len(presets) > 1 else ''}: {', '.join(presets)}" if presets else ""
    size = f"{song.bars} bars of {song.meter}, {clock(song.length_s)}, {song.tempo_bpm:g} bpm"
    sections = ", ".join(section.name for section in song.sections)
    return f"{song.title:<{width}}  {size}; sections: {sections}; stems: {stems}{preset}"
