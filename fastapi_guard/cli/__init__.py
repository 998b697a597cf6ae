"""The command line: the only place that reads the environment, the clock, the terminal and the working directory."""
