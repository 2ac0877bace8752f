"""What the judge is shown: subjects, their cases, and the ground they stand on."""
