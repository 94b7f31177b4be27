"""What a plugin's file says of itself before it is loaded: which machines its binaries are made for.

Read from their first bytes, as ELF, PE and Mach-O have them. What is none of these is left for the loader to judge.
"""

import platform
from collections.abc import Iterator
from pathlib import Path

HEAD_BYTES = 4096  # all that is looked for stands in them
MACHINES = {  # as each format numbers them
    "Linux": {3: "x86", 40: "arm", 62: "x86_64", 183: "arm64", 243: "riscv64"},
    "Windows": {0x14C: "x86", 0x8664: "x86_64", 0xAA64: "arm64"},
    "macOS": {0x01000007: "x86_64", 0x0100000C: "arm64", 7: "x86"},
}
OTHER_NAMES = {"amd64": "x86_64", "aarch64": "arm64", "i686": "x86", "i386": "x86", "darwin": "macOS"}
FAT = b"\xca\xfe\xba\xbe"
MOST_IN_ONE = 8  # machines that a fat Mach-O file may hold


def why_foreign(path: Path) -> str:
    """Why a plugin's file cannot play on this machine; empty when it can, or does not say."""
    ours = _known_as(platform.machine()), _known_as(platform.system())
    made_for = set(machines_of(path))
    if not made_for or ours in made_for:
        return ""
    theirs = " and ".join(sorted(f"{machine} {system}" for machine, system in made_for))
    return f"it is made for {theirs}, and this machine is {ours[0]} {ours[1]}"


def machines_of(path: Path) -> Iterator[tuple[str, str]]:
    """(machine, system) of every binary of a plugin: a file, or a bundle with Contents."""
    for file in [path] if path.is_file() else sorted(path.glob("Contents/*/*")):
        if file.is_file():
            with file.open("rb") as binary:
                yield from machines(binary.read(HEAD_BYTES))


def machines(head: bytes) -> Iterator[tuple[str, str]]:
    """The same from the beginning of a binary."""
    if head[:4] == b"\x7fELF" and len(head) >= 20:
        yield from _named("Linux", int.from_bytes(head[18:20], "big" if head[5] == 2 else "little"))
    elif head[:2] == b"MZ":
        at = int.from_bytes(head[0x3C:0x40], "little")
        if head[at : at + 4] == b"PE\0\0":
            yield from _named("Windows", int.from_bytes(head[at + 4 : at + 6], "little"))
    elif head[:4] in (b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe"):
        yield from _named("macOS", int.from_bytes(head[4:8], "little"))
    elif head[:4] == FAT:
        for number in range(min(MOST_IN_ONE, int.from_bytes(head[4:8], "big"))):
            yield from _named("macOS", int.from_bytes(head[8 + 20 * number : 12 + 20 * number], "big"))


def _named(system: str, number: int) -> Iterator[tuple[str, str]]:
    if number in MACHINES[system]:
        yield MACHINES[system][number], system


def _known_as(name: str) -> str:
    return OTHER_NAMES.get(name.lower(), name)
