"""A new show: its folder, with a show.toml that explains itself."""

import json
from pathlib import Path

from live_rig.errors import ShowError
from live_rig.show.file_names import why_unfit
from live_rig.show.store import SHOW_FILE
from live_rig.show.write import whole_folder

SHOW_TEXT = """\
# A show: the songs of the evening in their order, and what your pedals and keys do.
# `live-rig check` tells you what is wrong in here. docs/show.md explains every key.

title = {title}

# The ids of the songs, in the order of the set. `live-rig add-song` adds them for you.
songs = []

# A pedal or a key on the left, a command on the right. MIDI controllers are "cc:0" to "cc:127", MIDI notes "note:0" to
# "note:127", program changes "pc:0" to "pc:127". A note must not be one that your kit plays. The stage window has its own keys
# (press ? there); a "key:" in here comes before them.
[pedals]
"cc:64" = "take"            # the sustain pedal: you take the tempo
"cc:66" = "band-in"         # the band comes in at the next bar line
"cc:67" = "next"            # release the vamp, next section, next song
"cc:69" = "hold"
"cc:80" = "finale"
"cc:81" = "give"            # the band has the tempo again
"cc:82" = "cut-off"
"cc:83" = "start"
"cc:84" = "stop"
"cc:85" = "vamp"
"cc:86" = "previous"
"cc:87" = "panic"
"cc:88" = "one"             # on your one, where the stage shows another beat as the one
"cc:89" = "twice"           # the stage shows half of the tempo that you play
"cc:90" = "half"            # the stage shows double of it
"key:PgDown" = "next"       # a page turner sends these two
"key:PgUp" = "take"

# The sound card. What is not written here, the rig chooses. `live-rig devices` lists what there is.
[audio]
# device = "Scarlett"       # part of its name is enough
# samplerate = 48000        # Hz
# block = 64                # frames: fewer is sooner, more is safer
# inputs = 2                # channels of drums, from the first one on
# outputs = 2
"""


def make_show(folder: Path) -> None:
    """Make the folder of an empty show. Raises ShowError where something is there already, DeviceError for the disk."""
    if folder.exists() and folder.samefile(Path()):
        do = "Say a name, and it is made in here: live-rig new NAME"
        raise ShowError("the folder that you are in cannot be made anew", where=str(folder.resolve()), do=do)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ShowError("there is something already", where=str(folder), do="Choose another name: nothing is overwritten")
    if why := why_unfit(folder.resolve().name):
        raise ShowError(f"it cannot be a folder's name: {why}", where=str(folder), do="Choose another name")
    with whole_folder(folder) as making:
        (making / "songs").mkdir()
        (making / "presets").mkdir()
        title = json.dumps(folder.resolve().name.replace("-", " ").replace("_", " "), ensure_ascii=False)
        (making / SHOW_FILE).write_text(SHOW_TEXT.format(title=title), encoding="utf-8")
        if folder.exists():
            folder.rmdir()
