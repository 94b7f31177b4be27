"""The process that stands by, and what becomes of one that does not stay."""

import pytest

from live_rig.rack.process import RackProcess
from live_rig.rack.spare import Spare
from tests.waiting import until


@pytest.mark.parametrize(("wait_s", "starts"), [(0.0, 2), (1000.0, 1)])
def test_where_one_dies_as_it_starts_the_next_waits(wait_s: float, starts: int, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = list[RackProcess]()

    def begin() -> RackProcess:
        begun.append(RackProcess(48_000.0, 1, 2, 1024, 0))
        begun[-1].process.kill()
        begun[-1].process.join()
        return begun[-1]

    monkeypatch.setattr("live_rig.rack.spare.DIED_S", wait_s)
    spare = Spare(begin, lambda: None)
    try:
        spare.want()
        until(lambda: spare.process is not None)
        spare.want()
        spare.want()
    finally:
        spare.close()
    assert len(begun) == starts
