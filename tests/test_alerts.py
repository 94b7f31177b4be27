"""What the drummer is told: each line once, newest first, for a while, from whichever thread."""

import sys
from collections.abc import Iterator
from threading import Thread

import pytest

from live_rig.alerts import AT_MOST, LASTS_S, Alerts


class Clock:
    """Goes when it is told to."""

    time_s = 0.0

    def __call__(self) -> float:
        return self.time_s


def test_the_newest_line_stands_first_and_one_that_is_said_again_is_the_newest() -> None:
    alerts = Alerts(Clock())
    for words in ("disk", "pedal", "disk"):
        alerts.say(words)
    assert alerts.now() == ("disk", "pedal")


def test_a_line_fades_by_itself_and_stays_while_it_is_said() -> None:
    clock = Clock()
    alerts = Alerts(clock)
    alerts.say("disk")
    alerts.say("pedal")
    clock.time_s = LASTS_S / 2
    alerts.say("disk")
    clock.time_s = LASTS_S
    assert alerts.now() == ("disk",)


def test_what_is_so_all_evening_does_not_hide_what_is_new() -> None:
    clock = Clock()
    alerts = Alerts(clock)
    alerts.keep("no pedal")
    alerts.say("disk")
    for _ in range(3):
        alerts.keep("no pedal")
        assert alerts.now() == ("disk", "no pedal")
        clock.time_s += LASTS_S / 4
    clock.time_s += LASTS_S / 4
    assert alerts.now() == ("no pedal",)
    clock.time_s += LASTS_S
    alerts.say("disk")
    alerts.keep("no pedal")  # once more, after it was over
    assert alerts.now() == ("no pedal", "disk")


def test_what_is_said_of_a_thing_takes_the_place_of_what_was_said_of_it_before() -> None:
    alerts = Alerts(Clock())
    alerts.say_of("show", "a comma", "a name")
    alerts.say_of("song", "a beat")
    alerts.say_of("show", "a name", "a key")
    assert alerts.now() == ("a key", "a name", "a beat")
    alerts.say_of("show")
    assert alerts.now() == ("a beat",)


def test_a_line_that_is_taken_back_is_gone_and_one_that_never_was_is_no_error() -> None:
    alerts = Alerts(Clock())
    alerts.say("disk")
    alerts.take_back("disk")
    alerts.take_back("pedal")
    assert alerts.now() == ()


def test_only_the_newest_lines_are_kept() -> None:
    alerts = Alerts(Clock())
    for number in range(AT_MOST + 2):
        alerts.say(str(number))
    assert alerts.now() == tuple(str(number) for number in reversed(range(2, AT_MOST + 2)))


def test_a_count_is_told_of_when_it_grows_and_not_while_it_stands() -> None:
    clock = Clock()
    alerts = Alerts(clock)
    for count, told in ((0, ()), (1, ("late",)), (1, ()), (3, ("late",)), (0, ()), (1, ("late",))):
        clock.time_s += LASTS_S
        alerts.say_if_grown("late", count)
        assert alerts.now() == told


@pytest.fixture
def hasty_threads() -> Iterator[None]:
    """Python changes threads as often as it can."""
    usual_s = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual_s)


@pytest.mark.usefixtures("hasty_threads")
def test_threads_that_all_speak_at_once_do_not_trip_each_other_up() -> None:
    alerts = Alerts()
    tripped: list[Exception] = []

    def speak(name: int) -> None:
        try:
            for number in range(2000):
                alerts.say(f"{(name + number) % 5}")
                alerts.now()
        except Exception as error:
            tripped.append(error)

    threads = [Thread(target=speak, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not tripped
    assert len(alerts.now()) == 5
