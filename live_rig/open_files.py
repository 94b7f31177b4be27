"""How many files may be open: three songs of sixteen stems need more than some systems give a program at first."""

import sys

MANY = 4096


def let_many_be_open() -> None:
    """As many as the system lets us have without asking anybody, up to MANY."""
    if sys.platform == "win32":
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = MANY if hard == resource.RLIM_INFINITY else min(MANY, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
