"""Use cases: they take a session, never commit, and know neither Flask nor Celery."""
