"""Deliveries: written down, understood, looked at."""
