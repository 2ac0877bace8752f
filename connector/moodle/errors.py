"""What can go wrong when Moodle is asked, by who must act (style: Errors)."""


class MoodleError(Exception):
    """Base of everything raised by `connector.moodle`. `reason` is a code, never Moodle's text:
    its messages can hold names."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class MoodleUnavailable(MoodleError):
    """Try again later. `retry_after`: seconds to wait at least, where anyone said so."""

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class MoodleRefused(MoodleError):
    """Call the administrator of the Moodle, or of the source: asking again changes nothing.

    function: which of Moodle's functions refused, where one was asked.
    """

    function: str | None = None


class MoodleSays(MoodleError):
    """A business answer in the form of an error: the error is the state (captures README, 5).

    reason: Moodle's errorcode. table: for `invalidrecord`, the table whose record is missing.
    """

    def __init__(self, reason: str, table: str | None = None) -> None:
        super().__init__(reason)
        self.table = table
