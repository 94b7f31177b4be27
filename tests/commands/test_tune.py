"""`live-rig devices tune`: which block is called safe, on a real JACK server and on none; and what is written where."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from bench.setting import LIVE_RIG
from bench.setting.jack_server import JackServer, NoJack
from live_rig.show.store import read_show
from live_rig.tuning import BLOCKS, Tried, safe_block
from tests.commands.conftest import LiveRig
from tests.show.conftest import make_show

CLEAN = Tried(256, 256, 1000, 0, 0, 0, 0, 12.0)


@pytest.mark.parametrize(
    ("tried", "said"),
    [
        (CLEAN, "nothing missed in 1000 blocks"),
        (replace(CLEAN, late=2, blocks_dry=3), "2 drop-outs, 3 blocks without effects in 1000 blocks"),
        (replace(CLEAN, over_budget=1), "1 block that took too long in 1000 blocks"),
        (replace(CLEAN, band_frames_missing=64), "64 frames without the band in 1000 blocks"),
        (replace(CLEAN, got_frames=1024), "the device takes 1024 frames at a time instead"),
    ],
)
def test_a_block_is_safe_when_nothing_at_all_was_missed_and_else_it_is_said_what(tried: Tried, said: str) -> None:
    assert tried.in_words == said
    assert tried.is_safe is (tried == CLEAN)


def test_the_lowest_safe_block_is_taken_and_none_where_none_is() -> None:
    halved = replace(CLEAN, block=128, got_frames=128)
    assert safe_block([CLEAN, halved, replace(halved, block=64, got_frames=64, late=1)]) == halved
    assert safe_block([replace(CLEAN, late=1)]) is None


def test_on_a_jack_server_every_block_is_really_played_and_the_answer_is_what_was_counted(tmp_path: Path) -> None:
    show = make_show(tmp_path / "friday")
    before = (show / "show.toml").read_text()
    try:
        with JackServer(128) as server:
            words = ["devices", "tune", "system", "--show", str(show), "--seconds", "0.3", "--write", "--json"]
            home = {"XDG_STATE_HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}
            ran = subprocess.run(
                [sys.executable, "-c", LIVE_RIG, *words],
                env=server.environ | home,
                capture_output=True,
                text=True,
                timeout=300,
                check=False,
            )
    except NoJack as why:
        pytest.skip(str(why))
    assert ran.returncode in (0, 1), ran.stderr
    answer = json.loads(ran.stdout)
    tried = [Tried(**{name: value for name, value in row.items() if name != "is_safe"}) for row in answer["tried"]]
    assert answer["device"] == "system"
    assert [each.block for each in tried] == list(BLOCKS[: len(tried)])
    assert all(each.as_asked and each.callbacks > 0 for each in tried)
    assert all(each.is_safe for each in tried[:-1])
    # the server's one block in and two out, the rack's one, and the guard
    assert [each.stroke_ms for each in tried] == pytest.approx([1000 * (4 * each.block + 64) / 48_000 for each in tried])
    assert len(tried) == len(BLOCKS) or not tried[-1].is_safe
    safe = safe_block(tried)
    assert answer["block"] == (safe and safe.block)
    assert ran.returncode == (0 if safe else 1)
    assert read_show(show).audio.block == answer["block"]
    assert (show / "show.toml").read_text().startswith(before.rstrip("\n"))


def test_what_cannot_be_tuned_is_named(live_rig: LiveRig, tmp_path: Path) -> None:
    absent = live_rig("devices", "tune", "Harpsichord", "--show", make_show(tmp_path / "friday"))
    assert (absent.code, absent.out) == (2, "")
    assert 'There is no audio device "Harpsichord"' in absent.said
    assert live_rig("new", tmp_path / "empty").code == 0
    empty = live_rig("devices", "tune", "virtual", "--show", tmp_path / "empty")
    assert empty.code == 2
    assert "This show has no songs to play" in empty.said
