"""What can be looked at afterwards: the trace, the second-best reading, and the picture of them."""

import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from cython_core.follower import Hypothesis
from cython_core.onsets import ONSET
from live_rig.cli import main
from live_rig.errors import ShowError
from live_rig.following.picture import picture
from live_rig.following.trace import Trace, relation, trace
from live_rig.following.truth import meet, read_truth
from live_rig.show.beats_csv import steady_beats
from tests.commands.test_follow import write_midi

SAMPLERATE_HZ = 48_000
SVG = "{http://www.w3.org/2000/svg}"


def played(drums: str, bpm: float, bars: int, *, told: bool = True) -> Trace:
    """Bars of eighths: k kick, s snare, h hi-hat, . nothing."""
    rows = []
    for eighth, drum in enumerate(drums * bars):
        frame = (0.5 + eighth * 30 / bpm) * SAMPLERATE_HZ
        if drum != ".":
            rows.append((frame, 0.7, drum == "k", drum == "s", drum == "h", int(np.ceil(frame)), 0))
    end = int((0.5 + 8 * bars * 30 / bpm) * SAMPLERATE_HZ)
    pieces: Iterator[tuple[np.ndarray, int]] = iter([(np.array(rows, ONSET), end)])
    return trace((SAMPLERATE_HZ, pieces), bpm if told else None, 4, 0.02)


def test_the_surest_reading_is_the_one_followed_and_no_belief_is_counted_twice() -> None:
    last = played("khshkhsh", 120, 8).looks[-1]
    first = last.hypotheses[0]
    assert first.bpm == pytest.approx(120, rel=0.03)
    assert abs((first.bar_beat - last.pulse.bar_beat + 2) % 4 - 2) < 0.15
    assert first.belief > 0.6
    assert sum(reading.belief for reading in last.hypotheses) <= 1.0001
    assert all(one.belief >= other.belief for one, other in zip(last.hypotheses, last.hypotheses[1:], strict=False))


def test_where_the_level_is_open_the_second_reading_says_the_other() -> None:
    last = played("k.s.k.s.", 170, 6, told=False).looks[-1]
    assert last.hypotheses[1].belief > 0.1
    assert relation(*last.hypotheses, 4) in ("double time", "half time")


def test_looking_changes_no_beat(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_midi(tmp_path / "drums.mid")
    said = []
    for more in ([], ["--picture", str(tmp_path / "drums.svg")]):
        assert main(["follow", str(tmp_path / "drums.mid"), *more]) == 0
        said.append(capsys.readouterr().out)
    assert said[0] == said[1]
    assert said[0].count("\n") > 20


@pytest.mark.parametrize(
    ("bpm", "away", "words"),
    [
        (240, 0.0, "double time"),
        (61, 1.0, "half time"),
        (90, 0.0, "90 bpm"),
        (121, 3.0, "beat 2 is the one"),
        (120, 1.52, "on the off-beat"),
        (120, 1.3, "the beat is elsewhere"),
    ],
)
def test_the_second_reading_is_said_in_words(bpm: float, away: float, words: str) -> None:
    first = Hypothesis(120.0, 2.0, 0.6)
    assert relation(first, Hypothesis(bpm, (2.0 + away) % 4, 0.3), 4) == words


def texts(svg: str) -> str:
    return " ".join(element.text or "" for element in ElementTree.fromstring(svg).iter(f"{SVG}text"))


def test_the_picture_holds_every_stroke_and_beat_and_nothing_from_elsewhere() -> None:
    found = played("khshkhsh", 120, 12)
    truth = steady_beats(120, "4/4", 0.5, 24.5)
    svg = picture(found, truth, "<drums> & more.wav")
    drawn = ElementTree.fromstring(svg)
    assert len(list(drawn.iter(f"{SVG}rect"))) == 1 + len(found.onsets)
    assert len(list(drawn.iter(f"{SVG}g"))) == 2  # 24.5 s: two lines
    assert "<drums> & more.wav" in texts(svg)
    assert "48 of 48 true beats met" in texts(svg)
    assert "http" not in svg.replace("http://www.w3.org/2000/svg", "")


def test_beats_that_are_wrong_are_red() -> None:
    found = played("khshkhsh", 120, 12)
    right, wrong = steady_beats(120, "4/4", 0.5, 24.5), steady_beats(120, "4/4", 0.75, 24.5)
    assert picture(found, right, "").count('stroke="#d8432f"') <= 1
    assert picture(found, wrong, "").count('stroke="#d8432f"') > 80


def test_without_a_stroke_there_is_still_a_picture() -> None:
    silent = trace((SAMPLERATE_HZ, iter([(np.empty(0, ONSET), 3 * SAMPLERATE_HZ)])), None, None, 0.02)
    assert "0 strokes, 0 beats called" in texts(picture(silent, [], "silence"))


def test_a_true_beat_is_met_once() -> None:
    met = meet(np.array([0.98, 1.03, 1.5, 2.2]), np.arange(6) * 0.5)
    assert np.allclose(met.off_s, [-0.02, np.nan, 0.0, np.nan], equal_nan=True)
    assert met.is_met.tolist() == [False, False, True, True, False, False]


def test_the_truth_is_taken_from_beside_the_recording_or_from_where_it_is_said_to_be(tmp_path: Path) -> None:
    write_midi(tmp_path / "drums.mid")
    rows = "".join(f"{0.5 + beat * 0.5:.3f},{beat % 4 + 1}\n" for beat in range(30))
    out = ["--out", str(tmp_path / "out.csv")]
    for name, more in (("beats.csv", []), ("true.csv", ["--truth", str(tmp_path / "true.csv")])):
        (tmp_path / name).write_text("time_s,beat_in_bar\n" + rows)
        assert main(["follow", str(tmp_path / "drums.mid"), "--picture", str(tmp_path / "drums.svg"), *out, *more]) == 0
        assert "true beats met" in (tmp_path / "drums.svg").read_text()
        (tmp_path / name).unlink()


def test_a_truth_that_cannot_be_read_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "odd.csv").write_text("time_s,beat_in_bar\n1.0,1\nlater,2\n")
    with pytest.raises(ShowError, match=r"odd.csv:3"):
        read_truth(tmp_path / "odd.csv")
    write_midi(tmp_path / "drums.mid")
    words = ["follow", str(tmp_path / "drums.mid"), "--picture", str(tmp_path / "x.svg"), "--truth", str(tmp_path / "none.csv")]
    assert main(words) == 2
    assert "none.csv" in capsys.readouterr().err
    assert not (tmp_path / "x.svg").exists()
