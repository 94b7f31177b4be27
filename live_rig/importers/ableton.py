"""Ableton Live sets (.als: XML under gzip): tempo with its automation, meter, locators. Written by Live 9 to 12."""

import gzip
import zlib
from pathlib import Path
from xml.etree import ElementTree

from live_rig.importers.time_line import Imported, MeterAt, Tempo, TimeLine, imported, unfit

BY_HAND = "Save it in one of these, or give a beat map, or --tempo and --first-beat"
COPY_AGAIN = "Save the set again in Live, and give the .als"
LARGEST_BYTES = 256 * 2**20
MAJORS = range(9, 13)


def read_live_set(path: Path, end_s: float) -> Imported:
    """ShowError for what is no Live set, or one of a version that is not known."""
    try:
        with gzip.open(path) as file:
            text = file.read(LARGEST_BYTES + 1)
        if len(text) > LARGEST_BYTES:
            raise unfit(path, "it is larger than any Live set")
        root = ElementTree.fromstring(text)
    except FileNotFoundError:
        raise unfit(path, "it is not there", "Check the name") from None
    except EOFError:
        raise unfit(path, "it is cut short", COPY_AGAIN) from None
    except (OSError, LookupError, ValueError, zlib.error, ElementTree.ParseError):
        raise unfit(path, "it is no Live set, or a damaged one", COPY_AGAIN) from None
    if root.tag != "Ableton" or (live := root.find("LiveSet")) is None:
        raise unfit(path, "it is no Live set", COPY_AGAIN)
    refuse_unknown(root, path)
    main = live.find("MainTrack") if live.find("MainTrack") is not None else live.find("MasterTrack")
    if main is None:
        raise unfit(path, "it has no main track")
    try:
        return imported(TimeLine(tempi_of(main), meters_of(main), locators_of(live)), end_s, path)
    except (ValueError, TypeError, KeyError, OverflowError):
        raise unfit(path, "a tempo, a meter or a locator in it is no number", COPY_AGAIN) from None


def refuse_unknown(root: ElementTree.Element, path: Path) -> None:
    """MinorVersion is "11.0_433"."""
    version = root.get("MinorVersion", "")
    major = version.split(".")[0]
    if not (major.isdigit() and int(major) in MAJORS):
        raise unfit(path, f'it is of a version that is not known, "{version or "none"}"; sets of Live 9 to 12 are', BY_HAND)


def value(element: ElementTree.Element | None) -> float:
    if element is None:
        raise ValueError("it is missing")
    return float(element.get("Value", ""))


def tempi_of(main: ElementTree.Element) -> list[Tempo]:
    """Where the tempo is automated, the envelope's points, between which it glides; else the one of the set."""
    tempo = main.find(".//Mixer/Tempo")
    if tempo is None:
        raise ValueError("there is no tempo")
    points = [
        Tempo(max(0.0, float(event.get("Time", ""))), float(event.get("Value", "")), True)
        for event in automation(main, tempo, "FloatEvent")
    ]
    return points or [Tempo(0.0, value(tempo.find("Manual")))]


def automation(main: ElementTree.Element, of: ElementTree.Element, event: str) -> list[ElementTree.Element]:
    """The events of a control's envelope, none where it is not automated. The first stands long before the set begins."""
    target = of.find("AutomationTarget")
    for envelope in main.iter("AutomationEnvelope"):
        pointee = envelope.find("EnvelopeTarget/PointeeId")
        if target is not None and pointee is not None and pointee.get("Value") == target.get("Id"):
            return list(envelope.iter(event))
    return []


def meters_of(main: ElementTree.Element) -> list[MeterAt]:
    """The meter of the set, or where it is automated each from its place on."""
    signature = main.find(".//Mixer/TimeSignature")
    if signature is None:
        return [MeterAt(0.0, "4/4")]
    changes = [
        MeterAt(max(0.0, float(event.get("Time", ""))), meter(float(event.get("Value", ""))))
        for event in automation(main, signature, "EnumEvent")
    ]
    return changes or [MeterAt(0.0, meter(value(signature.find("Manual"))))]


def meter(number: float) -> str:
    """Live writes a meter as numerator - 1 + 99 * log2(denominator)."""
    code = int(number)
    return f"{code % 99 + 1}/{2 ** min(code // 99, 5)}"


def locators_of(live: ElementTree.Element) -> list[tuple[float, str]]:
    """(quarter, name) of every locator that has a name."""
    found = []
    for locator in live.iter("Locator"):
        name = locator.find("Name")
        if name is not None and name.get("Value", "").strip():
            found.append((value(locator.find("Time")), name.get("Value", "").strip()))
    return sorted(found)
