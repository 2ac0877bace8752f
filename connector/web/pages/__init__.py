"""The pages, one file for what belongs together; each gives a blueprint."""
