"""How long a tick is, for Python too."""
