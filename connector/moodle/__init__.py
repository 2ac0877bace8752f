"""Moodle over REST: the client, its readings, its actions."""
