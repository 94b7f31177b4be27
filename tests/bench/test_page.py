"""The figures of the benches stand in the docs between marks, and nothing else there is touched."""

from pathlib import Path

import pytest

from bench.setting import page, peers

PAGE = """\
# Scores

By hand.

<!-- speed: written by bench/speed.py -->
| old |
<!-- /speed -->

By hand, too: <!-- /speed -->
"""


@pytest.fixture
def docs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(page, "DOCS", tmp_path)
    (tmp_path / "scores.md").write_text(PAGE)
    return tmp_path


def test_a_part_is_written_again_and_the_rest_stays(docs: Path) -> None:
    page.publish("scores.md", "speed", "| new\\1 |\n", is_printed=False)
    assert (docs / "scores.md").read_text() == PAGE.replace("| old |", "| new\\1 |")


def test_what_is_only_to_be_seen_leaves_the_page_as_it_is(docs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page.publish("scores.md", "speed", "| new |", is_printed=True)
    assert capsys.readouterr().out == "| new |\n"
    assert (docs / "scores.md").read_text() == PAGE


def test_a_page_without_the_marks_is_left_alone_and_the_figures_are_not_lost(docs: Path) -> None:
    with pytest.raises(SystemExit, match=r"\| new \|"):
        page.publish("scores.md", "weight", "| new |", is_printed=False)
    assert (docs / "scores.md").read_text() == PAGE


@pytest.mark.parametrize("part", ["scores", "calibration", "feels", "cost", "robustness"])
def test_the_page_of_scores_has_a_place_for_every_part(part: str) -> None:
    text = (page.DOCS / "following-scores.md").read_text(encoding="utf-8")
    assert text.count(f"<!-- {part}: written by bench/") == text.count(f"<!-- /{part} -->") == 1


PEERS = """\
| follower | what it is | licence |
| --- | --- | --- |
| a, b | two | MIT |

| follower | n | F | SD |
|---|---|---|---|
| a | 67 | 0.5 | 20 |
| b | 67 | 0.6 | 21 |

**F per family**

| follower | steady | solo |
|---|---|---|
| a | 0.7 | 0.3 |
"""


def test_what_others_reach_is_read_by_table_and_follower(tmp_path: Path) -> None:
    (tmp_path / "peers.md").write_text(PEERS)
    tables = peers.read_peers(tmp_path / "peers.md")
    assert {name: row["F"] for name, row in tables[peers.ALL].items()} == {"a": "0.5", "b": "0.6"}
    assert tables["F per family"] == {"a": {"follower": "a", "steady": "0.7", "solo": "0.3"}}


def test_without_that_page_there_are_no_others(tmp_path: Path) -> None:
    assert peers.read_peers(tmp_path / "none.md") == {peers.ALL: {}}
