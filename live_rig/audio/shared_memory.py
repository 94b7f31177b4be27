"""Whether the machine's shared memory has room for a sound card.

PortAudio asks JACK's library for devices, whether a JACK server runs or not, and that keeps a small database in shared memory:
where that is full, the library takes the whole process down with it, without a word. PipeWire's library keeps nothing there.
"""

import os
from pathlib import Path

from live_rig.audio.jack_ports import is_pipewire
from live_rig.audio.libjack import a_server_answers
from live_rig.errors import DeviceError

SHARED_MEMORY = Path("/dev/shm")  # where there is one: on Linux
DATABASE_KB = 192
CLIENT_KB = 32  # of a server's client, and of the bell that its pedals ring


def refuse_full_memory(shared_memory: Path = SHARED_MEMORY) -> None:
    """Raise DeviceError where PortAudio, or a client of the JACK server that runs, would find no room."""
    if not shared_memory.is_dir() or not is_jacks_own():
        return
    there = os.statvfs(shared_memory)
    free_kb = there.f_bavail * there.f_frsize // 1024
    has_kb = sum(file.stat().st_blocks for file in shared_memory.glob(f"jack_db-{os.getuid()}/*")) // 2
    if free_kb < max(DATABASE_KB - has_kb, CLIENT_KB if a_server_answers(os.environ, shared_memory) else 0):
        raise memory_is_full(shared_memory, free_kb)


def memory_is_full(shared_memory: Path = SHARED_MEMORY, free_kb: int = 0) -> DeviceError:
    """What to say where a sound card finds no room."""
    return DeviceError(
        "Sound cards cannot be opened: the machine's shared memory is full",
        where=f"{shared_memory}, {free_kb} kB free",
        do="Take away what other programs have left there, or start the machine anew",
    )


def is_jacks_own() -> bool:
    """Whether there is a JACK library, and it is JACK's."""
    try:
        import jack  # here: it cannot be imported where libjack is not
    except (ImportError, OSError):
        return False
    return not is_pipewire(jack)
