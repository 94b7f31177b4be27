"""PortAudio, by sounddevice; not before there is room for it.

It asks JACK's library for devices, whether a JACK server runs or not, and that keeps a small database in shared memory: where
that is full, the library takes the whole process down with it, without a word.
"""

import os
from pathlib import Path

from live_rig.errors import DeviceError

SHARED_MEMORY = Path("/dev/shm")  # where there is one: on Linux
DATABASE_KB = 192


def refuse_full_memory(shared_memory: Path = SHARED_MEMORY) -> None:
    """Raise DeviceError where PortAudio would find no room."""
    if not shared_memory.is_dir():
        return
    there = os.statvfs(shared_memory)
    free_kb = there.f_bavail * there.f_frsize // 1024
    has_kb = sum(file.stat().st_blocks for file in shared_memory.glob(f"jack_db-{os.getuid()}/*")) // 2
    if free_kb + has_kb < DATABASE_KB:
        raise DeviceError(
            "Sound cards cannot be opened: the machine's shared memory is full",
            where=f"{shared_memory}, {free_kb} kB free",
            do="Take away what other programs have left there, or start the machine anew",
        )


refuse_full_memory()
import sounddevice as sounddevice  # noqa: E402
