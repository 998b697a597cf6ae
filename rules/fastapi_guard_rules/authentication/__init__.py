"""Who may call an operation, and what only looks as if it decided that."""
