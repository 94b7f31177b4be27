"""A gig, played through by a drummer who listens: the band is where he expects it."""

from collections.abc import Callable

import pytest

from bench.gigs import (
    Gig,
    a_jump_at_the_next_beat,
    a_knock_before_the_count,
    called_in_while_he_fills,
    counted_in_seven,
    judge,
    stopped_and_counted_in_again,
)


@pytest.mark.parametrize(
    "gig",
    [
        a_knock_before_the_count,
        called_in_while_he_fills,
        a_jump_at_the_next_beat,
        stopped_and_counted_in_again,
        counted_in_seven,
    ],
)
def test_through_what_happens_at_a_gig_the_band_is_where_the_drummer_expects_it(gig: Callable[[float], Gig]) -> None:
    off, elsewhere, silent, worst_s = judge(gig(160.0))
    assert (off, elsewhere, silent) == (0, 0, 0)
    assert worst_s < 0.03


def test_a_drummer_who_expects_another_place_is_disappointed() -> None:
    gig = a_knock_before_the_count(160.0)
    assert judge(gig.saying(8, 0.2, "section a"))[1] > 0
