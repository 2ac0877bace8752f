"""What HTTP answers mean, piece by piece."""

from datetime import UTC, datetime
from typing import Any

import pytest

from connector.moodle.errors import MoodleError, MoodleRefused, MoodleSays, MoodleUnavailable
from connector.moodle.replies import check_error, check_status, parse, read_at, retry_after

NOW = datetime(2026, 11, 22, 6, 0, 0, 123456, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("300", 300.0),
        (" 5 ", 5.0),
        ("Sun, 22 Nov 2026 06:02:00 GMT", pytest.approx(119.876544)),
        ("Sun, 22 Nov 2026 05:00:00 GMT", 0.0),
        ("soon", None),
        ("-5", None),
        ("", None),
        (None, None),
        ("9" * 400, 999999999.0),
    ],
)
def test_retry_after_is_seconds_or_a_date(header: str | None, seconds: float | None) -> None:
    assert retry_after(header, NOW) == seconds


@pytest.mark.parametrize(
    ("header", "moment"),
    [
        ("Sun, 22 Nov 2026 06:03:16 GMT", datetime(2026, 11, 22, 6, 3, 16, tzinfo=UTC)),
        ("Sun, 22 Nov 2026 09:03:16 +0300", datetime(2026, 11, 22, 6, 3, 16, tzinfo=UTC)),
        ("yesterday", datetime(2026, 11, 22, 6, 0, 0, tzinfo=UTC)),
        (None, datetime(2026, 11, 22, 6, 0, 0, tzinfo=UTC)),
    ],
)
def test_a_reading_is_dated_by_moodle_s_clock_else_by_ours(
    header: str | None, moment: datetime
) -> None:
    assert read_at(header, NOW) == moment


@pytest.mark.parametrize(
    ("status", "body", "kind", "reason"),
    [
        (403, b"", MoodleUnavailable, "webservices_off"),
        (403, b"<html>firewall", MoodleRefused, "http_403"),
        (429, b"", MoodleUnavailable, "http_429"),
        (503, b"<html>", MoodleUnavailable, "http_503"),
        (301, b"", MoodleRefused, "redirected"),
        (401, b"", MoodleRefused, "http_401"),
        (204, b"", MoodleRefused, "http_204"),
    ],
)
def test_a_status_tells_who_must_act(
    status: int, body: bytes, kind: type[MoodleError], reason: str
) -> None:
    with pytest.raises(kind) as caught:
        check_status(status, {}, body, NOW)

    assert caught.value.reason == reason


def error(code: str, exception: str = "moodle_exception", message: str = "") -> dict[str, Any]:
    return {"exception": exception, "errorcode": code, "message": message}


@pytest.mark.parametrize(
    ("body", "kind", "reason"),
    [
        (error("userdeleted"), MoodleSays, "userdeleted"),
        (error("invalidtoken"), MoodleRefused, "invalidtoken"),
        (error("anewcodeofmoodle5"), MoodleRefused, "anewcodeofmoodle5"),
        (error("dmlreadexception", "dml_read_exception"), MoodleUnavailable, "dmlreadexception"),
        (error("upgraderunning"), MoodleUnavailable, "upgraderunning"),
        ({"exception": "x"}, MoodleRefused, "unknown"),
        ({"errorcode": "sitepolicynotagreed"}, MoodleRefused, "sitepolicynotagreed"),
    ],
)
def test_an_error_in_the_body_tells_who_must_act(
    body: Any, kind: type[MoodleError], reason: str
) -> None:
    with pytest.raises(kind) as caught:
        check_error(body)

    assert caught.value.reason == reason


@pytest.mark.parametrize("body", [None, [], {}, {"warnings": []}, "text", 5])
def test_what_is_no_error_passes(body: Any) -> None:
    check_error(body)


@pytest.mark.parametrize(
    ("message", "table"),
    [
        ("Can't find data record in database table quiz_attempts.", "quiz_attempts"),
        ("Не удается найти запись в таблице базы данных quiz_attempts.", "quiz_attempts"),
        ("Can't find data record in database table quiz.", "quiz"),
        ("", None),
    ],
)
def test_a_missing_record_names_its_table_in_any_language(message: str, table: str | None) -> None:
    with pytest.raises(MoodleSays) as says:
        check_error(error("invalidrecord", "dml_missing_record_exception", message))

    assert says.value.table == table


def test_json_is_kept_as_it_is() -> None:
    assert parse('{"a": [1, 2.5, "Ёлкина", "\\ud83d\\ude00", null]}'.encode()) == {
        "a": [1, 2.5, "Ёлкина", "😀", None]
    }


@pytest.mark.parametrize("body", [b"", b"<html>", b"\xff", b"[1", b"Infinity", b"[" * 10**5])
def test_what_is_no_json_is_tried_again_later(body: bytes) -> None:
    with pytest.raises(MoodleUnavailable, match="not_json"):
        parse(body)
