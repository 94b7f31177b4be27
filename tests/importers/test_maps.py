"""Tempo maps, labels and markers of other programs. The samples are small files in each program's own format."""

import gzip
import re
from contextlib import suppress
from pathlib import Path

import mido
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from live_rig.commands.add_song import sections_of
from live_rig.errors import ShowError
from live_rig.importers.any_map import LISTED, TIMED, read_map
from live_rig.importers.midi_file import read_notes, read_strokes
from live_rig.importers.time_line import Imported, Mark
from live_rig.show.beats_csv import Beat

MAPS = Path(__file__).parents[1] / "data" / "maps"
ANY = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def midi(event: bytes, division: int = 480) -> bytes:
    """A file of one track: an event, and then two strokes of a kick drum, 100 ticks apart."""
    track = b"\x00" + event + b"\x00\x99\x24\x64\x64\x99\x24\x64\x00\xff\x2f\x00"
    head = b"MThd" + (6).to_bytes(4, "big") + b"\x00\x00\x00\x01" + division.to_bytes(2, "big")
    return head + b"MTrk" + len(track).to_bytes(4, "big") + track


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (midi(b"\xff\x59\x02\x0f\x00"), "15 sharps"),
        (midi(b"\xff\x01\x00", division=0xE728), "its clock is not one of beats"),  # 25 pictures a second
        (midi(b"\xff\x01\x00", division=0), "its clock is not one of beats"),
    ],
    ids=["a key that there is not", "a film's clock", "no clock"],
)
def test_strokes_that_cannot_be_read_are_refused_and_never_go_back_in_time(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "kit.mid").write_bytes(content)
    with pytest.raises(ShowError, match=said):
        read_strokes(tmp_path / "kit.mid", 48_000)
    (tmp_path / "kit.mid").write_bytes(midi(b"\xff\x01\x00"))
    assert [note.time_s for note in read_notes(tmp_path / "kit.mid")[0]] == pytest.approx([0.0, 100 / 960])


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


@pytest.mark.parametrize("counts", [("1", "2", "3", "1"), ("1.0", "2.0", "3.0", "1.0"), ("8.1", "8.2", "8:3", "9.1")])
@pytest.mark.parametrize("blank", ["\t", " ", "  "])
def test_trackers_write_the_beats_of_a_bar_in_many_ways(counts: tuple[str, ...], blank: str, tmp_path: Path) -> None:
    (tmp_path / "a.beats").write_text("".join(f"{number}.5{blank}{count}\n" for number, count in enumerate(counts)))
    assert [beat.beat_in_bar for beat in read_map(tmp_path / "a.beats", 9.0).beats] == [1, 2, 3, 1]


def test_what_numpy_saves_is_a_beat_file(tmp_path: Path) -> None:
    np.savetxt(tmp_path / "a.beats", [[0.5, 1], [1.0, 2], [1.5, 10]])
    found = read_map(tmp_path / "a.beats", 9.0)
    assert [(beat.time_s, beat.beat_in_bar) for beat in found.beats] == [(0.5, 1), (1.0, 2), (1.5, 10)]


