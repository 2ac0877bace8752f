"""Moodle sites: who may write, whose accounts they know, how they are gone through."""
