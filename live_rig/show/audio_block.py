"""The sound card's block, written into a show."""

from pathlib import Path

import tomlkit
from tomlkit.exceptions import TOMLKitError

from live_rig.errors import ShowError
from live_rig.show.store import SHOW_FILE
from live_rig.show.write import write_file


def write_block(show: Path, block_frames: int) -> Path:
    """Set [audio] block in the show.toml of the folder `show`, every comment in its place. Raises ShowError or DeviceError."""
    file = show / SHOW_FILE
    try:
        text = tomlkit.parse(file.read_bytes().decode("utf-8-sig"))
        text.setdefault("audio", tomlkit.table())["block"] = block_frames
    except TOMLKitError as error:
        raise ShowError(f"it cannot be added to: {error}", where=str(file), do="Write its keys one on a line") from None
    write_file(file, tomlkit.dumps(text))
    return file