def test_a_name_may_have_blanks_and_numbers(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("0.5 Verse 1\n4.5 8,5 Chorus 2\n8.5\t9.5\tlast  chorus\n9.5 1999\n")
    assert read_map(tmp_path / "a.txt", 20.0) == Imported(
        [], [Mark(0.5, "Verse 1"), Mark(4.5, "Chorus 2"), Mark(8.5, "last  chorus"), Mark(9.5, "1999")]
    )


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


def test_reapers_region_list_may_come_by_way_of_a_spreadsheet(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("\ufeff#;Name;Start;End;Length\nR1;Intro;0,5;8;7,5\nM1;Solo, tenor;8,25;;\n")
    assert read_map(tmp_path / "a.csv", 20.0).marks == [Mark(0.5, "Intro"), Mark(8.25, "Solo, tenor")]


def test_a_live_set_glides_evenly_by_the_beat() -> None:
    found = read("set.als", 12.0)
    assert found.meter == "4/4"
    assert times(found)[8] == pytest.approx(4.0)
    assert times(found)[16] == pytest.approx(4.0 + 60 * 8 / 60 * np.log(2), abs=1e-6)  # the mean of 60 / bpm from 120 to 60
    assert [mark.name for mark in found.marks] == ["Verse", "Chorus"]
    assert found.marks[1].time_s == pytest.approx(times(found)[12])


def test_a_live_set_may_change_its_meter(tmp_path: Path) -> None:
    text = gzip.decompress((MAPS / "set.als").read_bytes()).decode()
    events = '<EnumEvent Id="0" Time="-63072000" Value="201" /><EnumEvent Id="1" Time="8" Value="303" />'  # 4/4, 7/8
    envelope = (
        f'<AutomationEnvelope Id="2"><EnvelopeTarget><PointeeId Value="9" /></EnvelopeTarget>{events}</AutomationEnvelope>'
    )
    text = text.replace("<Envelopes>", f"<Envelopes>{envelope}").replace(
        '<TimeSignature><Manual Value="201" />', '<TimeSignature><Manual Value="201" /><AutomationTarget Id="9" />'
    )
    (tmp_path / "odd.als").write_bytes(gzip.compress(text.encode()))
    found = read_map(tmp_path / "odd.als", 12.0)
    assert (found.meter, list(found.changes)) == ("4/4", [(3, "7/8")])
    assert [beat.beat_in_bar for beat in found.beats[:16]] == [1, 2, 3, 4, 1, 2, 3, 4, *range(1, 8), 1]


def test_a_reaper_project_may_change_its_meter_and_names_may_be_quoted_in_any_way(tmp_path: Path) -> None:
    markers = ["""MARKER 1 0 Don't 0""", """MARKER 2 4 'the "big" one' 0""", """MARKER 3 8 `Joe's "big" one` 0"""]
    points = ["PT 0 120 1 262148 0", "PT 4 120 1 524295 0", "PT 7.5 120 1"]  # 4/4, 7/8
    lines = ["<REAPER_PROJECT 0.1", "  TEMPO 120 4 4", *(f"  {marker}" for marker in markers), "  <TEMPOENVEX"]
    (tmp_path / "odd.rpp").write_text("\r\n".join([*lines, *(f"    {point}" for point in points), "  >", ">", ""]))
    found = read_map(tmp_path / "odd.rpp", 12.0)
    assert (found.meter, list(found.changes)) == ("4/4", [(3, "7/8")])
    assert times(found)[8:16] == pytest.approx([4.0, 4.25, 4.5, 4.75, 5.0, 5.25, 5.5, 5.75])
    assert [mark.name for mark in found.marks] == ["Don't", 'the "big" one', """Joe's "big" one"""]


@pytest.mark.parametrize(
    ("second", "changes", "counts"),
    [
        ("PT 3 120 1 262148 0 5", [(2, "2/4"), (3, "4/4")], [*range(1, 5), 1, 2, *range(1, 5)]),  # 4/4 begins anew
        ("PT 3 120 1 262147 0 5", [(2, "2/4"), (3, "3/4")], [*range(1, 5), 1, 2, 1, 2, 3]),
        ("PT 3.25 120 1 262148 0 5", [(2, "5/8"), (3, "4/4")], [*range(1, 5), *range(1, 6), *range(1, 5)]),
        ("PT 3.1 120 1 262147 0 5", [(3, "3/4")], [*range(1, 5), *range(1, 5), 1, 2, 3]),  # no bar is so long
        ("PT 2.0004 120 1 262147 0 5", [(2, "3/4")], [*range(1, 5), 1, 2, 3]),  # rounded
        ("PT 1.9996 120 1 262147 0 5", [(2, "3/4")], [*range(1, 5), 1, 2, 3]),
    ],
)
def test_a_bar_ends_where_another_meter_begins(
    second: str, changes: list[tuple[int, str]], counts: list[int], tmp_path: Path
) -> None:
    lines = ["<REAPER_PROJECT 0.1", "  TEMPO 120 4 4", "  <TEMPOENVEX", "    PT 0 120 1 262148 0 1", f"    {second}", "  >"]
    (tmp_path / "cut.rpp").write_text("\n".join(lines))
    found = read_map(tmp_path / "cut.rpp", 12.0)
    assert (found.meter, list(found.changes)) == ("4/4", changes)
    assert [beat.beat_in_bar for beat in found.beats][: len(counts)] == counts


def tempo(bpm: float, tick: int = 0) -> mido.MetaMessage:
    return mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(bpm), time=tick)


def test_of_two_tempi_or_meters_at_one_place_of_a_midi_file_the_last_one_counts(tmp_path: Path) -> None:
    meters = [mido.MetaMessage("time_signature", numerator=count) for count in (4, 3)]
    mido.MidiFile(tracks=[mido.MidiTrack([*meters, tempo(120), tempo(90)])]).save(tmp_path / "twice.mid")
    found = read_map(tmp_path / "twice.mid", 8.0)
    assert found.meter == "3/4"
    assert np.diff(times(found)) == pytest.approx(60 / 90)


def test_the_tempi_of_a_midi_file_may_stand_in_any_track(tmp_path: Path) -> None:
    tracks = [mido.MidiTrack([tempo(140, 8 * 480)]), mido.MidiTrack([tempo(100)])]
    mido.MidiFile(tracks=tracks).save(tmp_path / "apart.mid")
    assert np.diff(times(read_map(tmp_path / "apart.mid", 8.0))) == pytest.approx([60 / 100] * 8 + [60 / 140] * 7, abs=1e-6)


@pytest.mark.parametrize(("before", "after"), [(140, 100), (100, 140)])
def test_a_live_set_may_jump_to_another_tempo(before: int, after: int, tmp_path: Path) -> None:
    text = gzip.decompress((MAPS / "set.als").read_bytes()).decode()
    points = [(-63072000, before), (8, before), (8, after)]
    events = "".join(f'<FloatEvent Id="{number}" Time="{at}" Value="{bpm}" />' for number, (at, bpm) in enumerate(points))
    (tmp_path / "jump.als").write_bytes(gzip.compress(re.sub(r"(<FloatEvent [^>]*>\s*)+", events, text, count=1).encode()))
    intervals_s = np.diff(times(read_map(tmp_path / "jump.als", 8.0)))
    assert intervals_s[:8] == pytest.approx(60 / before)
    assert intervals_s[8:] == pytest.approx(60 / after)


def test_a_midi_file_may_change_its_meter_and_name_its_parts_in_any_alphabet(tmp_path: Path) -> None:
    track = mido.MidiTrack([mido.MetaMessage("set_tempo", tempo=500_000), mido.MetaMessage("time_signature", numerator=4)])
    track += [mido.MetaMessage("marker", text="Übergang".encode().decode("latin-1")), mido.MetaMessage("marker", text="ré")]
    track.append(mido.MetaMessage("marker", text=" "))
    track.append(mido.MetaMessage("time_signature", numerator=3, denominator=4, time=4 * 480))
    track.append(mido.MetaMessage("time_signature", numerator=6, denominator=8, time=3 * 480))
    mido.MidiFile(tracks=[track]).save(tmp_path / "odd.mid")
    found = read_map(tmp_path / "odd.mid", 6.0)
    assert (found.meter, list(found.changes)) == ("4/4", [(2, "3/4"), (3, "6/8")])
    assert np.diff(times(found)) == pytest.approx([0.5] * 7 + [0.75] * (len(found.beats) - 8))
    assert [mark.name for mark in found.marks] == ["Übergang", "ré"]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.rpp", b"<REAPER_PROJECT 0.1\n  TEMPO 120,5 4 4\n", "`TEMPO 120,5 4 4` has a number missing, or one that is none"),
        ("a.csv", b"#,Name,Start,End,Length\nR1,Intro,1.1.00,5.1.00,4.0.00\n", "Set REAPER's ruler to seconds"),
        ("a.csv", b"#,Name,Start,End,Length\n", "there is no named region or marker in it"),
        ("a.beats", b"0.5\n1.0\n1.5\n", "Write the beat of the bar after each time, 1 on the downbeat"),
        ("a.txt", b"", "there is no time with a number or a name after it"),
        ("a.txt", b"0.5\t0.5\tf\xfcr\n", "a.txt:1"),
        ("a.als", b"rubbish", "it is no Live set, or a damaged one"),
        ("a.als", gzip.compress(b"<Ableton " * 99, mtime=0)[:-10], "it is cut short"),
        ("a.dawproject", b"PK", "it is no DAWproject, a damaged one, or it is cut short"),
        ("a.mid", b"", "it is no MIDI file, or it ends too soon"),
        ("a.mid", midi(b"\xff\x59\x02\x0f\x00"), "it is no MIDI file, or it ends too soon"),  # a key of 15 sharps
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)
def test_what_cannot_be_read_is_said_without_a_programmers_word(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ShowError, match=re.escape(said)) as refused:
        read_map(tmp_path / name, 10.0)
    assert not re.search(r"float|codec|gzip|zip file|token|\(\)|None", str(refused.value))


