"""What a test says when a real server it needs can neither be found nor started."""


class ServiceMissing(Exception):
    """One sentence for whoever runs the tests: what is missing and how to get it."""
