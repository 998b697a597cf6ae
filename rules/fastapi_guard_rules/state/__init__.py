"""State: what a process keeps between requests, and its neighbours do not know."""
