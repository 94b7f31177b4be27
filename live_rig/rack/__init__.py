"""Effects for the kit, each preset in a process of its own."""
