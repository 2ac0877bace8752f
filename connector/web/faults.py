"""What goes wrong, told: problem+json to systems, a page with what to do to people."""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, json, make_response, render_template, request, session
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from connector.domain.periods import AsOfBeforePeriod, NotAPeriod
from connector.errors import StorageUnavailable, UnknownThing
from connector.rulebook.faults import RulesRefused
from connector.services.access.logins import TooManyLogins
from connector.services.records.entry import RowInTheWay
from connector.web.moments import NotADay

RETRY_AFTER_SECONDS = 30

NEEDS_LOG_IN = (
    "Ссылка из письма показывает только Ваше собственное. Чтобы открыть эту страницу и решать "
    "о других, нужен вход с именем и паролем: попросите о нём администратора коннектора."
)

_log = logging.getLogger(__name__)

_PLAIN = ("/api/", "/hooks/", "/healthz", "/readyz", "/metrics")


def register(app: Flask) -> None:
    """Takes over every error of the application."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(StorageUnavailable, _unavailable)
    app.register_error_handler(TooManyLogins, _crowded)
    app.register_error_handler(UnknownThing, _unknown)
    app.register_error_handler(AsOfBeforePeriod, _before_period)
    app.register_error_handler(NotAPeriod, _no_period)
    app.register_error_handler(NotADay, _no_day)
    app.register_error_handler(RulesRefused, _rules_refused)
    app.register_error_handler(RowInTheWay, _row_in_the_way)
    app.register_error_handler(Exception, _unforeseen)


def answer(
    status: int, detail: str | None = None, errors: Mapping[str, Any] | None = None
) -> Response:
    """The answer of that status in the form the caller understands."""
    if not request.path.startswith(_PLAIN):
        page = render_template("problem.html", status=status, detail=detail)
        return make_response(page, status)
    phrase = HTTPStatus(status).phrase
    body: dict[str, Any] = {"type": "about:blank", "title": phrase, "status": status}
    if detail:
        body["detail"] = detail
    if errors:
        body["errors"] = dict(errors)
    # Not jsonify: its type is application/json, and the type is what a client switches on.
    response = make_response(json.dumps(body) + "\n", status)
    response.mimetype = "application/problem+json"
    return response


def _http(error: HTTPException) -> Response | HTTPException:
    status = error.code or 500
    if status < 400:
        return error
    # webargs says which parameter was wrong, and how.
    messages = getattr(error, "data", {}).get("messages") if status == 422 else None
    # Whoever has no log-in is told of their duties by letters all the same.
    is_linked = status == HTTPStatus.FORBIDDEN and "linked" in session
    response = answer(status, NEEDS_LOG_IN if is_linked else None, errors=messages)
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After", "WWW-Authenticate"):
            response.headers[name] = value
    if status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _stale_form(error: CSRFError) -> Response:
    return answer(400, "Форма устарела. Вернитесь назад, обновите страницу и отправьте её ещё раз.")


def _unavailable(error: StorageUnavailable) -> Response:
    _log.error("web.storage_unavailable endpoint=%s", request.endpoint)
    response = answer(503)
    response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


def _crowded(error: TooManyLogins) -> Response:
    response = answer(429)
    response.headers["Retry-After"] = "5"
    return response


def _unknown(error: Exception) -> Response:
    return answer(404)


def _before_period(error: AsOfBeforePeriod) -> Response:
    if request.path.startswith("/api/"):
        return answer(422, str(error), {"as_of": ["lies before the period"]})
    day = f"{error.day:%d.%m.%Y}"
    return answer(422, f"Дата {day} раньше начала периода {error.period}: выберите другую дату.")


def _no_period(error: NotAPeriod) -> Response:
    if request.path.startswith("/api/"):
        return answer(422, None, {"period": ["2026 or 2026/2027 is expected"]})
    return answer(422, "Период пишется так: 2026 (календарный год) или 2026/2027 (учебный год).")


def _no_day(error: NotADay) -> Response:
    return answer(422, "Дата пишется так: 2026-06-30.")


def _row_in_the_way(error: RowInTheWay) -> Response:
    return answer(
        409, "Эту запись в ту же минуту загрузила таблица. Вернитесь назад и сохраните ещё раз."
    )


def _rules_refused(error: RulesRefused) -> Response:
    _log.error("web.rules_refused endpoint=%s", request.endpoint)
    return answer(
        503,
        "Файлы правил этого муниципалитета содержат ошибки; их покажет команда connector plugins "
        "list. Остальные муниципалитеты работают.",
    )


def _unforeseen(error: Exception) -> Response:
    # The last line of defence: a stack trace belongs into the log, never into an answer.
    _log.exception("web.fault endpoint=%s", request.endpoint)
    return answer(500)
