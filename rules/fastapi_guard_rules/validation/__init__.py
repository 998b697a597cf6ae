"""What comes in and what goes out: typed bodies, parameters and response models."""
