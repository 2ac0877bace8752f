"""Pages for people and JSON for systems."""

from connector.web.app import create_app

__all__ = ["create_app"]
