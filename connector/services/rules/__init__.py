"""Rule sets: in force, before, at fault, and tried beside the one in force."""
