"""What runs remember for each other. A cache changes how long a run takes and nothing else."""
