"""What holds for every test: none fails because the machine is busy, and none changes which show the user opened last."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

os.environ.setdefault("LIVE_RIG_JACK", "jack")  # the tests' own server, whatever plays on this desktop
settings.register_profile("whatever the machine does", deadline=None)
settings.load_profile("whatever the machine does")


@pytest.fixture(autouse=True, scope="session")
def _a_home_of_our_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What the rig remembers, apart from what the user's own rig does. Processes that tests start get it, too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield
