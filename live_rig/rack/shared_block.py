"""The memory and the bell that the callback shares with one rack.

The memory is `multiprocessing`'s shared memory, the bell its semaphore; both survive the sudden death of either side. Goes
through `spawn` to the rack.
"""

import os
import sys
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.shared_memory import SharedMemory
from typing import Any

from cython_core.memory import lock_buffer
from cython_core.rack_ring import shared_bytes


class Mapped(SharedMemory):
    """Shared memory that may outlive its name, and is mapped for as long as somebody looks at it."""

    def __del__(self) -> None:
        with suppress(BufferError, OSError):
            self.close()


def reserve(shared: SharedMemory) -> None:
    """Take all of its room now. Linux would give it page by page, and end whoever touches one when none are left: the engine.

    Raises OSError.
    """
    if sys.platform == "linux":
        os.posix_fallocate(shared._fd, 0, shared.size)  # type: ignore[attr-defined]


class SharedBlock:
    """Places for presets, each with rings of so many lines and `ring_frames` frames (a power of two), zeroed; and one bell.

    Raises OSError where the system has no room for them all. They go when nobody looks at them any more.
    """

    def __init__(self, lines: int, ring_frames: int, places: int) -> None:
        self.lines, self.ring_frames, self.places = lines, ring_frames, places
        self.semaphore = get_context("spawn").Semaphore(0)
        shared = Mapped(create=True, size=places * self.place_bytes)
        try:
            reserve(shared)
        except OSError:
            shared.unlink()
            raise
        self._open(shared)
        self._has_name = True

    def _open(self, shared: Mapped) -> None:
        self._shared = shared
        assert shared.buf is not None
        self._memory = shared.buf
        lock_buffer(self._memory)

    @property
    def place_bytes(self) -> int:
        """Of one place; a multiple of a cache line."""
        return -(-shared_bytes(self.lines, self.ring_frames) // 64) * 64

    def memory(self, place: int) -> memoryview:
        """The rings of one place."""
        return self._memory[place * self.place_bytes : (place + 1) * self.place_bytes]

    @property
    def bell(self) -> int:
        """The semaphore's handle: a `sem_t *`, or a `HANDLE` on Windows, of this process."""
        handle: int = self.semaphore._semlock.handle  # type: ignore[attr-defined]
        return handle

    def __getstate__(self) -> dict[str, Any]:
        shape = {"lines": self.lines, "ring_frames": self.ring_frames, "places": self.places}
        return shape | {"semaphore": self.semaphore, "name": self._shared.name}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.lines, self.ring_frames, self.places = state["lines"], state["ring_frames"], state["places"]
        self.semaphore = state["semaphore"]
        self._open(Mapped(name=state["name"]))

    def forget_name(self) -> None:
        """Both sides have it mapped: from here on it goes away with them, even if both are killed."""
        if self._has_name:
            self._shared.unlink()
            self._has_name = False
