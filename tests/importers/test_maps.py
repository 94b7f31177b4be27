"""Tempo maps, labels and markers of other programs. The samples are small files in each program's own format."""

import gzip
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from live_rig.commands.add_song import sections_of
from live_rig.errors import ShowError
from live_rig.importers.any_map import LISTED, TIMED, read_map
from live_rig.importers.time_line import Imported

MAPS = Path(__file__).parents[1] / "data" / "maps"
ANY = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def read(name: str, end_s: float = 20.0) -> Imported:
    return read_map(MAPS / name, end_s)


def times(found: Imported) -> list[float]:
    return [beat.time_s for beat in found.beats]


def test_a_midi_file_says_its_tempi_its_meter_and_its_markers() -> None:
    found = read("two-tempi.mid", 6.0)
    assert found.meter == "3/4"
    assert times(found)[:8] == pytest.approx([0, 0.5, 1, 1.5, 2, 2.5, 3, 3 + 60 / 90])
    assert [beat.beat_in_bar for beat in found.beats[:4]] == [1, 2, 3, 1]
    assert [(mark.name, round(mark.time_s, 6)) for mark in found.marks] == [("verse", 0.0), ("chorus", 3.0)]


def test_audacity_labels_that_are_numbers_are_beats_and_others_are_marks() -> None:
    assert [beat.beat_in_bar for beat in read("beats.txt").beats] == [1, 2, 3, 1, 2, 3]
    assert [(mark.time_s, mark.name) for mark in read("sections.txt").marks] == [(0.5, "intro"), (4.5, "head")]


def test_a_beat_file_is_time_and_beat() -> None:
    found = read("tracked.beats")
    assert times(found) == [0.5, 1.0, 1.5, 2.0, 2.5]
    assert [beat.beat_in_bar for beat in found.beats] == [1, 2, 3, 4, 1]


def test_a_reaper_tempo_glides_evenly_in_time() -> None:
    found = read("glide.rpp", 14.0)
    # from 120 to 60 over 8 s there are 12 quarters, and then one a second
    assert times(found)[12] == pytest.approx(8.0, abs=0.01)
    assert np.diff(times(found))[12:] == pytest.approx(1.0, abs=1e-6)
    beat_3_s = 16 - np.sqrt(16**2 - 16 * 3)  # 2 t - t^2 / 16 = 3
    assert times(found)[3] == pytest.approx(beat_3_s, abs=0.01)
    assert [(mark.time_s, mark.name) for mark in found.marks] == [(0.0, "intro"), (8.0, "solo")]


def test_reapers_region_list_gives_marks() -> None:
    marks = read("regions.csv").marks
    assert [(mark.time_s, mark.name) for mark in marks] == [(0.0, "Intro"), (8.0, "Solo, tenor"), (62.5, "Out")]


def test_a_live_set_glides_evenly_by_the_beat() -> None:
    found = read("set.als", 12.0)
    assert found.meter == "4/4"
    assert times(found)[8] == pytest.approx(4.0)
    assert times(found)[16] == pytest.approx(4.0 + 60 * 8 / 60 * np.log(2), abs=1e-6)  # the mean of 60 / bpm from 120 to 60
    assert [mark.name for mark in found.marks] == ["Verse", "Chorus"]
    assert found.marks[1].time_s == pytest.approx(times(found)[12])


@pytest.mark.parametrize("version", ["13.0_1", "", "x"])
def test_a_live_set_of_an_unknown_version_is_refused_by_name(version: str, tmp_path: Path) -> None:
    text = gzip.decompress((MAPS / "set.als").read_bytes()).replace(b"11.0_11300", version.encode())
    (tmp_path / "new.als").write_bytes(gzip.compress(text))
    with pytest.raises(ShowError, match="version that is not known"):
        read_map(tmp_path / "new.als", 10.0)


def test_a_dawproject_counts_six_eight_in_two() -> None:
    found = read("song.dawproject", 8.0)
    assert found.meter == "6/8"
    assert [beat.beat_in_bar for beat in found.beats[:4]] == [1, 2, 1, 2]
    assert times(found)[:5] == pytest.approx([0, 1, 2, 3, 4])  # dotted quarters at 90 quarters a minute
    assert times(found)[5] == pytest.approx(4.75)
    assert [(mark.name, round(mark.time_s, 6)) for mark in found.marks] == [("A", 0.0), ("B", 4.0)]


@pytest.mark.parametrize("suffix", sorted([*TIMED, *LISTED]))
@ANY
@given(data=st.data())
def test_any_bytes_give_a_map_or_a_word(suffix: str, tmp_path: Path, data: st.DataObject) -> None:
    """Rubbish, and real files with a few bytes changed."""
    real = [path.read_bytes() for path in MAPS.iterdir() if path.suffix == suffix] or [b""]
    content = data.draw(st.sampled_from(real) | st.binary(max_size=400))
    changes = data.draw(st.lists(st.tuples(st.integers(0, 2000), st.binary(max_size=3)), max_size=4))
    for at, put in changes:
        content = content[:at] + put + content[at + len(put) :]
    path = tmp_path / f"some{suffix}"
    path.write_bytes(content)
    with suppress(ShowError):  # any other error fails
        found = read_map(path, 30.0)
        assert np.isfinite(times(found)).all()
        assert np.isfinite([mark.time_s for mark in found.marks]).all()


def test_a_dawproject_that_ends_before_it_says_is_no_project(tmp_path: Path) -> None:
    content = bytearray((MAPS / "song.dawproject").read_bytes())
    sizes_at = content.index(b"PK\x01\x02") + 20  # packed and unpacked, in the archive's table of contents
    content[sizes_at : sizes_at + 8] = 2 * (5000).to_bytes(4, "little")
    (tmp_path / "short.dawproject").write_bytes(content)
    with pytest.raises(ShowError, match="it is cut short"):
        read_map(tmp_path / "short.dawproject", 30.0)


def test_marks_become_sections_at_the_nearest_bars() -> None:
    found = read("set.als", 12.0)
    sections = sections_of(found.marks, found.beats)
    assert sections[0] == {"name": "Verse", "first_bar": 1, "length_bars": 3}
    assert sections[1]["name"] == "Chorus"
    assert sum(section["length_bars"] for section in sections) == sum(beat.beat_in_bar == 1 for beat in found.beats)
