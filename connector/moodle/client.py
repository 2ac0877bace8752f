"""One way to ask Moodle, with everything a network needs around it.

The token travels in the form body, never in an address: addresses end up in logs. HTTP 200 proves
nothing, so the body decides. A question is tried again at once; an order, which changes Moodle, is
given once: whoever gives it asks first whether it holds already, and does so again before the next
try.
"""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import requests

from connector import tracing
from connector.clock import Clock
from connector.moodle.answers import Reading
from connector.moodle.breaker import Breaker
from connector.moodle.budget import Budget, OverBudget
from connector.moodle.errors import MoodleRefused, MoodleSays, MoodleUnavailable
from connector.moodle.questions import Question
from connector.moodle.replies import check_error, check_status, parse, read_at
from connector.moodle.watched import (
    ANSWERED,
    FAILED,
    KEPT_AWAY,
    OPENED,
    OVER_BUDGET,
    REFUSED,
    WAITED,
    Asked,
)
from connector.outgoing import BodyBroken, BodyTooLarge, BodyTooSlow, OutgoingRefused, read_body

_PATH = "/webservice/rest/server.php"


@dataclass(frozen=True, slots=True)
class Limits:
    """How long and how much; seconds and bytes.

    patience: how long one call may wait for its place in the budget.
    tries: of one call; the caller's own retries come on top, minutes later.
    """

    connect: float = 5.0
    read: float = 30.0
    whole: float = 60.0
    answer: int = 4 * 1024 * 1024
    patience: float = 10.0
    tries: int = 3
    pause: float = 0.3


class MoodleClient:
    """Asks one Moodle as one service user. One instance serves one source of one process."""

    def __init__(
        self,
        base_url: str,
        token: str,
        *,
        session: requests.Session,
        clock: Clock,
        budget: Budget,
        breaker: Breaker,
        limits: Limits | None = None,
        sleep: Callable[[float], None] = time.sleep,
        chance: Callable[[], float] = random.random,
        watch: Callable[[str, float], None] = lambda what, amount: None,
        asked: Callable[[Asked], None] = lambda how: None,
    ) -> None:
        """session: a `connector.outgoing.GuardedSession`. chance: a number in 0..1, for jitter.
        watch: told what happens (connector.moodle.watched), to be counted. asked: told how each
        question went.
        """
        self._url = base_url.rstrip("/") + _PATH
        self._token = token
        self._session = session
        self._clock = clock
        self._budget = budget
        self._breaker = breaker
        self._limits = limits or Limits()
        self._sleep = sleep
        self._chance = chance
        self._watch = watch
        self._asked = asked

    def __repr__(self) -> str:
        return f"MoodleClient({self._url!r})"

    def call(self, question: Question) -> Reading:
        """The answer, or Moodle's business error, as a reading ready to be stored.

        Raises MoodleUnavailable (try later) or MoodleRefused (call the administrator). Failures of
        the network and 5xx without Retry-After are tried again at once, a time-out is not: its
        30 seconds were patience enough.
        """
        with tracing.span("connector.moodle", function=question.function.value):
            return self._call(question)

    def act(self, order: Question) -> Reading:
        """As `call`, for a call that changes Moodle: never tried again from here.

        MoodleUnavailable leaves open whether it was done: the answer may be what was lost.
        """
        with tracing.span("connector.moodle", function=order.function.value):
            return self._call(order, tries=1)

    def _call(self, question: Question, tries: int | None = None) -> Reading:
        for left in reversed(range(tries or self._limits.tries)):
            self._wait_for_place()
            try:
                reading = self._once(question)
            except _Passing as err:
                self._failed(question, err.reason, None)
                if not left:
                    raise MoodleUnavailable(err.reason) from err
                self._sleep(self._limits.pause * 2 ** (self._limits.tries - left) * self._chance())
            except MoodleUnavailable as err:
                self._failed(question, err.reason, err.retry_after)
                raise
            except MoodleRefused as err:
                # The site is up: it refuses us.
                self._breaker.succeeded()
                self._watch(REFUSED, 1)
                self._asked(Asked(question.function.value, REFUSED, err.reason))
                err.function = question.function.value
                raise
            else:
                self._breaker.succeeded()
                self._watch(ANSWERED, 1)
                return reading
        raise AssertionError("unreachable")

    def _failed(self, question: Question, reason: str, retry_after: float | None) -> None:
        self._watch(FAILED, 1)
        self._asked(Asked(question.function.value, FAILED, reason))
        if self._breaker.failed(retry_after):
            self._watch(OPENED, 1)

    def _wait_for_place(self) -> None:
        pause = self._breaker.wait()
        if pause > 0:
            self._watch(KEPT_AWAY, 1)
            raise MoodleUnavailable("breaker_open", pause)
        try:
            wait = self._budget.reserve(self._limits.patience)
        except OverBudget as err:
            self._watch(OVER_BUDGET, 1)
            raise MoodleUnavailable("over_budget", err.wait) from err
        if wait > 0:
            self._watch(WAITED, wait)
            self._sleep(wait)

    def _once(self, question: Question) -> Reading:
        form = dict(question.params)
        form["wstoken"] = self._token
        form["wsfunction"] = question.function.value
        form["moodlewsrestformat"] = "json"
        response, body = self._post(form)
        now = self._clock.now()
        try:
            check_status(response.status_code, response.headers, body, now)
        except MoodleUnavailable as err:
            if response.status_code >= 500 and err.retry_after is None:
                raise _Passing(err.reason) from err
            raise
        parsed = parse(body)
        moment = read_at(response.headers.get("Date"), now)
        params = dict(question.params)
        try:
            check_error(parsed)
        except MoodleSays as says:
            self._answered(question, response, moment, now)
            # Moodle's own text is not kept: with debugging on it quotes queries and values.
            error = {"errorcode": says.reason, "table": says.table}
            return Reading(question.function.value, params, "error", error, moment)
        self._answered(question, response, moment, now)
        return Reading(question.function.value, params, "answer", parsed, moment)

    def _answered(
        self, question: Question, response: requests.Response, moment: datetime, now: datetime
    ) -> None:
        has_date = "Date" in response.headers
        ahead = (moment - now).total_seconds() if has_date else None
        self._asked(Asked(question.function.value, ANSWERED, ahead_s=ahead))

    def _post(self, form: dict[str, str]) -> tuple[requests.Response, bytes]:
        limits = self._limits
        try:
            response = self._session.post(
                self._url,
                data=form,
                timeout=(limits.connect, limits.read),
                stream=True,
                allow_redirects=False,
            )
            return response, read_body(response, limits.answer, limits.whole)
        except OutgoingRefused as err:
            raise MoodleRefused(f"outgoing_{err.reason}") from err
        except BodyTooLarge as err:
            raise MoodleRefused("answer_too_large") from err
        except (BodyTooSlow, requests.ReadTimeout) as err:
            raise MoodleUnavailable("timed_out") from err
        except requests.exceptions.SSLError as err:
            raise MoodleRefused("certificate") from err
        except requests.ConnectTimeout as err:
            raise MoodleUnavailable("timed_out") from err
        except requests.exceptions.InvalidURL as err:
            raise MoodleRefused("bad_url") from err
        except (requests.ConnectionError, BodyBroken) as err:
            raise _Passing("connection") from err
        except requests.RequestException as err:
            raise MoodleUnavailable("connection") from err


class _Passing(Exception):
    """A failure that the next try may not meet."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
