"""Pads as they are written: what is wrong with them is said, with the line; what is right is decoded as it will be heard."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from cython_core.exchange import EventKind
from live_rig.audio.pads import open_pads, sound
from live_rig.conducting.cues import Sent, pad_event
from live_rig.errors import ShowError
from live_rig.show.faults import ShowFaults
from live_rig.show.pad import Pad
from live_rig.show.store import read_show

CLAP = '[[pads]]\nname = "clap"\nnote = 39\nfile = "pads/clap.wav"\n'


@pytest.fixture
def show_with_sounds(show: Path) -> Path:
    (show / "pads").mkdir()
    rng = np.random.default_rng(1)
    for name, seconds in (("clap", 0.2), ("shaker", 2.0), ("ocean", 130.0)):
        soundfile.write(show / "pads" / f"{name}.wav", rng.uniform(-0.5, 0.5, round(seconds * 8000)), 8000)
    return show


def faults(show: Path, added: str) -> str:
    sheet = show / "show.toml"
    sheet.write_text(f"{sheet.read_text()}\n{added}")
    with pytest.raises(ShowError) as fault:
        read_show(show)
    return str(fault.value)


@pytest.mark.parametrize(
    ("added", "says"),
    [
        (CLAP + CLAP, 'there are two pads "clap"'),
        (CLAP + CLAP.replace('"clap"\n', '"clop"\n'), 'note 39 strikes "clap" already'),
        (CLAP.replace("clap.wav", "clab.wav"), 'Change it to "pads/clap.wav", the nearest there is'),
        (CLAP.replace("clap.wav", "ocean.wav"), '"pads/ocean.wav" is 130 s long, and a pad plays 120 s at most'),
        (CLAP.replace("39", "300"), "note"),
        ('[[pads]]\nname = "clap"\n', "a pad plays either a file or layers"),
        (CLAP + 'layers = [{ file = "pads/clap.wav" }]\n', "a pad plays either a file or layers"),
        (
            CLAP.replace('file = "pads/clap.wav"', 'loop_beats = 4\nlayers = [{ file = "pads/clap.wav" }]'),
            "a loop plays one file",
        ),
        (
            CLAP.replace(
                'file = "pads/clap.wav"', 'layers = [{ file = "pads/clap.wav" }, { file = "pads/clap.wav", up_to = 60 }]'
            ),
            'the layers of "clap" do not rise',
        ),
        (
            CLAP + "loop_beats = 51\n",
            'show.toml:11 pads.1.loop_beats: "pads/clap.wav" is 0.2 s long, too short to be cut into 204 slices.',
        ),
        (CLAP + "velocity = 3\n", "velocity"),
        ('[talkback]\ninput = 2\nto = ["drumer"]\n', 'there is no mix "drumer"'),
        ("[talkback]\ninput = 0\n", "input"),
    ],
)
def test_what_is_wrong_is_said(show_with_sounds: Path, added: str, says: str) -> None:
    said = faults(show_with_sounds, added)
    assert says in said
    assert "show.toml:" in said


def test_a_note_that_is_a_pedal_is_no_pad(show_with_sounds: Path) -> None:
    sheet = show_with_sounds / "show.toml"
    sheet.write_text(sheet.read_text().replace('"cc:64"', '"note:39"'))
    assert "note 39 is a pedal already" in faults(show_with_sounds, CLAP)


def test_sounds_are_as_they_were_recorded_at_the_sessions_rate(tmp_path: Path) -> None:
    wave = 0.5 * np.sin(2 * np.pi * 440 * np.arange(44_100) / 44_100)
    soundfile.write(tmp_path / "a.wav", wave, 44_100, subtype="FLOAT")
    heard = sound(tmp_path / "a.wav", 48_000)
    assert heard.shape == (48_000, 2)
    np.testing.assert_array_equal(heard[:, 0], heard[:, 1])
    expected = 0.5 * np.sin(2 * np.pi * 440 * np.arange(48_000) / 48_000)
    np.testing.assert_allclose(heard[2_000:-2_000, 0], expected[2_000:-2_000], atol=1e-3)


def test_all_pads_of_a_show_are_ready_to_be_struck(show_with_sounds: Path) -> None:
    pads = [Pad(name="clap", note=39, file="pads/clap.wav"), Pad(name="shaker", file="pads/shaker.wav", loop_beats=4.0)]
    assert open_pads(pads, show_with_sounds, 48_000, 64).voices == 0


def test_a_pad_whose_name_has_an_equals_sign_is_found_by_a_pedal(show_with_sounds: Path) -> None:
    sheet = show_with_sounds / "show.toml"
    pedals = '[pedals]\n"pc:1" = "pad a=b"\n"pc:2" = "pad a=b=64"\n"pc:3" = "pad a"'
    sheet.write_text(f"{sheet.read_text().replace('[pedals]', pedals)}\n{CLAP.replace('clap', 'a=b', 1)}")
    with pytest.raises(ShowFaults) as told:
        read_show(show_with_sounds)
    (fault,) = told.value.faults
    assert fault.what == 'there is no pad "a"'


def test_a_pad_is_struck_by_its_name() -> None:
    pads = [Pad(name="clap", file="a.wav"), Pad(name="a=b", file="a.wav")]
    assert pad_event("clap", pads) == Sent(EventKind.PAD, 0, 127)
    assert pad_event("clap=64", pads) == Sent(EventKind.PAD, 0, 64)
    assert pad_event("a=b", pads) == Sent(EventKind.PAD, 1, 127)
    for value, says in (("clop", 'no pad "clop"'), ("clap=0", "not struck with 0"), ("clap=hard", "no number")):
        with pytest.raises(ShowError, match=says):
            pad_event(value, pads)
