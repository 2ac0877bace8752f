"""Webhooks of other systems: who wants to hear of what, and each call that is owed to them."""
