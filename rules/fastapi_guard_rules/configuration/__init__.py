"""Secrets and settings: where they come from."""
