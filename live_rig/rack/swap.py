"""Which rack is heard, which comes next, which ring out: the order of a swap, without its processes.

A rack stands ready in a voice of the drums before it is heard. `to` makes it heard by a crossfade; the one before rings out,
and is handed back by `rung_out` when its voice is silent.
"""

from typing import Generic, TypeVar

from cython_core.drums import Drums

R = TypeVar("R")


class Swap(Generic[R]):
    """Racks by voice. A rack without effects is the dry drums."""

    def __init__(self, drums: Drums) -> None:
        self.drums = drums
        self.heard: R | None = None
        self._voices: dict[R, int] = {}
        self.leaving: list[R] = []

    def stand(self, rack: R, memory: memoryview | None, bell: int = 0) -> bool:
        """Give the rack a voice. False while all voices sound: the oldest tail is then asked to end; try again soon."""
        if rack not in self._voices:
            voice = self.drums.attach(memory, bell)
            if voice < 0:
                if self.leaving:
                    self.drums.hurry(self._voices[self.leaving[0]])
                return False
            self._voices[rack] = voice
        return True

    def to(self, rack: R) -> None:
        """Let a rack that stands be heard from the next block on."""
        self.drums.switch(self._voices[rack])
        if self.heard is not None and self.heard != rack:
            self.leaving.append(self.heard)
        self.heard = rack

    def drop(self, rack: R) -> None:
        """A rack that stands but was never heard is no longer wanted: it leaves as soon as its voice can."""
        self.leaving.append(rack)

    def rung_out(self) -> list[R]:
        """The racks that left and whose voices are silent: nothing uses their memory any more."""
        done = [rack for rack in self.leaving if rack not in self._voices or self.drums.detach(self._voices[rack])]
        for rack in done:
            self.leaving.remove(rack)
            self._voices.pop(rack, None)
        return done

    def is_heard(self, rack: R) -> bool:
        """Whether the rack's voice plays now: the block after its switch has come."""
        return rack in self._voices and self.drums.stage(self._voices[rack]) == "playing"
