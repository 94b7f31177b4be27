"""The stage window: what a drummer sees from three metres away."""
