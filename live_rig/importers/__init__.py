"""One foreign format a module."""
