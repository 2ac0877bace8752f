"""What is to be done in Moodle: owed, claimed, done, refused."""
