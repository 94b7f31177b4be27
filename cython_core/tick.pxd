# The rig's step in time: so many frames at once the kit is listened to, the line is made and the outputs are limited.

cpdef enum:
    TICK = 32                        # frames
