"""The one door to the engine, for windows, tablets and other programs."""
