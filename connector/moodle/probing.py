"""Whether everything that will be asked of a Moodle can be: the test of a connection."""

from collections.abc import Callable, Sequence
from datetime import datetime

from connector.moodle import orders, questions
from connector.moodle.answers import Answers
from connector.moodle.errors import MoodleRefused, MoodleUnavailable
from connector.moodle.findings import NOT_IN_SERVICE, NOT_TO_BE_TRIED, Check, Finding, Outcome
from connector.moodle.noted import Noted
from connector.moodle.orders import ActingFunction
from connector.moodle.places import Wanted
from connector.moodle.questions import Function
from connector.moodle.reading import Asks
from connector.moodle.schemas import SiteInfo, SiteInfoSchema
from connector.moodle.tryouts import try_everything

_SITE = SiteInfoSchema()
_OFF_SECONDS, _FAR_OFF_SECONDS = 60, 300
"""A clock that is off by so much is told of; from the second on signatures are refused."""
_OF_THE_ADDRESS = frozenset({"redirected", "certificate", "bad_url", "answer_too_large"})


def probe(
    client: Asks,
    url: str,
    wanted: Wanted,
    here: Callable[[], datetime],
    acting: Sequence[ActingFunction] = (),
) -> list[Finding]:
    """Every check and every function once, in their order; nothing is raised for what Moodle does.

    url: as the source has it. wanted: what the catalogue names of this site. here: our clock.
    acting: what is needed besides, because somebody wishes that something be done there; whether
    it may be is not tried, since a test changes nothing.
    """
    noted = Noted(client, here)
    try:
        site = _site(noted, url)
        if site is not None:
            noted.functions = site.functions
            noted.note_the_service()
            try_everything(noted, wanted)
            _acting(noted, acting)
    except MoodleUnavailable as err:
        noted.say(Check.ADDRESS, Outcome.FAILED, err.reason)
    return [noted.of(subject) for subject in (*Check, *Function, *acting)]


def _acting(noted: Noted, wanted: Sequence[ActingFunction]) -> None:
    for function in wanted:
        if function.value in noted.functions:
            noted.say(function, Outcome.UNTRIED, NOT_TO_BE_TRIED)
        else:
            noted.say(function, Outcome.FAILED, NOT_IN_SERVICE)
    if ActingFunction.COHORTS in wanted:
        noted.ask(orders.every_cohort())


def _site(noted: Noted, url: str) -> SiteInfo | None:
    """Who the site is; None where the address, its web services or the token are at fault."""
    before = noted.here()
    try:
        reading = noted.client.call(questions.site_info())
        info = Answers().load(reading, _SITE, SiteInfo)
    except MoodleUnavailable as err:
        if err.reason != "webservices_off":
            raise
        noted.say(Check.ADDRESS, Outcome.PASSED)
        noted.say(Check.WEB_SERVICES, Outcome.FAILED, err.reason)
        return None
    except MoodleRefused as err:
        if err.reason in _OF_THE_ADDRESS or err.reason.startswith(("outgoing_", "http_", "unex")):
            noted.say(Check.ADDRESS, Outcome.FAILED, err.reason)
            return None
        for passed in (Check.ADDRESS, Check.WEB_SERVICES):
            noted.say(passed, Outcome.PASSED)
        noted.say(Check.TOKEN, Outcome.FAILED, err.reason)
        return None
    noted.say(Check.ADDRESS, Outcome.PASSED, None, [info.release] if info.release else [])
    noted.say(Check.WEB_SERVICES, Outcome.PASSED)
    noted.say(Check.TOKEN, Outcome.PASSED)
    noted.say(Function.SITE_INFO, Outcome.PASSED)
    is_same = info.siteurl.rstrip("/") == url.rstrip("/")
    outcome = Outcome.PASSED if is_same else Outcome.DOUBTFUL
    noted.say(Check.OWN_ADDRESS, outcome, None, [info.siteurl])
    _clock(noted, reading.read_at, before, noted.here())
    return info


def _clock(noted: Noted, there: datetime, before: datetime, after: datetime) -> None:
    """Moodle's clock said `there` at some moment between the two of ours."""
    behind, ahead = (before - there).total_seconds(), (there - after).total_seconds()
    off = max(behind, ahead, 0.0)
    outcome = Outcome.PASSED
    if off > _OFF_SECONDS:
        outcome = Outcome.FAILED if off >= _FAR_OFF_SECONDS else Outcome.DOUBTFUL
    reason = None if outcome is Outcome.PASSED else "behind" if behind > ahead else "ahead"
    noted.say(Check.CLOCK, outcome, reason, [str(round(off))])
