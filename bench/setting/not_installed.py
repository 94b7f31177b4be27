"""What is said where a bench needs a library that the rig does not, and that is not installed."""

import sys

NOT_UNDERSTOOD = 2  # argparse's, for what cannot be measured as it is said


def not_installed(error: ModuleNotFoundError) -> SystemExit:
    """The end of a bench, in a line."""
    print(f"{error.name} is not installed. Say: {sys.executable} -m pip install {error.name}", file=sys.stderr)
    return SystemExit(NOT_UNDERSTOOD)
