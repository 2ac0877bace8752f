"""For authors of rule plugins: people and evidence in a line each, shares, worked examples."""
