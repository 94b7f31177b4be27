"""One knob's scale: where on its slider a value is, how far one press of a key goes, and how it reads."""

import math
from dataclasses import dataclass
from functools import lru_cache

WIDE = 100.0  # a range of this ratio is divided by equal ratios, as ears hear frequencies and times
DB_STEP, STEP = 0.5, 0.02  # of one press: in dB, else a part of the way
SHUT_DB = -60.0  # a send or a stem no louder than this is off
DECIMALS = {"db": 2, "pan": 3}  # digits that are kept behind the point
PLACES = 4  # and of the others, all in all
HZ_PER_KHZ, MS_PER_S = 1000.0, 1000.0


@dataclass(frozen=True, slots=True)
class Scale:
    """unit: "db", "hz", "ms", "s", "pan", or "": a plain number. shuts: its lowest is silence. Infinite ends: nobody knows."""

    low: float = -math.inf
    high: float = math.inf
    unit: str = ""
    shuts: bool = False

    @property
    def is_known(self) -> bool:
        """Whether it has two ends, so that there is a slider."""
        return math.isfinite(self.low) and math.isfinite(self.high) and self.high > self.low

    @property
    def by_ratios(self) -> bool:
        """Whether equal ways are equal ratios."""
        return self.unit in ("hz", "ms", "s") and self.low > 0 and self.high / self.low >= WIDE

    def place(self, value: float) -> float:
        """0 to 1, along the slider; 0 where there is none."""
        if not self.is_known:
            return 0.0
        value = min(self.high, max(self.low, value))
        if self.by_ratios:
            return math.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)

    def value(self, place: float) -> float:
        """The value at a place of the slider, 0 to 1, both ends included; rounded to what can be read."""
        place = min(1.0, max(0.0, place))
        if self.by_ratios:
            return self._round(self.low * (self.high / self.low) ** place)
        return self._round(self.low + (self.high - self.low) * place)

    def moved(self, value: float, way: float) -> float:
        """From `value`, a part of the whole slider on: what a finger does."""
        if self.is_known:
            return self.value(self.place(value) + way)
        return self._round(value + way * max(1.0, abs(value)))

    def stepped(self, value: float, steps: float) -> float:
        """From `value`, so many presses of a key on."""
        if self.unit == "db" and self.is_known:
            return self._round(value + steps * DB_STEP)
        return self.moved(value, steps * STEP)

    def words(self, value: float) -> str:
        """With its unit, as a musician reads it."""
        if self.shuts and value <= self.low:
            return "off"
        match self.unit:
            case "db":
                return f"{round(value, 1) + 0.0:+.1f} dB"  # never -0.0
            case "hz":
                return f"{value / HZ_PER_KHZ:.3g} kHz" if value >= HZ_PER_KHZ else f"{value:.3g} Hz"
            case "ms":
                return f"{value:.3g} ms" if value < MS_PER_S else f"{value / MS_PER_S:.3g} s"
            case "s":
                return f"{value:.3g} s"
            case "pan":
                return "centre" if abs(value) < 0.005 else f"{abs(value):.0%} {'left' if value < 0 else 'right'}"
        return f"{value:.3g}"

    def _round(self, value: float) -> float:
        digits = (
            DECIMALS[self.unit] if self.unit in DECIMALS else PLACES - 1 - math.floor(math.log10(abs(value))) if value else 0
        )
        return min(self.high, max(self.low, round(value, digits)))


def unit_of(name: str) -> tuple[str, str]:
    """(name without its unit, unit) of a parameter: "threshold_db" is a threshold in dB."""
    for ending, unit in (("_db", "db"), ("_hz", "hz"), ("_ms", "ms"), ("_seconds", "s")):
        if name.endswith(ending):
            return name.removesuffix(ending).replace("_", " "), unit
    return name.replace("_", " "), "pan" if name == "pan" else ""


@lru_cache(maxsize=4096)
def scale_of(name: str, low: float | None, high: float | None) -> Scale:
    """The scale of a knob of the preset, by its name and its ends; None where only a plugin knows them."""
    rest = name.partition(".")[2]
    is_send = rest.startswith("sends.")
    unit = "db" if is_send else unit_of(rest.rpartition(".")[2])[1]
    return Scale(-math.inf if low is None else low, math.inf if high is None else high, unit, shuts=is_send)


LEVEL = Scale(SHUT_DB, 12.0, "db", shuts=True)  # of a stem
PAN = Scale(-1.0, 1.0, "pan")
