"""`live-rig bench`: which benches there are, and what it says where there are none."""

from importlib.util import find_spec
from pathlib import Path

import pytest

from live_rig.commands import bench
from tests.commands.conftest import CHECKOUT, LiveRig


def test_every_bench_has_a_question_for_its_first_line() -> None:
    questions = bench.questions(CHECKOUT / "bench")
    assert set(bench.STAGE) <= set(questions)
    assert all(questions.values())


def test_every_bench_says_how_it_is_used() -> None:
    silent = [
        name
        for name in bench.questions(CHECKOUT / "bench")
        if "argparse" not in (CHECKOUT / "bench" / f"{name}.py").read_text()
    ]
    assert silent == []


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("knocks", "abc"),
        ("onsets", "--loud"),
        ("onsets", "not there.wav"),
        ("preset_levels", "not there.toml"),
        ("offline_speed", "fast"),
        ("stage", "soon"),
    ],
)
def test_what_a_bench_does_not_understand_is_answered_with_its_usage(live_rig_process: LiveRig, name: str, words: str) -> None:
    ran = live_rig_process("bench", name, words)
    assert ran.code == 2
    assert f"usage: {name}.py" in ran.said
    assert "Traceback" not in ran.said


def test_an_unknown_bench_is_answered_with_those_there_are(live_rig: LiveRig) -> None:
    ran = live_rig("bench", "loudness")
    assert ran.code == 2
    assert 'There is no bench "loudness"' in ran.said
    assert "block_time" in ran.said


def test_an_installed_rig_says_where_the_benches_are(
    live_rig: LiveRig, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(bench, "PACKAGE", tmp_path / "live_rig")
    ran = live_rig("bench")
    assert ran.code == 2
    assert "only in its source" in ran.said


def test_the_bench_that_is_named_runs_in_a_process_of_its_own_with_what_is_meant_for_it(live_rig_process: LiveRig) -> None:
    ran = live_rig_process("bench", "round_trip", "--help")
    assert ran.code == 0, ran.said
    assert "usage:" in ran.out
    assert "--blocks" in ran.out


@pytest.mark.skipif(find_spec("scipy") is not None, reason="scipy is installed")
@pytest.mark.parametrize("name", ["by_ear", "input_lines"])
def test_a_bench_whose_library_is_not_installed_says_so_in_a_line(live_rig_process: LiveRig, name: str) -> None:
    ran = live_rig_process("bench", name)
    assert ran.code == 2
    (line,) = ran.said.splitlines()
    assert line.startswith("scipy is not installed. Say: ")
