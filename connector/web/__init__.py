"""Pages for people and JSON for systems."""
