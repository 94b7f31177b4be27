"""Where blocks come from: a sound card, the machine's clock, or a plain loop."""

from live_rig.audio.libjack import choose

choose()  # before anything here loads a libjack
