"""What is pressed on a pedal board that the callback hears: known by a table, and handed to Python."""

from multiprocessing.synchronize import Semaphore

import numpy as np
import numpy.typing as npt

class Pedals:
    """The table and the ring. Shapes and threads stand with the class in pedals.pyx."""

    def __init__(self, least: npt.NDArray[np.uint8], bell: Semaphore) -> None: ...
    def wait(self) -> None: ...
    def wake(self) -> None: ...
    def taken(self) -> list[tuple[int, int, int]]: ...
