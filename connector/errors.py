"""Errors that name who must act; the base of all of them."""


class ConnectorError(Exception):
    """Something the connector foresaw went wrong."""


class StorageUnavailable(ConnectorError):
    """The database did not take it; nothing is half-stored, and trying again later is right."""
