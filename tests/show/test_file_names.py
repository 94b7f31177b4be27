"""What a file may be called wherever a show is carried."""

import pytest

from live_rig.show.file_names import why_unfit


@pytest.mark.parametrize(
    "name", ["bass", "Größe", "slow-blues_2", "con1", "auxiliary", "com10", "a.b", ".hidden", "my song", "漢字"]
)
def test_plain_words_are_fit(name: str) -> None:
    assert why_unfit(name) is None


@pytest.mark.parametrize("name", ["CON", "nul", "Aux.wav", "prn.tar.gz", "COM1", "com¹", "LPT9.toml", "con .wav", "CONIN$"])
def test_what_windows_keeps_for_itself_is_not(name: str) -> None:
    assert why_unfit(name) == "Windows keeps that name for itself"


@pytest.mark.parametrize("name", ["", " ", ".", "..", "dub.", "dub "])
def test_nor_what_ends_with_a_blank_or_a_point_or_is_nothing(name: str) -> None:
    assert why_unfit(name) == "Windows has no file whose name ends with a blank or a point"


@pytest.mark.parametrize(
    ("name", "why"), [("a/b", "no /"), ("ten:thirty", "no :"), ("what?", "no ?"), ("a\nb", "cannot be shown")]
)
def test_nor_letters_that_no_name_may_have(name: str, why: str) -> None:
    assert why in (why_unfit(name) or "")
