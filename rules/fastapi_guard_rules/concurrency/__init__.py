"""What waits, where nobody may wait."""
