"""What holds for every test: none fails because the machine is busy."""

from hypothesis import settings

settings.register_profile("whatever the machine does", deadline=None)
settings.load_profile("whatever the machine does")
