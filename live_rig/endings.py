"""What tells a command to end: a kill, the end of the desktop's session, and a terminal that is closed."""

import signal


def signals_to_end() -> list[signal.Signals]:
    """Those of them that this system has; without a closed terminal where the command is to outlive it, as `nohup` says."""
    there = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    return [number for number in there if signal.getsignal(number) is not signal.SIG_IGN]
