"""What is pressed on a pedal board that JACK's callback hears: brought to its command, in a thread that does nothing else."""

from multiprocessing import get_context

from cython_core.pedals import Pedals
from live_rig.audio.midi_routing import Routing
from live_rig.audio.shared_memory import memory_is_full
from live_rig.priority import run_this_thread_soon
from live_rig.watch import Watch

ENDS_WITHIN_S = 2.0  # a command that is being carried out


class JackPedals:
    """The pedals of a routing. `pedals` is the callback's side of it. From here on a press is a command until it is closed.

    Raises DeviceError where the machine has no room for the bell that the callback rings.
    """

    def __init__(self, routing: Routing) -> None:
        self._routing = routing
        try:
            bell = get_context("spawn").Semaphore(0)
        except OSError:
            raise memory_is_full() from None
        self.pedals = Pedals(routing.least(), bell)
        self._watch = Watch("pedals", self._hear, at_first=run_this_thread_soon)
        self._watch.start()

    def know_again(self) -> None:
        """The routing has another map."""
        self.pedals.know(self._routing.least())

    def close(self) -> None:
        """Carry out nothing more."""
        self._watch.leave_off()
        self.pedals.wake()
        self._watch.close(ENDS_WITHIN_S)

    def _hear(self) -> None:
        self.pedals.wait()
        for message in self.pedals.taken():
            self._routing.hear(message)
