TICK: int
