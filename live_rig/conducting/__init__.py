"""Cues on their way to becoming events."""
