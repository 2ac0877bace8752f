"""Shared rules as data: indicator passports, scales, calendars (installed as connector.rules)."""
