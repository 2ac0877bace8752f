"""Pages for people and JSON for systems. The application is in `app`."""
