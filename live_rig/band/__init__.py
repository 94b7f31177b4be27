"""The stems, made ready to stretch."""
