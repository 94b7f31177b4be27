"""Playing it again, and hearing how it was."""
