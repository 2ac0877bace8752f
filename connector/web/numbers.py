"""Row numbers out of addresses."""

LARGEST = 2**63 - 1
"""The databases number rows in 64 bits; a larger number would be an error of theirs."""


def number_of(text: str | None) -> int | None:
    """A row number; None for nothing and for anything else."""
    if not text or not text.isascii() or not text.isdigit() or len(text) > 19:
        return None
    number = int(text)
    return number if 0 < number <= LARGEST else None
