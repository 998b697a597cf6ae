"""Errors: what a client learns of them, and which ones get lost."""
