"""PortAudio, by sounddevice; not before there is room for it, nor before a sound card is looked for."""

from live_rig.audio.shared_memory import refuse_full_memory

refuse_full_memory()
import sounddevice as sounddevice  # noqa: E402
