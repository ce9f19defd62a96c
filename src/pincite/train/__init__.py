"""Training: data, objectives, one loop, checkpoints that survive a kill."""
