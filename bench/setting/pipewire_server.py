"""A real PipeWire of one's own, with two cards that nobody hears.

What "stage-card" plays comes back into its inputs; "desk" is as PipeWire shows a sound card: inputs, outputs, and a monitor of
what it plays.

with PipeWireServer(block_frames=64) as server:
    subprocess.run([...], env=server.environ)

Its clients speak JACK, through PipeWire's own libjack.
"""

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from bench.setting.jack_server import NoJack
from live_rig.audio.libjack import CHOICE

STARTS_WITHIN_S = 15.0
CONFIG = """\
context.properties = {{
    core.daemon = true
    core.name = pipewire-0
    default.clock.rate = {rate}
    default.clock.quantum = {block}
    default.clock.min-quantum = 16
    default.clock.max-quantum = 2048
}}
context.spa-libs = {{
    audiotestsrc = audiotestsrc/libspa-audiotestsrc
    audio.convert.* = audioconvert/libspa-audioconvert
    support.* = support/libspa-support
}}
context.modules = [
    {{ name = libpipewire-module-rt flags = [ ifexists nofail ] }}
    {{ name = libpipewire-module-protocol-native }}
    {{ name = libpipewire-module-metadata }}
    {{ name = libpipewire-module-spa-node-factory }}
    {{ name = libpipewire-module-client-node }}
    {{ name = libpipewire-module-access }}
    {{ name = libpipewire-module-adapter }}
    {{ name = libpipewire-module-link-factory }}
]
context.objects = [
    {{ factory = adapter args = {{
        factory.name = support.null-audio-sink
        node.name = stage-card
        media.class = Audio/Duplex
        adapter.auto-port-config = {{ mode = dsp monitor = true position = preserve }} {as_a_card}
    }} }}
    {{ factory = adapter args = {{
        factory.name = audiotestsrc
        node.name = desk-in
        node.description = desk
        media.class = Audio/Source
        adapter.auto-port-config = {{ mode = dsp monitor = false position = preserve }} {as_a_card}
    }} }}
    {{ factory = adapter args = {{ {desk_out} }} }}
]
"""
# For clients whose callback is Python. PipeWire ends the thread of a client wherever it is, unless told otherwise: one that
# waits for the interpreter takes its lock along, and nothing in that process goes on.
ENDS_BETWEEN_BLOCKS = """\
context.properties = { loop.cancel = false }
context.spa-libs = { support.* = support/libspa-support }
context.modules = [
    { name = libpipewire-module-rt flags = [ ifexists nofail ] }
    { name = libpipewire-module-protocol-native }
    { name = libpipewire-module-client-node }
    { name = libpipewire-module-metadata }
]
"""
DESK_OUT = """
    factory.name=support.null-audio-sink
    node.name=desk-out
    node.description=desk
    media.class=Audio/Sink
    adapter.auto-port-config={{ mode=dsp monitor=true position=preserve }} {as_a_card}
"""
AS_A_CARD = 'audio.rate={rate} audio.channels=2 audio.position="FL,FR" object.linger=true'


class PipeWireServer:
    """`pipewire` with a configuration of its own, apart from the user's, for as long as the context lasts. Raises NoJack.

    block_frames: what it asks of its clients at a time.
    """

    device = "stage-card"
    plugs = tuple(f"stage-card:{way}_{side}" for way in ("capture", "playback") for side in ("FL", "FR"))

    def __init__(self, block_frames: int, samplerate_hz: int = 48_000) -> None:
        self.block_frames, self.samplerate_hz = block_frames, samplerate_hz
        self.name = "pipewire-0"

    @property
    def environ(self) -> dict[str, str]:
        """For its clients."""
        own = {"PIPEWIRE_RUNTIME_DIR": self._folder.name, "LD_LIBRARY_PATH": self._libraries, CHOICE: "pipewire"}
        return os.environ | own

    @property
    def environ_in_python(self) -> dict[str, str]:
        """For those clients of it whose callback is Python."""
        return self.environ | {"PIPEWIRE_CONFIG_NAME": str(self._python_config)}

    def __enter__(self) -> "PipeWireServer":
        if shutil.which("pipewire") is None or shutil.which("pw-jack") is None:
            raise NoJack("PipeWire is not installed (Debian: apt install pipewire pipewire-jack)")
        asked = subprocess.run(["pw-jack", "printenv", "LD_LIBRARY_PATH"], capture_output=True, text=True, check=True)
        self._libraries = asked.stdout.strip()
        self._folder = tempfile.TemporaryDirectory(prefix="live-rig-pipewire-")
        as_a_card = AS_A_CARD.format(rate=self.samplerate_hz)
        desk_out = DESK_OUT.format(as_a_card=as_a_card)
        config = CONFIG.format(rate=self.samplerate_hz, block=self.block_frames, as_a_card=as_a_card, desk_out=desk_out)
        self._config = Path(self._folder.name) / "pipewire.conf"
        self._config.write_text(config)
        self._python_config = self._config.with_name("python.conf")
        self._python_config.write_text(ENDS_BETWEEN_BLOCKS)
        self.come_back()
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait()
        self._folder.cleanup()

    def unplug(self) -> None:
        """Pull the cable of the outputs of "desk". PipeWire itself goes on."""
        subprocess.run(["pw-cli", "destroy", "desk-out"], env=self.environ, check=True)

    def plug_in(self) -> None:
        """And put it back."""
        node = DESK_OUT.format(as_a_card=AS_A_CARD.format(rate=self.samplerate_hz))
        subprocess.run(["pw-cli", "create-node", "adapter", f"{{ {node} }}"], env=self.environ, check=True)

    def die(self) -> None:
        """End at once, as a server does that crashes."""
        self._process.kill()
        self._process.wait()

    def come_back(self) -> None:
        """The server, once more where it has died. Raises NoJack."""
        with self._config.with_suffix(".log").open("wb") as log:
            own = os.environ | {"PIPEWIRE_RUNTIME_DIR": self._folder.name}
            self._process = subprocess.Popen(["pipewire", "-c", self._config], env=own, stdout=log, stderr=subprocess.STDOUT)
        until_s = time.monotonic() + STARTS_WITHIN_S
        while time.monotonic() < until_s and self._process.poll() is None:
            ports = subprocess.run(["jack_lsp"], env=self.environ, capture_output=True, text=True, check=False)
            if all(plug in ports.stdout for plug in self.plugs):
                return
        said = self._config.with_suffix(".log").read_text(errors="replace")
        self._process.kill()
        self._process.wait()
        raise NoJack(f"PipeWire does not start here:\n{said}")
