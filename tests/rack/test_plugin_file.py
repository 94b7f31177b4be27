"""What a binary's first bytes say of the machine it is for."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_rig.rack.plugin_file import FAT, MACHINES, machines, why_foreign

PE = b"MZ" + bytes(58) + (64).to_bytes(4, "little") + b"PE\0\0"


@pytest.mark.parametrize(
    ("head", "made_for"),
    [
        (b"\x7fELF\x02\x01" + bytes(12) + (62).to_bytes(2, "little"), [("x86_64", "Linux")]),
        (b"\x7fELF\x02\x01" + bytes(12) + (183).to_bytes(2, "little"), [("arm64", "Linux")]),
        (b"\x7fELF\x02\x02" + bytes(12) + (183).to_bytes(2, "big"), [("arm64", "Linux")]),
        (PE + (0x8664).to_bytes(2, "little"), [("x86_64", "Windows")]),
        (PE + (0xAA64).to_bytes(2, "little"), [("arm64", "Windows")]),
        (b"\xcf\xfa\xed\xfe" + (0x0100000C).to_bytes(4, "little"), [("arm64", "macOS")]),
        (
            FAT + (2).to_bytes(4, "big") + b"".join(kind.to_bytes(4, "big") + bytes(16) for kind in (0x01000007, 0x0100000C)),
            [("x86_64", "macOS"), ("arm64", "macOS")],
        ),
        (b"la la la", []),
        (b"", []),
    ],
)
def test_a_binary_says_which_machine_it_is_for(head: bytes, made_for: list[tuple[str, str]]) -> None:
    assert list(machines(head)) == made_for


@given(st.sampled_from([b"", b"\x7fELF", b"MZ", FAT, b"\xcf\xfa\xed\xfe"]), st.binary(max_size=200))
def test_any_bytes_are_of_known_machines_or_of_none(magic: bytes, rest: bytes) -> None:
    for machine, system in machines(magic + rest):
        assert machine in MACHINES[system].values()


def test_a_bundle_that_holds_a_binary_for_this_machine_is_not_foreign(
    plugin: Path, plugin_of_another_machine: Path, tmp_path: Path
) -> None:
    assert why_foreign(plugin) == ""
    assert why_foreign(plugin_of_another_machine)
    assert why_foreign(tmp_path / "nowhere.vst3") == ""
    (foreign,) = plugin_of_another_machine.rglob("*.so")
    both = tmp_path / "Both.vst3" / "Contents"
    for name, binary in (("here", next(plugin.rglob("*.so"))), ("there", foreign)):
        (both / name).mkdir(parents=True)
        (both / name / "Both.so").write_bytes(binary.read_bytes())
    assert why_foreign(both.parent) == ""
