"""Which sound card is meant by a name, also after it has been somewhere else."""

import pytest

from cython_core.callback import Device
from cython_core.drums import Drums
from live_rig.audio import device
from live_rig.audio.device import ALSA, AudioDevice, Opening, find_device
from live_rig.audio.stream import open_stream
from live_rig.errors import DeviceError, OtherwiseError
from live_rig.instrument import Instrument
from live_rig.wiring import wired


def card(name: str, inputs: int = 2, outputs: int = 2) -> AudioDevice:
    return AudioDevice(0, name, ALSA, inputs, outputs, 48_000.0, 5.0, 5.0, is_default=False)


@pytest.fixture
def present(monkeypatch: pytest.MonkeyPatch) -> list[AudioDevice]:
    """What is plugged in."""
    cards: list[AudioDevice] = []
    monkeypatch.setattr(device, "audio_devices", lambda: cards)
    return cards


def test_a_card_that_alsa_gives_another_number_is_the_same_card(present: list[AudioDevice]) -> None:
    present += [
        card("HDA Intel: ALC (hw:0,0)"),
        card("Scarlett 2i2: USB Audio (hw:2,0)"),
        card("Scarlett 2i2: USB Audio #1 (hw:2,1)"),
    ]
    found = find_device("Scarlett 2i2: USB Audio (hw:1,0)")
    assert found is present[1]


def test_a_card_that_is_there_under_its_own_number_goes_before_its_like(present: list[AudioDevice]) -> None:
    present += [card("Scarlett 2i2: USB Audio (hw:1,0)"), card("Scarlett 2i2: USB Audio (hw:2,0)")]
    assert find_device("Scarlett 2i2: USB Audio (hw:2,0)") is present[1]


def test_another_part_of_a_card_is_another_device(present: list[AudioDevice]) -> None:
    present += [card("HDA Intel: ALC (hw:0,0)")]
    with pytest.raises(DeviceError, match="the nearest there is"):
        find_device("HDA Intel: ALC (hw:0,3)")


def test_a_card_that_is_there_and_has_no_outputs_is_not_said_to_be_away(present: list[AudioDevice]) -> None:
    present += [card("system", outputs=0)]
    with pytest.raises(DeviceError, match='"system" has no outputs'):
        find_device("system")


def test_a_card_with_fewer_plugs_than_are_wanted_is_there_and_otherwise() -> None:
    rig = Instrument(Drums(48_000.0, 8, 64), 48_000.0, wired(8, 2), 64)
    opening = Opening(card("Scarlett 18i8: USB Audio (hw:1,0)", inputs=2), Device(rig.rig, 8, 2), 48_000.0, 8, 2)
    with pytest.raises(OtherwiseError, match="has 2 inputs and 2 outputs; the show wants 8 and 2"):
        open_stream(opening)
