"""Numbers as they are written behind an option, and what is said where none stands there."""

import argparse


def decimal(text: str) -> float:
    """ "120.5", or "120,5" where that is how it is written."""
    try:
        return float(text.replace(",", "."))
    except ValueError:
        raise argparse.ArgumentTypeError(f'"{text}" is not a number. Write it as 120.5') from None


def whole(text: str) -> int:
    """ "64": nothing behind the point."""
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f'"{text}" is not a whole number. Write digits alone, such as 64') from None
