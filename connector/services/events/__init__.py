"""Domain events: recorded, put in line, told to other systems."""
