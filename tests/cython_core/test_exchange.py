"""The hand-over between threads."""

from cython_core.exchange import EventKind, Exchange


def test_when_nobody_plays_a_thousand_events_wait_and_the_next_is_refused() -> None:
    exchange = Exchange()
    taken = [exchange.send(EventKind.TAP) for _ in range(1025)]
    assert taken == [True] * 1024 + [False]


def test_before_anything_has_been_played_there_is_nothing_to_tell() -> None:
    exchange = Exchange()
    assert exchange.notices() == []
    assert exchange.snapshot()["frame"] == 0
