"""The machine's clock plays the rig: a virtual device, for machines without a sound card."""

from threading import Thread

from cython_core.callback import Device
from live_rig.priority import run_this_thread_first

REALTIME_PRIORITY = 5  # what JACK gives its clients: over the racks and the band's renderer


class TimerStream:
    """Runs a Device in blocks of `block_frames`, in a thread that lets go of the GIL. Same verbs as a sound card's stream.

    way: in to the device, 0: the one that is open. frames: how many are played, -1: until it is closed.
    """

    def __init__(self, device: Device, block_frames: int, way: int = 0, frames: int = -1) -> None:
        self._device = device
        self._block_frames, self._way, self._frames = block_frames, way or device.userdata, frames
        self._thread = Thread(target=self._run, name="virtual device", daemon=True)

    def start(self) -> None:
        """Begin to play."""
        self._thread.start()

    def _run(self) -> None:
        run_this_thread_first(REALTIME_PRIORITY)
        self._device.run(self._block_frames, self._way, self._frames)

    def wait(self) -> None:
        """Until all its frames have been played."""
        self._thread.join()

    def close(self) -> None:
        """Stop after the present block, and wait for it."""
        self._device.shut(self._way)
        if self._thread.is_alive():
            self._thread.join()

    def keep_joined(self) -> bool:
        """A virtual device has nothing to join, and needs nothing."""
        return True

    def latencies_s(self) -> tuple[float, float]:
        """(input, output): a virtual device has none."""
        return 0.0, 0.0
