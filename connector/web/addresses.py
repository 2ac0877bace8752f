"""Addresses that come from outside and lead somewhere."""


def inside(target: str | None) -> str:
    """A path of ours, or nothing: a form must not send people to a stranger's site."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return ""
    return "" if any(ord(letter) < 32 for letter in target) else target
