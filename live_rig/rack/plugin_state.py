"""A plugin's state in a file: its own bytes, or a .vstpreset; and whose it is.

A plugin takes without a word what another one has saved, where only their parameters have the same names. A .vstpreset has the
plugin's class at its head, as VST3 wants it; what is written here has a line before the plugin's own bytes that names it, too.
What has neither, since another program has saved it, is tried.
"""

from contextlib import suppress
from pathlib import Path
from typing import Any

from pedalboard import VST3Plugin

from live_rig.errors import RackError

PRESET_HEAD, PRESET_CLASS = b"VST3", slice(8, 40)  # of a .vstpreset: how it begins, and where the class stands
OUR_HEAD = b"live-rig state of "  # then the class, a blank, the plugin's name, and a line's end


def saved(plugin: Any, file: Path) -> bytes:
    """What a plugin is like, as it is to stand in that file."""
    if file.suffix == ".vstpreset":
        return bytes(plugin.preset_data)
    return headed(plugin, plugin.raw_state)


def headed(plugin: Any, raw_state: bytes) -> bytes:
    """A plugin's own bytes behind the line that names it, where it has a class."""
    its_class = class_of(plugin)
    return OUR_HEAD + its_class + b" " + plugin.name.encode() + b"\n" + raw_state if its_class else raw_state


def restore(plugin: Any, file: Path) -> list[str]:
    """Give a plugin the state that a file holds. What is to be known of that, or RackError.

    What is of another plugin is not given to it: it stands as it comes.
    """
    if not file.exists():
        raise RackError("The plugin's state is not there", where=str(file), do=f"Put {file.name} there, or take it out")
    if not file.is_file() and not file.is_dir():  # to read a pipe may take for ever
        raise RackError("The plugin's state is no file", where=str(file), do=f"Put a state in the place of {file.name}")
    try:
        content = file.read_bytes()
        its_class, name, raw_state = _parts(content)
        if its_class and its_class != class_of(plugin):
            whose = f"another plugin, {name}" if name else "another plugin"
            return [f"{file.name} is the state of {whose}: {plugin.name} stands as it comes"]
        before = plugin.raw_state
        if file.suffix == ".vstpreset":
            plugin.load_preset(str(file))
            stood_so = plugin.preset_data == content
        else:
            plugin.raw_state = raw_state
            stood_so = before == raw_state
    except (ValueError, RuntimeError) as error:
        do = "Save it again with this version of the plugin, or take it out of the preset"
        raise RackError("The plugin does not take its state", where=str(file), do=do) from error
    except OSError as error:
        what = f"The plugin's state cannot be read: {error.strerror}"
        raise RackError(what, where=str(file), do="Check that you may read the file") from error
    took_nothing = plugin.raw_state == before and not stood_so
    return [f"{plugin.name} took nothing from {file.name}: is it of another version of the plugin?"] if took_nothing else []


def class_of(plugin: Any) -> bytes:
    """A VST3's class, 32 hexadecimal digits, which all versions of it have; empty where it does not tell."""
    if isinstance(plugin, VST3Plugin):
        with suppress(RuntimeError):
            return _class_in(bytes(plugin.preset_data))
    return b""


def _class_in(preset: bytes) -> bytes:
    its_class = preset[PRESET_CLASS]
    return its_class if preset.startswith(PRESET_HEAD) and len(its_class) == 32 else b""


def _parts(content: bytes) -> tuple[bytes, str, bytes]:
    """(the class, the name of the plugin, its own bytes), the first two empty where they are not told."""
    if content.startswith(OUR_HEAD):
        line, _, raw_state = content.removeprefix(OUR_HEAD).partition(b"\n")
        its_class, _, name = line.partition(b" ")
        return its_class, name.decode(errors="replace"), raw_state
    return _class_in(content), "", content
