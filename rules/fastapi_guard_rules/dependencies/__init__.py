"""What `Depends` is given, and what becomes of it."""
