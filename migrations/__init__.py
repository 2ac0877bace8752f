"""Alembic's migrations (installed as connector.migrations)."""
