"""Writes the bundled show: two tunes written down as data, and a made drummer's performance of the first one.

Run it from `scripts/`: `python -m make_show` (needs fluidsynth and the FluidR3 GM sound font; see `render.py`).
"""
