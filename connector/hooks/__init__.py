"""HTTP in: sources, signatures, limits."""
