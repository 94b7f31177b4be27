"""The sound cards of this machine, by name."""

import re
from dataclasses import asdict, dataclass, replace
from difflib import get_close_matches

from cython_core.callback import Device
from live_rig.audio.jack_ports import look_at
from live_rig.audio.shared_memory import refuse_full_memory
from live_rig.errors import DeviceError

VIRTUAL = "virtual"
JACK = "JACK Audio Connection Kit"  # as PortAudio calls it; a JACK server, or PipeWire
ALSA = "ALSA"
ALSAS_NUMBER = re.compile(r"(?<=\(hw:)\d+(?=,)")
ANY_BLOCK = 1 << 30  # frames
# ALSA's names for what is no card, and takes any number of channels.
FOR_ALL = ("default", "sysdefault", "pipewire", "pulse", "dmix")


@dataclass(frozen=True, slots=True)
class AudioDevice:
    """What a device says of itself. Latencies are the device's own claim for its low setting, in ms."""

    index: int
    name: str
    host: str
    inputs: int
    outputs: int
    samplerate_hz: float
    input_latency_ms: float
    output_latency_ms: float
    is_default: bool
    block_frames: int = 0  # what it asks for at a time, where it says so beforehand

    @property
    def is_for_all(self) -> bool:
        """Whether it stands before a card that other programs play on as well. How many channels that has it does not say."""
        return self.host == ALSA and self.name in FOR_ALL


@dataclass(frozen=True, slots=True)
class Opening:
    """How a device is to be opened. block_frames: what it shall ask for at a time, None: what it likes, up to `most_frames`,
    where it can be asked. midi_in: the names of the MIDI ports that it shall be joined to, where it has a way for MIDI, as on
    JACK.
    """

    device: AudioDevice
    rig_device: Device  # what plays
    samplerate_hz: float
    inputs: int
    outputs: int
    block_frames: int | None = None
    midi_in: tuple[str, ...] = ()
    most_frames: int = ANY_BLOCK


def name_of(device: AudioDevice | None) -> str:
    """What the sound goes to; None: the virtual device."""
    return device.name if device else "virtual device (no sound card)"


def audio_devices() -> list[AudioDevice]:
    """Every device there is, in PortAudio's order. Looks anew each time."""
    from live_rig.audio.portaudio import sounddevice  # here: the virtual device has to play without

    let_go_of_portaudio()
    refuse_full_memory()
    sounddevice._initialize()
    hosts = sounddevice.query_hostapis()
    _, default_output = sounddevice.default.device
    devices = [
        AudioDevice(
            index=index,
            name=found["name"],
            host=hosts[found["hostapi"]]["name"],
            inputs=found["max_input_channels"],
            outputs=found["max_output_channels"],
            samplerate_hz=found["default_samplerate"],
            input_latency_ms=1e3 * found["default_low_input_latency"],
            output_latency_ms=1e3 * found["default_low_output_latency"],
            is_default=index == default_output,
        )
        for index, found in enumerate(sounddevice.query_devices())
    ]
    return as_on_jack(devices) if any(device.host == JACK for device in devices) else devices


def as_on_jack(devices: list[AudioDevice]) -> list[AudioDevice]:
    """With the inputs and outputs of each card on JACK; where a server plays, the card with the most of them is the default."""
    there, block_frames = look_at(device.name for device in devices if device.host == JACK)
    most = max(there, key=lambda name: (there[name][1] > 0, sum(there[name])), default="")
    return [
        replace(
            device,
            inputs=there[device.name][0],
            outputs=there[device.name][1],
            is_default=device.name == most,
            block_frames=block_frames,
        )
        if device.host == JACK and device.name in there
        else replace(device, is_default=device.is_default and not most)
        for device in devices
    ]


def let_go_of_portaudio() -> None:
    """Nothing is open on it: let it leave whatever it speaks to."""
    from live_rig.audio.portaudio import sounddevice

    while sounddevice._initialized:
        sounddevice._terminate()


def find_device(name: str | None) -> AudioDevice | None:
    """The device of that name (or part of it, or its number); without a name the default one, or None: use the virtual one.

    Raises DeviceError when a name fits none of them.
    """
    if name == VIRTUAL:
        return None
    there = audio_devices()
    devices = [device for device in there if device.outputs]
    if name is None:
        return next((device for device in devices if device.is_default), devices[0] if devices else None)
    for device in devices:
        if name in (device.name, str(device.index)):
            return device
    near = [device for device in devices if name.lower() in device.name.lower()]
    near += [device for device in devices if wherever_plugged(device.name) == wherever_plugged(name)]
    if near:
        return near[0]
    if any(name in (device.name, str(device.index)) for device in there):
        do = "Switch on what it plays to, or choose another device (live-rig devices)"
        raise DeviceError(f'"{name}" has no outputs', where="there is nothing to hear on it", do=do)
    raise no_such_device(name, [device.name for device in devices])


def wherever_plugged(name: str) -> str:
    """Without the number that ALSA gives a card, which is another one when it is plugged in while the old one is still open."""
    return ALSAS_NUMBER.sub("", name)


def no_such_device(name: str, present: list[str]) -> DeviceError:
    """For a name that fits nothing."""
    close = get_close_matches(name, present, n=1)
    if close:
        do = f'Say "{close[0]}", the nearest there is'
    elif present:
        do = f"Choose one of: {', '.join(present)}; or {VIRTUAL}"
    else:
        do = f"Plug it in and switch it on, or say {VIRTUAL}"
    return DeviceError(f'There is no audio device "{name}"', where="live-rig devices lists them", do=do)


def as_row(device: AudioDevice) -> dict[str, object]:
    """For JSON."""
    return asdict(device)
