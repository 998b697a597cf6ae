"""Handlers, services and data access, each in its place."""
