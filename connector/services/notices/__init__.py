"""Notices owed: to whom, when, by which letter, and what became of them."""
