"""Static analysis for FastAPI backends: a model of the application that agrees with FastAPI, and rules about it."""