def test_labels_may_be_in_any_order_with_decimal_commas_in_utf_16(tmp_path: Path) -> None:
    text = "1,5\t1,5\t2\r\n1,0\t1,0\t1\r\n2,0\t2,0\t1\r\n0,5\t0,5\t2\r\n"
    (tmp_path / "a.txt").write_bytes(text.encode("utf-16"))
    found = read_map(tmp_path / "a.txt", 10.0)
    assert [(beat.time_s, beat.beat_in_bar) for beat in found.beats] == [(0.5, 2), (1.0, 1), (1.5, 2), (2.0, 1)]


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
    with pytest.raises(ShowError, match="cut short"):
        read_map(tmp_path / "short.dawproject", 30.0)


def test_marks_become_sections_at_the_nearest_bars() -> None:
    found = read("set.als", 12.0)
    sections, left_out = sections_of(found.marks, found.beats)
    assert left_out == []
    assert sections[0] == {"name": "Verse", "first_bar": 1, "length_bars": 3}
    assert sections[1]["name"] == "Chorus"
    assert sum(section["length_bars"] for section in sections) == sum(beat.beat_in_bar == 1 for beat in found.beats)


@pytest.mark.parametrize(
    ("names", "own"),
    [
        (["Verse", "Verse"], ["Verse", "Verse 2"]),
        (["Chorus", "Chorus 2", "Chorus"], ["Chorus", "Chorus 2", "Chorus 3"]),
        (["Chorus", "Chorus", "Chorus 2"], ["Chorus", "Chorus 3", "Chorus 2"]),
    ],
)
def test_every_section_has_a_name_of_its_own(names: list[str], own: list[str]) -> None:
    beats = [Beat(line, line / 2, line % 4 + 1) for line in range(16)]
    marks = [Mark(2.0 * number, name) for number, name in enumerate(names)]
    assert [section["name"] for section in sections_of(marks, beats)[0]] == own
