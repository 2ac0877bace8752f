"""What the municipality argues about: values and plain functions, standard library only."""
