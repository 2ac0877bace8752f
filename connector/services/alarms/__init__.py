"""Alarms: signs that something is amiss, episodes, and how administrators are told (domain 6)."""
