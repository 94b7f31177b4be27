"""Who hears what: buses of stems, and a mix of everything for each listener, on outputs of his own.

Two outputs are a listener's left and right; one is both.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated

from pydantic import Field

from live_rig.show.faults import Fault, change_or
from live_rig.show.written import Claim, GainDb, Text, Whole, Written

STRUCK = ("click", "count", "guide")
OWN_SOURCES = ("drums", "pads", *STRUCK, "talkback")
BAND = "band"  # the bus that there is without a word
MOST_BUSES = 4

Output = Annotated[Whole, Field(ge=1, le=32)]


class Mix(Written):
    """What one listener hears, in dB. `hears` None: drums, pads and all stems, and in the drummer's ears what is struck."""

    name: Text
    outputs: Annotated[tuple[Output, ...], Field(min_length=1, max_length=2)]  # counted from 1
    is_drummers: Claim = Field(default=False, alias="drummer")  # in his ears the click is silent while he leads
    hears: dict[str, GainDb] | None = None

    def levels_db(self, buses: Sequence[str]) -> dict[str, float]:
        """Every source that is heard, and how loud."""
        if self.hears is not None:
            return dict(self.hears)
        return dict.fromkeys(["drums", "pads", *buses, *(STRUCK if self.is_drummers else ())], 0.0)


def usual_mixes(outputs: int) -> tuple[Mix, ...]:
    """Where the show says nothing. Four outputs: the house on 1 and 2, the drummer's ears on 3 and 4. Two: click, count and
    guide on 1, drums and band on 2. One: everything."""
    house = {"drums": 0.0, "pads": 0.0, BAND: 0.0}
    struck = dict.fromkeys(STRUCK, 0.0)
    if outputs == 1:
        return (Mix(name="house", outputs=(1,), hears=house | struck),)
    if outputs == 2:
        return (Mix(name="drummer", outputs=(1,), drummer=True, hears=struck), Mix(name="house", outputs=(2,), hears=house))
    ears = (3,) if outputs == 3 else (3, 4)
    return (Mix(name="house", outputs=(1, 2), hears=house), Mix(name="drummer", outputs=ears, drummer=True))


def in_words(mixes: Sequence[Mix], buses: Sequence[str], has_pads: bool) -> str:
    """Who hears what on which outputs: "output 1 (drummer): click, count, guide; output 2 (house): drums, band"."""
    said = []
    for mix in mixes:
        numbers = " and ".join(str(output) for output in mix.outputs)
        heard = ", ".join(source for source in mix.levels_db(buses) if source != "pads" or has_pads) or "nothing"
        said.append(f"{'output' if len(mix.outputs) == 1 else 'outputs'} {numbers} ({mix.name}): {heard}")
    return "; ".join(said)


def mix_faults(mixes: Mapping[int, Mix], buses: Sequence[str], outputs: int | None) -> Iterator[Fault]:
    """Sources that there are not, outputs used twice or beyond the `outputs` asked for; `mixes` by their place in the list."""
    names: set[str] = set()
    taken: dict[int, str] = {}
    sources = [*OWN_SOURCES, *buses]
    for number, mix in mixes.items():
        if mix.name in names:
            yield Fault(f'there are two mixes "{mix.name}"', "Give each its own name", ("mixes", number, "name"))
        names.add(mix.name)
        for source in mix.hears or ():
            if source not in sources:
                do = change_or(source, sources, "Take one of: " + ", ".join(sources))
                yield Fault(f'"{mix.name}" hears "{source}", which there is not', do, ("mixes", number, "hears"))
        for output in mix.outputs:
            if output in taken:
                what = f'output {output} is "{taken[output]}"\'s already'
                yield Fault(what, "Give every mix outputs of its own", ("mixes", number, "outputs"))
            elif outputs is not None and output > outputs:
                what = f"there is no output {output}: [audio] asks for {outputs}"
                yield Fault(what, f"Ask for {output} outputs there, or take lower ones", ("mixes", number, "outputs"))
            taken[output] = mix.name


def bus_faults(buses: Sequence[object]) -> Iterator[Fault]:
    """Names that cannot be a bus's."""
    for number, bus in enumerate(buses):
        if bus in OWN_SOURCES:
            yield Fault(f'"{bus}" is no name for a bus of stems', "Call it something else", ("buses", number))
        elif bus in buses[:number]:
            yield Fault(f'there are two buses "{bus}"', "Give each its own name", ("buses", number))
