"""Racks whose plugins were moved, by a knob or in a window: loaded once more, to see how far the plugins look ahead since.

A plugin need not say that it looks otherwise ahead, and its channel would no longer be in time with the others.
"""

import time

from live_rig.rack.edits import Knobs
from live_rig.rack.standing import Standing
from live_rig.rack.swap import Swap
from live_rig.rack.turning import Turning

SETTLED_S = 0.5  # a plugin's knobs that have stood so long are looked at


class Moved:
    """Of the rack that `swap` lets be heard, and of those that it has left with something moved in a window.

    looks: racks that are loaded only for this, and for whom.
    """

    def __init__(self, swap: Swap[Standing], turning: Turning) -> None:
        self._swap, self._turning = swap, turning
        self.looks: dict[Standing, Standing] = {}
        self._stood, self._stood_since_s = Knobs(), 0.0  # the plugins' knobs

    def look_at_turned(self) -> None:
        """Let what a knob, a macro or a snapshot has turned in a plugin be looked at, as soon as that is at rest."""
        heard, stands = self._swap.heard, self._turning.plugins_stand()
        if stands is not self._stood:
            self._stood, self._stood_since_s = stands, time.monotonic()
        if not heard or not heard.is_ready or heard.lost or heard.is_in_time(stands):
            return
        is_looked_at = heard.moved or heard.has_window or heard in self.looks.values()
        if not is_looked_at and time.monotonic() > self._stood_since_s + SETTLED_S:
            self.looks[heard.once_more(stands)] = heard

    def shut(self, one: Standing) -> bool:
        """Let what was moved in a plugin's window be looked at, once that has shut. Whether it has just begun to be."""
        if not one.moved or one.has_window or one in self.looks.values():
            return False
        is_heard = one is self._swap.heard
        self.looks[one.once_more(self._turning.moved_in_window(one.moved) if is_heard else {})] = one
        return True

    def seen(self) -> list[tuple[Standing, Standing]]:
        """Racks that were looked at, and for whom, where that still stands so; `end` each. What does not is dropped."""
        return [(new, old) for new, old in list(self.looks.items()) if self._is_seen(new, old)]

    def end(self, new: Standing) -> None:
        """It was looked at, and has a place of its own or none any more."""
        self.looks.pop(new).moved = ""

    def fits(self, new: Standing, old: Standing) -> None:
        """The old one plays on: it looks as far ahead as before, or nothing better is to be had."""
        old.fits.append(new.built_at)
        self._swap.drop(new)

    def _is_seen(self, new: Standing, old: Standing) -> bool:
        is_heard = old is self._swap.heard
        stands = self._turning.plugins_stand() if is_heard else {}  # who has left stands as it is written
        is_turned_on = new.built_at != stands
        if old.has_window or (is_turned_on and not is_heard):
            self._drop(new)  # more may be moved: it is looked at once more when it is at rest
        elif not (new.is_ready or new.lost):
            return False
        elif is_turned_on:  # so is this; but what was seen counts: a hand that comes and goes must not start many
            if new.looks == old.looks:
                old.fits.append(new.built_at)
            self._drop(new)
        else:
            return True
        return False

    def _drop(self, new: Standing) -> None:
        self._swap.drop(new)
        del self.looks[new]
