"""Who signs in, who may see what, and who looked."""
