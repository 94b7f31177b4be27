"""Racks whose plugins were moved, by a knob or in a window: loaded once more, to see how far the plugins look ahead since.

A plugin need not say that it looks otherwise ahead, and its channel would no longer be in time with the others. The racks that
a preset was heard in stand by while it is heard, one for each way of looking ahead: back at the same knobs, as with two
snapshots, it is heard in the same rack at once. When the preset is called another time, they are made ready beside it.
"""

import time

from live_rig.rack.edits import Knobs
from live_rig.rack.preset import Preset
from live_rig.rack.standing import Standing
from live_rig.rack.swap import Swap
from live_rig.rack.turning import Turning

SETTLED_S = 0.5  # a plugin's knobs that have stood so long are looked at
LEFT_ALONE_S = 2.5  # a window in which nothing was moved for so long, which is kept every 2 s, is looked behind
WHEN_SHUT = "{plugin} sounds later or sooner since it was moved: it is in time again when its window shuts"
STAND_BY = 3  # racks of the preset that is heard, each a process; of more, the one that was heard the longest time ago ends


class Moved:
    """Of the rack that `swap` lets be heard, and of those that it has left with something moved in a window.

    looks: racks that are loaded only for this, and for whom. stand_by: racks of the preset that is heard, which look otherwise
    ahead than that does, for where its knobs may be turned to. behind_window: racks that are loaded for the one that is heard,
    while a window of it is open.
    """

    def __init__(self, swap: Swap[Standing], turning: Turning) -> None:
        self._swap, self._turning = swap, turning
        self.looks: dict[Standing, Standing] = {}
        self.stand_by: list[Standing] = []
        self.behind_window: list[Standing] = []
        self._behind = ""  # the plugin of that window
        self._said: tuple[Standing, tuple[int, ...]] | None = None  # of whose window, and how far its plugins look ahead now
        self._known: dict[str, tuple[Preset, list[Knobs]]] = {}  # where racks of a preset took each other's place; by its name
        self._stood, self._stood_since_s = Knobs(), 0.0  # the plugins' knobs

    @property
    def beside(self) -> list[Standing]:
        """All that are here for the one that is heard, of which the drummer need not know."""
        return [*self.looks, *self.stand_by, *self.behind_window]

    def in_time(self, kept: list[Standing]) -> Standing | None:
        """The rack to be heard in place of the one that is, since it is known to be in time with the knobs as they stand."""
        heard, stands = self._swap.heard, self._turning.plugins_stand()
        if not heard or heard.lost or heard.has_window or heard.moved or stands in heard.fits:
            return None
        fit = (one for one in (*self.stand_by, *kept) if one.preset == heard.preset and stands in one.fits)
        return next((one for one in fit if one.is_ready and not one.lost and one.bypassed == heard.bypassed), None)

    def look_at_turned(self, kept: list[Standing], *, is_quiet: bool) -> None:
        """Let what a knob, a macro or a snapshot has turned in a plugin be looked at, as soon as that is at rest. is_quiet:
        nothing else is to be loaded, so that a rack may be for places that the knobs may come to again.
        """
        heard, stands = self._swap.heard, self._turning.plugins_stand()
        if stands is not self._stood:
            self._stood, self._stood_since_s = stands, time.monotonic()
        if not heard or not heard.is_ready or heard.lost or heard.moved or heard.has_window or heard in self.looks.values():
            return
        known = self._known_of(heard)
        if not heard.is_in_time(stands):
            if stands in known or time.monotonic() > self._stood_since_s + SETTLED_S:
                self.looks[heard.once_more(stands)] = heard
        elif is_quiet:
            there = (heard, *self.stand_by, *(one for one in kept if one.preset == heard.preset))
            fit = [places for one in there for places in one.fits]
            if missing := [places for places in known if places not in fit]:
                self.looks[heard.once_more(missing[-1])] = heard

    def look_behind_window(self) -> list[str]:
        """Look at what was moved in the window that is open, as soon as that is at rest: whoever has it open is not to lose it,
        so the rack stays until it shuts. Returns what the drummer should know.
        """
        heard, says = self._swap.heard, list[str]()
        is_open = heard is not None and heard.has_window and not heard.lost
        for new in list(self.behind_window):
            if is_open and not (new.is_ready or new.lost):
                continue
            if heard and is_open and new.is_ready and (heard, new.looks) != self._said:
                says += [WHEN_SHUT.format(plugin=self._behind)] if new.looks != heard.looks else []
                self._said = heard, new.looks
            self.behind_window.remove(new)
            self._swap.drop(new)
        if heard and is_open and heard.moves and not self.behind_window and time.monotonic() > heard.moved_s + LEFT_ALONE_S:
            self._behind, heard.moves = heard.moves, ""
            self.behind_window.append(heard.once_more(self._turning.moved_in_window(self._behind)))
        return says

    def shut(self, one: Standing) -> bool:
        """Let what was moved in a plugin's window be looked at, once that has shut. Whether it has just begun to be."""
        if not one.moved or one.has_window or one in self.looks.values():
            return False
        is_heard = one is self._swap.heard
        if one.preset:
            self._known.pop(one.preset.name, None)
        if is_heard:
            self.end_stand_by()
        self.looks[one.once_more(self._turning.moved_in_window(one.moved) if is_heard else {})] = one
        return True

    def looked_at(self) -> list[tuple[Standing, Standing]]:
        """Racks that were looked at, and for whom, where that still stands so; `end` each. What does not is dropped."""
        return [(new, old) for new, old in list(self.looks.items()) if self._is_looked_at(new, old)]

    def end(self, new: Standing) -> None:
        """It was looked at, and has a place of its own or none any more."""
        self.looks.pop(new).moved = ""

    def fits(self, new: Standing, old: Standing) -> None:
        """The old one plays on: it looks as far ahead as before, or nothing better is to be had."""
        old.fits.append(new.built_at)
        self._swap.drop(new)

    def takes_place(self, new: Standing, old: Standing) -> bool:
        """The new one is heard from now on, and the old one stands by, for its knobs. Whether that is new to the drummer."""
        alike = [one for one in self.stand_by if one is not new and one.looks == new.looks]
        self.stand_by = [one for one in self.stand_by if one is not new and one not in alike]
        new.fits += [places for one in alike for places in one.fits]
        if not (old.is_kept or old.moved):
            self.stand_by.append(old)
        for one in (*alike, *self.stand_by[:-STAND_BY]):
            self._swap.drop(one)
        del self.stand_by[:-STAND_BY]
        known = self._known_of(old)
        is_new = new.built_at not in known
        if old.preset and not old.moved:
            both = [places for places in (old.built_at, new.built_at) if places not in known]
            self._known[old.preset.name] = old.preset, [*known, *both][-STAND_BY:]
        return is_new

    def end_stand_by(self) -> None:
        """Another preset is called, or this one is another than it was."""
        for one in self.stand_by:
            self._swap.drop(one)
        self.stand_by.clear()

    def drop_lost(self) -> None:
        """What stood by and died is not tried again until the drummer turns to it."""
        for one in [one for one in self.stand_by if one.lost]:
            self.stand_by.remove(one)
            self._swap.drop(one)
            if one.built_at in (known := self._known_of(one)):
                known.remove(one.built_at)

    def _known_of(self, one: Standing) -> list[Knobs]:
        preset, places = self._known.get(one.preset.name if one.preset else "", (None, []))
        return places if preset == one.preset else []

    def _is_looked_at(self, new: Standing, old: Standing) -> bool:
        is_heard = old is self._swap.heard
        stands = self._turning.plugins_stand() if is_heard else {}  # who has left stands as it is written
        is_turned_on = new.built_at != stands
        if old.has_window or (is_turned_on and not is_heard):
            self._drop(new)  # more may be moved: it is looked at once more when it is at rest
        elif not (new.is_ready or new.lost):
            return False
        elif is_turned_on:  # so is this; but what was seen counts: a hand that comes and goes must not start many
            self._let_stand_by(new, old)
            del self.looks[new]
        else:
            return True
        return False

    def _let_stand_by(self, new: Standing, old: Standing) -> None:
        """For places that the knobs are not at, where it looks otherwise ahead than all that is there."""
        alike = next((one for one in (old, *self.stand_by) if new.lost or one.looks == new.looks), None)
        if alike:
            self.fits(new, alike)
        elif len(self.stand_by) < STAND_BY:
            self.stand_by.append(new)
        else:
            self._swap.drop(new)

    def _drop(self, new: Standing) -> None:
        self._swap.drop(new)
        del self.looks[new]
