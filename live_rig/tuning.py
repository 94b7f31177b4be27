"""The lowest block that is safe on this machine, with this sound card and this show: found by playing.

The show's engine opens the device as it does on stage, with a smaller block each time: band, effects, outputs, all of it. A
block is safe when nothing at all was missed. The first one that is not ends the test: smaller ones ask for more.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

from live_rig.engine import Engine, Setup
from live_rig.errors import DeviceError
from live_rig.show.setlist import Show

BLOCKS = (1024, 512, 256, 128, 64, 32, 16)  # frames
SECONDS = 15.0
LOOK_EVERY_S = 0.03  # as often as a window looks
READY_WITHIN_S = 30.0
SETTLES_S = 1.0  # the first blocks find caches cold, and a driver that has just changed its block
COUNTED = ("callbacks", "late", "over_budget", "blocks_dry", "band_frames_missing")


@dataclass(frozen=True, slots=True)
class Tried:
    """What was counted at one block. `got_frames`: what the device really asked for at a time."""

    block: int
    got_frames: int
    callbacks: int
    late: int  # blocks that the device says were missed
    over_budget: int  # callbacks that took longer than their block
    blocks_dry: int  # blocks without effects
    band_frames_missing: int
    stroke_ms: float  # from a stroke to its sound, by what the driver says of itself

    @property
    def is_safe(self) -> bool:
        """Whether nothing was missed, and the device did as it was asked."""
        return self.as_asked and not (self.late or self.over_budget or self.blocks_dry or self.band_frames_missing)

    @property
    def as_asked(self) -> bool:
        """Whether the device's blocks were of the size that was asked for."""
        return self.got_frames == self.block

    @property
    def in_words(self) -> str:
        """What was missed."""
        if not self.as_asked:
            return f"the device takes {self.got_frames} frames at a time instead"
        missed = [
            (self.late, "drop-out", "drop-outs"),
            (self.over_budget, "block that took too long", "blocks that took too long"),
            (self.blocks_dry, "block without effects", "blocks without effects"),
            (self.band_frames_missing, "frame without the band", "frames without the band"),
        ]
        said = ", ".join(f"{count} {one if count == 1 else more}" for count, one, more in missed if count)
        return f"{said or 'nothing missed'} in {self.callbacks} blocks"


def tune(show: Show, device: str | None, seconds: float) -> Iterator[Tried]:
    """Each block that was tried, from the largest on, up to the first that is not safe. The show has songs. Raises RigError."""
    ours = {song.preset for song in show.songs}
    plain = replace(show, presets={name: show.presets[name] for name in show.presets if name in ours})  # others would only wait
    for block in BLOCKS:
        tried = play_at(plain, device, block, seconds)
        yield tried
        if not tried.is_safe:
            return


def safe_block(all_tried: list[Tried]) -> Tried | None:
    """The lowest that is safe; None where none is."""
    return min((tried for tried in all_tried if tried.is_safe), key=lambda tried: tried.block, default=None)


def play_at(show: Show, device: str | None, block: int, seconds: float) -> Tried:
    """Play so long at one block, and count. Raises DeviceError when the device will not, or goes."""
    engine = Engine(replace(show, audio=show.audio.model_copy(update={"block": block})), Setup(device))
    try:
        engine.start()
        engine.do("give", "")
        get_ready(engine)
        play(engine, SETTLES_S)
        before, stroke_ms = counts(engine), engine.stroke_ms
        play(engine, seconds)
        after, got_frames = counts(engine), engine.device.counts["block_frames"]
    finally:
        engine.close()
    counted = {what: after[what] - before[what] for what in COUNTED}
    return Tried(block, got_frames, stroke_ms=stroke_ms, **counted)


def get_ready(engine: Engine) -> None:
    """Until the song's effects are heard, and the band."""
    until_s = time.monotonic() + READY_WITHIN_S
    while (engine.colour.name and engine.rack.status() != "on") or engine.rack.kept_ready < len(engine.show.presets):
        if time.monotonic() > until_s:
            raise DeviceError(
                f"The effects ({engine.colour.name}) do not come on",
                where=engine.device_name,
                do="Try another show, or close other programs",
            )
        play(engine, LOOK_EVERY_S)


def play(engine: Engine, seconds: float) -> None:
    """The band plays, from the top when it has ended; the engine is looked after as it is by its window."""
    until_s = time.monotonic() + seconds
    while time.monotonic() < until_s:
        if not engine.state().is_playing:
            engine.do("start", "")
        if engine.is_lost:
            raise DeviceError(f"{engine.device_name} has gone", where="devices tune", do="Plug it in, and try again")
        time.sleep(LOOK_EVERY_S)


def counts(engine: Engine) -> dict[str, int]:
    """COUNTED, as they stand."""
    return {
        **{what: engine.device.counts[what] for what in ("callbacks", "late", "over_budget")},
        "blocks_dry": engine.instrument.drums.blocks_dry,
        "band_frames_missing": engine.instrument.exchange.snapshot()["band_frames_missing"],
    }
