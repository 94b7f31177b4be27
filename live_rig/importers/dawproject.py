"""DAWproject, the exchange format of Bitwig Studio, Studio One and others: `project.xml` in a zip."""

import zipfile
import zlib
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

from live_rig.importers.time_line import Imported, Mark, MeterAt, Tempo, TimeLine, imported, unfit

SAVE_AGAIN = "Export it again as a DAWproject"
LARGEST_BYTES = 256 * 2**20


def read_dawproject(path: Path, end_s: float) -> Imported:
    """Tempo and meter, automated or not, and the markers of the arrangement. ShowError for what cannot be read."""
    try:
        with zipfile.ZipFile(path) as archive:
            if archive.getinfo("project.xml").file_size > LARGEST_BYTES:
                raise unfit(path, "it is larger than any project")
            root = ElementTree.fromstring(archive.read("project.xml"))
    except FileNotFoundError:
        raise unfit(path, "it is not there", "Check the name") from None
    except KeyError:
        raise unfit(path, "there is no project.xml in it", SAVE_AGAIN) from None
    except (
        OSError,
        EOFError,
        LookupError,  # an alphabet nobody knows
        ValueError,
        zipfile.BadZipFile,
        zlib.error,
        ElementTree.ParseError,
        RuntimeError,
        NotImplementedError,
    ):
        raise unfit(path, "it is no DAWproject, a damaged one, or it is cut short", SAVE_AGAIN) from None
    if root.tag != "Project":
        raise unfit(path, "it is no DAWproject", SAVE_AGAIN)
    try:
        line, marks = line_of(root)
    except (ValueError, OverflowError):
        raise unfit(path, "a tempo, a meter or a marker in it is no number", SAVE_AGAIN) from None
    found = imported(line, end_s, path)
    return replace(found, marks=[*found.marks, *marks])


def line_of(root: ElementTree.Element) -> tuple[TimeLine, list[Mark]]:
    """The time line, and the marks that are placed in seconds."""
    tempo, signature = root.find("Transport/Tempo"), root.find("Transport/TimeSignature")
    line = TimeLine([Tempo(0.0, number(tempo, "value") if tempo is not None else 120.0)])
    if signature is not None:
        line.meters = [MeterAt(0.0, meter(signature))]
    points = root.findall("Arrangement/TempoAutomation/RealPoint")
    if points:
        line.tempi = [Tempo(number(p, "time"), number(p, "value"), p.get("interpolation") == "linear") for p in points]
    changes = root.findall("Arrangement/TimeSignatureAutomation/TimeSignaturePoint")
    if changes:
        line.meters = [MeterAt(number(point, "time"), meter(point)) for point in changes]
    marks: list[Mark] = []
    for markers in root.findall("Arrangement/Markers"):
        for marker in markers.findall("Marker"):
            name = marker.get("name", "").strip()
            if name and markers.get("timeUnit") == "seconds":
                marks.append(Mark(number(marker, "time"), name))
            elif name:
                line.names.append((number(marker, "time"), name))
    return line, marks


def number(element: ElementTree.Element, name: str) -> float:
    return float(element.get(name, ""))


def meter(element: ElementTree.Element) -> str:
    return f"{int(number(element, 'numerator'))}/{int(number(element, 'denominator'))}"
