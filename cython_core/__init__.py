"""Block in, block out: the instrument. No files, clocks or threads of its own."""
