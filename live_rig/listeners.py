"""How loud every source is for every listener, as it is set now: the show's mixes, and what was turned since."""

from collections.abc import Sequence

from live_rig.conducting.cues import Sent, mix_events
from live_rig.control.protocol import MixLevel
from live_rig.show.mix import STRUCK
from live_rig.show.pad import Talkback
from live_rig.show.written import LOWEST_DB
from live_rig.wiring import Wiring


class Listeners:
    """The mixes of a wiring. `levels` is the same object until one is turned."""

    def __init__(self, wiring: Wiring, *, has_pads: bool, talkback: Talkback | None) -> None:
        self._wiring = wiring
        self.levels: tuple[MixLevel, ...] = ()
        sources = ["drums", *(["pads"] if has_pads else []), *wiring.buses, *STRUCK]
        for mix in wiring.mixes:
            loud = mix.levels_db(wiring.buses)
            if talkback and wiring.talk_input >= 0 and (mix.name in talkback.to if talkback.to else mix.is_drummers):
                loud["talkback"] = talkback.gain_db
            there = [*sources, *(["talkback"] if wiring.talk_input >= 0 else [])]
            self.levels += tuple(
                MixLevel(mix=mix.name, source=source, level_db=max(LOWEST_DB, loud.get(source, LOWEST_DB))) for source in there
            )

    def turn(self, value: str) -> Sequence[Sent]:
        """What `mix drummer.click=-6` sends. ShowError where there is no such mix or source, or it does not go so far."""
        events = mix_events(value, self._wiring)
        knob, _, level_db = value.rpartition("=")
        mix, _, source = (part.strip() for part in knob.rpartition("."))
        self.levels = tuple(
            level.model_copy(update={"level_db": max(LOWEST_DB, float(level_db))})
            if (level.mix, level.source) == (mix, source)
            else level
            for level in self.levels
        )
        return events
