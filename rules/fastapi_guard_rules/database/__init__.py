"""What reaches the database: statements, sessions, engines."""
