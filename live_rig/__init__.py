"""The engine process: everything with a file, a device, a socket or a clock."""
