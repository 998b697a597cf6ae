"""Whose rows an operation touches, and what only looks as if it limited that."""
