"""Dated records, read as domain values, listed, entered, and asked where they came from."""
