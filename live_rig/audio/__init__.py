"""Where blocks come from: a sound card, the machine's clock, or a plain loop."""
