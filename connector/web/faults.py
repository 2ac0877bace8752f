"""What goes wrong, told: problem+json to systems, a page with what to do to people."""

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, g, json, make_response, render_template, request, session
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from connector.domain.periods import AsOfBeforePeriod, NotAPeriod
from connector.errors import StorageUnavailable, UnknownThing
from connector.rulebook.faults import RulesRefused
from connector.services.access.links import LinkService
from connector.services.access.logins import TooManyLogins
from connector.services.access.visibility import Viewer
from connector.services.records.entry import RowInTheWay
from connector.web.household import household
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
    status: int,
    detail: str | None = None,
    errors: Mapping[str, Any] | None = None,
    command: Sequence[str] = (),
) -> Response:
    """The answer of that status in the form the caller understands. command: what somebody is to
    run, told on pages, in pieces that lines may end between."""
    if not request.path.startswith(_PLAIN):
        page = render_template("problem.html", status=status, detail=detail, command=command)
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
    response = _refused() if status == HTTPStatus.FORBIDDEN else answer(status, errors=messages)
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After", "WWW-Authenticate"):
            response.headers[name] = value
    if status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _refused() -> Response:
    """Whoever has a duty over others is told of them by letters, and needs a log-in to act."""
    viewer: Viewer | None = g.get("viewer")
    if viewer is not None and not request.path.startswith(_PLAIN):
        own = household()
        with own.db.reading() as database:
            needed = LinkService(database, own.rulebook).needed(viewer, own.clock.now())
        if needed is not None:
            return answer(403, needed.on_page, command=needed.words)
    return answer(403, NEEDS_LOG_IN if "linked" in session else None)


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
