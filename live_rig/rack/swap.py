"""Which rack is heard, which comes next, which ring out: the order of a swap, without its processes.

A rack stands ready in a voice of the drums before it is heard. `to` makes it heard by a crossfade; the one before rings out,
and is handed back by `rung_out` when its voice is silent. A rack that still rings can be made heard again.
"""

from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from cython_core.drums import AT_ONCE, Drums

R = TypeVar("R")
KEPT_FREE = 6  # voices: when fewer are, the oldest tail is asked to end


class Swap(Generic[R]):
    """Racks by voice. A rack without effects is the dry drums."""

    def __init__(self, drums: Drums) -> None:
        self.drums = drums
        self.heard: R | None = None
        self.when = AT_ONCE  # it comes, or came
        self._voices: dict[R, int] = {}
        self.leaving: list[R] = []
        self._cut_short: set[R] = set()

    def stand(self, rack: R, memory: memoryview | None, bell: int = 0, mix: NDArray[np.float32] | None = None) -> bool:
        """Give the rack a voice. False while all voices sound: the oldest tail is then asked to end; try again soon."""
        if rack not in self._voices or self._has_ended(rack):
            self._hurry_oldest()
            voice = self.drums.attach(memory, bell, mix)
            if voice < 0:
                return False
            # whoever rang out there has left: called again, it must not hear its successor
            others = {other: taken for other, taken in self._voices.items() if taken != voice}
            self._voices = {**others, rack: voice}
        return True

    def to(self, rack: R, when: int = AT_ONCE) -> None:
        """Let a rack that stands be heard: from the next block on, or from the next beat or bar line."""
        self.drums.switch(self._voices[rack], when)
        self.when = when
        if self.heard is not None and self.heard != rack and self.heard not in self.leaving:
            self.leaving.append(self.heard)
        if rack in self.leaving:
            self.leaving.remove(rack)
        self.heard = rack

    def drop(self, rack: R) -> None:
        """A rack that stands but was never heard is no longer wanted: it leaves as soon as its voice can."""
        if rack != self.heard and rack not in self.leaving:
            self.leaving.append(rack)

    def rung_out(self) -> list[R]:
        """The racks that left and whose voices are silent: nothing uses their memory any more."""
        done = [rack for rack in self.leaving if rack not in self._voices or self.drums.detach(self._voices[rack])]
        for rack in done:
            self.leaving.remove(rack)
            self._voices.pop(rack, None)
        return done

    def was_cut_short(self, rack: R) -> bool:
        """Whether the tail of a rack that has rung out was ended before its time: something may still be in its effects."""
        was = rack in self._cut_short
        self._cut_short.discard(rack)
        return was

    def remix(self, rack: R, mix: NDArray[np.float32]) -> None:
        """Change how the drums sound while the effects of this rack are away."""
        if rack in self._voices:
            self.drums.remix(self._voices[rack], mix)

    @property
    def waits(self) -> bool:
        """Whether the beat or bar line, or the first block, of the rack to be heard is still to come."""
        return self.heard is not None and self.heard in self._voices and self._stage(self.heard) in ("ready", "ringing")

    @property
    def sounding(self) -> R | None:
        """The rack whose voice plays now: `heard`, or the one before while that waits. None: none that was called."""
        called = (self.heard, *self.leaving) if self.heard is not None else ()
        return next((rack for rack in called if rack in self._voices and self._stage(rack) == "playing"), None)

    def has_slipped(self) -> bool:
        """Whether the rack to be heard rang out in the very moment in which it was called again: it has to stand anew."""
        return self.heard is not None and (self.heard not in self._voices or self._has_ended(self.heard))

    def _stage(self, rack: R) -> str:
        return self.drums.stage(self._voices[rack])

    def _has_ended(self, rack: R) -> bool:
        return self._stage(rack) in ("done", "empty")

    def _hurry_oldest(self) -> None:
        if self.drums.free_voices > KEPT_FREE:
            return
        for rack in self.leaving:
            if rack in self._voices and self._stage(rack) == "ringing" and rack not in self._cut_short:
                self._cut_short.add(rack)
                self.drums.hurry(self._voices[rack])
                return
