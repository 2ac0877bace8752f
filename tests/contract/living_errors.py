"""Moodle's errors as it words them: HTTP 200 with an exception (captures README, 5)."""

from connector.replay import Replied


def refusal(errorcode: str, exception: str = "moodle_exception", message: str = "") -> Replied:
    return Replied(
        200, {"exception": exception, "errorcode": errorcode, "message": message or errorcode}
    )


def no_record(table: str) -> Replied:
    return refusal(
        "invalidrecord",
        "dml_missing_record_exception",
        f"Can't find data record in database table {table}.",
    )
