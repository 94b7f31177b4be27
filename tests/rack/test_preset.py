"""Presets as they are written, and what is said about mistakes."""

import re
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_rig.errors import ShowError
from live_rig.rack.preset_reader import preset_faults, read_preset

SHIPPED = sorted((Path(__file__).parents[2] / "presets").glob("*.toml"))

GOOD = """title = "Crushed"
says = "for the loud parts"

[[effects]]
type = "Mix"

[[effects.effects]]
type = "Gain"
gain_db = 0.0

[[effects.effects]]
type = "Chain"

[[effects.effects.effects]]
type = "Compressor"
ratio = 8

[[effects.effects.effects]]
type = "LadderFilter"
mode = "HPF12"
"""


def written(folder: Path, text: str) -> Path:
    file = folder / "crushed.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_preset_reads_as_it_is_written(tmp_path: Path) -> None:
    preset = read_preset(written(tmp_path, GOOD))
    assert (preset.name, preset.title, preset.says) == ("crushed", "Crushed", "for the loud parts")
    gain, chain = preset.effects[0].effects
    assert (gain.type, dict(gain.values)) == ("Gain", {"gain_db": 0.0})
    assert [effect.type for effect in chain.effects] == ["Compressor", "LadderFilter"]
    assert dict(chain.effects[1].values) == {"mode": "HPF12"}


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_a_shipped_preset_is_whole_and_says_what_it_is_for(file: Path) -> None:
    preset = read_preset(file)
    assert preset.effects
    assert len(preset.says) > 30


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        (
            'type = "Compressor"',
            'type = "Compresor"',
            'There is no effect Compresor (FILE:15 INNER.1.type). Change it to "Compressor", the nearest there is.',
        ),
        (
            "ratio = 8",
            "ration = 8",
            'Compressor has no ration (FILE:16 INNER.1.ration). Change it to "ratio", the nearest there is.',
        ),
        (
            "ratio = 8",
            "ratio = 0.5",
            "Compressor ratio must be from 1 to 100, and is 0.5 (FILE:16 INNER.1.ratio). Change ratio.",
        ),
        (
            'mode = "HPF12"',
            'mode = "HPF13"',
            "LadderFilter mode must be one of LPF12, HPF12, BPF12, LPF24, HPF24, BPF24, and is 'HPF13' "
            "(FILE:20 INNER.2.mode). Change mode.",
        ),
        (
            "gain_db = 0.0",
            "gain = 0.0",
            'Gain has no gain (FILE:9 effects.1.effects.1.gain). Change it to "gain_db", the nearest there is.',
        ),
        (
            'title = "Crushed"',
            'titel = "Crushed"',
            'A preset has no titel (FILE:1 titel). Change it to "title", the nearest there is.',
        ),
        (
            "ratio = 8",
            "ratio = nan",
            "Compressor ratio must be from 1 to 100, and is nan (FILE:16 INNER.1.ratio). Change ratio.",
        ),
    ],
)
def test_a_mistake_is_named_with_file_line_key_and_the_nearest_right_word(
    tmp_path: Path, right: str, wrong: str, said: str
) -> None:
    file = written(tmp_path, GOOD.replace(right, wrong))
    with pytest.raises(ShowError) as caught:
        read_preset(file)
    assert str(caught.value) == said.replace("FILE", str(file)).replace("INNER", "effects.1.effects.2.effects")


def test_every_mistake_is_listed(tmp_path: Path) -> None:
    text = GOOD.replace("ratio = 8", "ratio = 0").replace("gain_db = 0.0", "gain_db = 99").replace('says = "for', 'sais = "for')
    assert len(preset_faults(written(tmp_path, text), "crushed.toml")) == 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("title = Crushed", "crushed.toml:1"),
        ('title = "a"\n\n[[effects]\n', "crushed.toml:3"),
        ("", "no title"),
        ('title = "a"\neffects = 3', "list of tables"),
        ('title = "a"\n[[effects]]\nratio = 3', "no type"),
        ("title = 7\n", "must be a text"),
        ('title = ""', "no title"),
        (f'title = "{"la" * 200}"', "title must be one line of 200 letters at most"),
        ('title = "two\\nlines"', "title must be one line of 200 letters at most"),
        ('title = "a"\n[[effects]]\ntype = "Compressor"\nratio = 1' + "0" * 400, "and is 10{58}…"),
        (
            'title = "a"\n[[effects]]\ntype = "VST3"\npath = "A.vst3"\n[effects.parameters]\nx = nan',
            r"x must be from -1e\+09 to 1e\+09, and is nan",
        ),
        ('title = "a"\n[[effects]]\ntype = "VST3"\npath = "A.vst3"\nplugin = 3', "plugin must be a text"),
        ('title = "a"\n[[effects]]\ntype = "VST3"', "needs the path"),
        ('title = "a"\n[[effects]]\ntype = "Convolution"', "needs impulse_response_filename"),
    ],
)
def test_what_cannot_be_a_preset_is_refused_in_words(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ShowError, match=said):
        read_preset(written(tmp_path, text))


def test_a_file_that_is_not_there_or_no_text_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(ShowError, match="is not there"):
        read_preset(tmp_path / "none.toml")
    (tmp_path / "noise.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ShowError, match="not UTF-8 text"):
        read_preset(tmp_path / "noise.toml")


@given(st.text() | st.text(alphabet="[]{}=\"',.\n ef9").map(GOOD.__add__))
def test_any_text_is_a_preset_or_a_list_of_faults(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "any.toml"
        file.write_bytes(text.encode())
        faults = preset_faults(file, "any.toml")
        assert all(fault.file == "any.toml" and fault.what and fault.do for fault in faults)
        if not faults:
            assert read_preset(file).title


def test_what_the_page_shows_is_a_preset(tmp_path: Path) -> None:
    """Whoever copies an example has a preset that plays."""
    page = (Path(__file__).parents[2] / "docs" / "rack.md").read_text(encoding="utf-8")
    simple, kit, knobs, electronic = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    for number, text in enumerate((simple, kit, kit + knobs, f'title = "E-kit"\n{electronic}')):
        file = tmp_path / f"example-{number}.toml"
        file.write_text(text, encoding="utf-8")
        assert [str(fault) for fault in preset_faults(file, file.name)] == []
