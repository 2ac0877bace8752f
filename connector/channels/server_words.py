"""What the other side said, in its own words, for whoever must find out what is wrong with it."""

_LONGEST = 300


def server_words(failure: BaseException) -> str:
    """Of a failure of a channel: `550 5.1.1 No such user`, or what the system said instead; empty
    where nobody said anything. One line."""
    cause = failure.__cause__
    recipients = getattr(cause, "recipients", None)
    if isinstance(recipients, dict) and recipients:
        code, told = next(iter(recipients.values()))
    else:
        code, told = getattr(cause, "smtp_code", ""), getattr(cause, "smtp_error", cause)
    text = told.decode("utf-8", "replace") if isinstance(told, bytes) else str(told or "")
    return " ".join(f"{code if code != -1 else ''} {text}".split())[:_LONGEST]
