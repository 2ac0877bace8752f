"""What keeps the installation alive: schema, backups, retention, counts, watching."""
