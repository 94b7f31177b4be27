"""What the audio callback has been lent: charts and stems, kept until neither it nor a renderer can still look at them.

They cross to it as bare addresses. It has given one back when, in this order, it has taken the event that brought it, its
newest snapshot does not name it, and no renderer plays its stems: from then on it could only come by it in a new event. While
nothing plays, nothing comes back.
"""

from math import inf
from threading import Lock

from cython_core.band import Band
from cython_core.chart import Chart
from cython_core.exchange import EventKind, Exchange
from cython_core.stems import Stems
from live_rig.errors import DeviceError


class Lent:
    """Through one exchange, to one band. leaves: places in it that stay free for what matters more. Any thread may ask."""

    def __init__(self, exchange: Exchange, band: Band, leaves: int) -> None:
        self._exchange, self._band, self._leaves = exchange, band, leaves
        self._things: list[tuple[float, Chart | Stems]] = []  # and how many events had been sent with the one that brought it
        self._deciding = Lock()

    def lend(self, kind: EventKind, thing: Chart | Stems, frame: int, value: float = 0.0) -> None:
        """Send it in an event of this kind, not before `frame`. Raises DeviceError where nothing is taken."""
        with self._deciding:
            self._things.append((inf, thing))
            if not self._exchange.send(int(kind), value, 0.0, frame, thing.address, self._leaves):
                self._things.pop()
                raise stands_still()
            self._things[-1] = self._exchange.sent, thing
            self._things = self._still_lent()

    def stems(self) -> list[Stems]:
        """Of everything that has not come back; what has, is forgotten."""
        with self._deciding:
            self._things = self._still_lent()
            return [stems for _, thing in self._things if (stems := stems_of(thing)) is not None]

    def _still_lent(self) -> list[tuple[float, Chart | Stems]]:
        now = self._exchange.snapshot()  # first: what it does not name cannot be ordered any more
        taken, held = now["events_taken"], set(now["held"])
        return [each for each in self._things if each[0] > taken or self._is_held(each[1], held)]

    def _is_held(self, thing: Chart | Stems, held: set[int]) -> bool:
        stems = stems_of(thing)
        return not held.isdisjoint(thing.addresses) or (stems is not None and self._band.is_using(stems))


def stands_still() -> DeviceError:
    """What to say where too much waits already for the rig to play on."""
    return DeviceError(
        "The rig stands still, and too much waits to be done",
        where="the sound card asks for nothing",
        do="Say it again when the sound is back",
    )


def stems_of(thing: Chart | Stems) -> Stems | None:
    """A chart's, which may have none; or what they are themselves."""
    return thing if isinstance(thing, Stems) else thing.stems
