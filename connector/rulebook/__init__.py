"""Rule files and plugins: read, asked one municipality at a time, their faults isolated."""
