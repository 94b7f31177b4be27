"""Whoever looks after something goes on, whatever is found."""

from threading import Event

import pytest

from live_rig import watch
from live_rig.watch import Watch

COMES_WITHIN_S = 20.0


def test_what_goes_wrong_is_logged_once_until_it_goes_well_and_ends_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(watch, "AFTER_A_FAULT_S", 0.0)
    looks, is_over = iter("oddoddod"), Event()

    def look() -> None:
        found = next(looks, "")
        if not found:
            is_over.set()
        elif found == "d":
            raise ZeroDivisionError

    watching = Watch("the cat", look)
    watching.start()
    assert is_over.wait(COMES_WITHIN_S)
    watching.close()
    assert [record.getMessage() for record in caplog.records] == ["the cat: something went wrong; it is tried again"] * 3


def test_what_comes_first_may_fail_too_and_nothing_is_looked_at_after_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "AFTER_A_FAULT_S", 0.0)
    has_looked, looks = Event(), list[int]()

    def look() -> None:
        looks.append(1)
        has_looked.set()

    def fail() -> None:
        raise ZeroDivisionError

    watching = Watch("the cat", look, at_first=fail)
    watching.start()
    assert has_looked.wait(COMES_WITHIN_S)
    watching.close()
    seen = len(looks)
    assert watching.is_closing
    watching.close()
    assert len(looks) == seen


def test_one_that_was_never_started_may_be_closed() -> None:
    Watch("the cat", print).close()
