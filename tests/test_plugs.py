"""How many plugs of a device are opened, where nobody has said."""

from pathlib import Path

import pytest

from live_rig.audio.device import AudioDevice
from live_rig.plugs import channels
from live_rig.show.setlist import Audio, Show


@pytest.mark.parametrize(
    ("name", "host", "has", "opened"),
    [
        ("Scarlett 18i20: USB Audio (hw:1,0)", "ALSA", (18, 20), (2, 4)),
        ("Scarlett 2i2: USB Audio (hw:1,0)", "ALSA", (2, 2), (2, 2)),
        ("default", "ALSA", (64, 64), (2, 2)),  # a click on outputs 3 and 4 would be in the house, or nowhere
        ("default", "Core Audio", (8, 8), (2, 4)),
    ],
)
def test_two_inputs_and_four_outputs_where_the_device_really_has_them(
    name: str, host: str, has: tuple[int, int], opened: tuple[int, int]
) -> None:
    device = AudioDevice(0, name, host, *has, 48_000.0, 5.0, 5.0, is_default=True)
    show = Show("Plain", Path(), (), {}, Audio(), {})
    assert channels(show, device, is_fed=False) == opened
