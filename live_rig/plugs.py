"""Which of the device's plugs are whose: how many are opened, what stands before each input, who hears what on each output."""

from live_rig.audio.device import AudioDevice, name_of
from live_rig.errors import ShowError
from live_rig.show.setlist import Show
from live_rig.wiring import Wiring, wired


def channels(show: Show, device: AudioDevice | None, *, is_fed: bool) -> tuple[int, int]:
    """(inputs, outputs) to open a device with, None: the virtual one; is_fed: a recording stands in place of the inputs."""
    asked = show.audio
    written = max((output for mix in show.mixes for output in mix.outputs), default=0)
    if device is None:
        return 0, asked.outputs or written or 2
    highest = max((line.input for line in asked.lines), default=0)
    inputs = 0 if is_fed else (asked.inputs or max(min(device.inputs, 2), highest))
    return inputs, asked.outputs or written or min(device.outputs, 2 if device.is_for_all else 4)


def plugged(show: Show, device: AudioDevice | None, inputs: int, outputs: int) -> Wiring:
    """The wiring of a show on that many plugs. ShowError where a microphone is on one that is not open."""
    kit_inputs = max([1, inputs, *(pad.input for pad in show.pads if pad.input)])
    wiring = wired(kit_inputs, outputs, show.mixes, show.buses)
    if not inputs:  # a recording in place of them, or nothing: it has no lines of its own, and says nothing
        return wiring
    return _with_talkback(wiring.with_lines(_lines(show, device, inputs)), show, device, inputs)


def _lines(show: Show, device: AudioDevice | None, inputs: int) -> tuple[tuple[str, int], ...]:
    """The microphones that have a line of their own, and their inputs from 0."""
    there = min(inputs, device.inputs if device else 0)
    for line in show.audio.lines:
        if line.input > there:
            raise ShowError(
                f"The {line.drum} is on input {line.input}, and {name_of(device)} has {there} open",
                where=f"{show.folder}/show.toml, audio.lines",
                do="Plug it in where there is one, or take the line out",
            )
    return tuple((line.drum, line.input - 1) for line in show.audio.lines)


def _with_talkback(wiring: Wiring, show: Show, device: AudioDevice | None, inputs: int) -> Wiring:
    talkback = show.talkback
    if talkback is None:
        return wiring
    if talkback.input > inputs:
        raise ShowError(
            f"The talkback is on input {talkback.input}, and {name_of(device)} has {inputs} open",
            where=f"{show.folder}/show.toml, talkback",
            do="Plug it in where there is one, or ask for more inputs in [audio]",
        )
    return wiring.with_talkback(talkback.input - 1, talkback.to, talkback.gain_db)
