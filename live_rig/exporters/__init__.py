"""What other programs can read of a song."""
