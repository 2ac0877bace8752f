"""The loops that do the work, the same for both ways to run."""
