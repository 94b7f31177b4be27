"""The real round trip of a sound card, with a cable from one of its outputs to one of its inputs.

What a driver says of its latency is a claim. A few bursts of noise go out, and where each comes back in the recording is the
truth: converters, driver, blocks and all.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from live_rig.audio.device import AudioDevice
from live_rig.audio.portaudio import sounddevice
from live_rig.errors import DeviceError

BURSTS = 8
EVERY_S = 0.25  # so much time each has to come back
BURST_FRAMES = 64
LEVEL = 0.25
STANDS_OUT = 8.0  # a burst that came back, over the next best place where it might be


@dataclass(frozen=True, slots=True)
class Trip:
    """From leaving the rig to being heard by it: the median and the farthest from it, in frames."""

    frames: int
    jitter_frames: int
    samplerate_hz: float

    @property
    def ms(self) -> float:
        """The median."""
        return 1e3 * self.frames / self.samplerate_hz


def measure(device: AudioDevice, output: int, input_: int) -> Trip:
    """With a cable from `output` to `input_`, both counted from 1. DeviceError where nothing comes back."""
    for side, number, there in (("output", output, device.outputs), ("input", input_, device.inputs)):
        if not 1 <= number <= there:
            do = f"Say 1 to {there}" if there else f"Choose a device that has {side}s"
            raise DeviceError(f'"{device.name}" has no {side} {number}', where="devices measure", do=do)
    burst = np.random.default_rng(1).choice([-LEVEL, LEVEL], BURST_FRAMES).astype(np.float32)
    every = round(EVERY_S * device.samplerate_hz)
    sent = np.zeros(((BURSTS + 1) * every, 1), np.float32)
    for number in range(BURSTS):
        sent[number * every : number * every + BURST_FRAMES, 0] = burst
    try:
        heard = sounddevice.playrec(
            sent,
            device.samplerate_hz,
            input_mapping=[input_],
            output_mapping=[output],
            device=(device.index, device.index),
            latency="low",
            blocking=True,
        )
    except (sounddevice.PortAudioError, ValueError) as error:
        do = "Close other programs that use it, and try again"
        raise DeviceError(f'"{device.name}" would not open', where=str(error), do=do) from error
    ways = [way_frames(heard[number * every : (number + 1) * every, 0], burst) for number in range(BURSTS)]
    came_back = [way for way in ways if way is not None]
    if len(came_back) < BURSTS / 2:
        do = f"Put a cable from output {output} to input {input_}, and turn both up"
        raise DeviceError("Nothing that was sent came back", where=device.name, do=do)
    middle = round(float(np.median(came_back)))
    return Trip(middle, max(abs(way - middle) for way in came_back), device.samplerate_hz)


def way_frames(heard: npt.NDArray[np.float32], burst: npt.NDArray[np.float32]) -> int | None:
    """Where a burst begins in what was heard; None where it is not. Whichever way round the cable is soldered."""
    likeness = np.abs(np.correlate(heard.astype(np.float64), burst, mode="valid"))
    at = int(likeness.argmax())
    others = np.delete(likeness, np.s_[max(0, at - BURST_FRAMES) : at + BURST_FRAMES])
    return at if likeness[at] > 1e-6 and likeness[at] > STANDS_OUT * np.median(others) else None
