"""Whether a source's token can do what the connector needs: `connector sources test`, `doctor`."""

from dataclasses import dataclass

from connector.moodle import questions
from connector.moodle.answers import Answers
from connector.moodle.questions import Function
from connector.moodle.reading import Asks
from connector.moodle.schemas import SiteInfo, SiteInfoSchema


@dataclass(frozen=True, slots=True)
class SiteCheck:
    """url: the site's own idea of its address. missing: functions to add to the token's service."""

    url: str
    release: str | None
    missing: tuple[str, ...]


_ADMINISTRATOR = "2"
"""The number of a Moodle's first account, the same on every site."""


def check_site(client: Asks) -> SiteCheck:
    """Ask the site who it is and what the token may call. Raises as `call` does."""
    reading = client.call(questions.site_info())
    info = Answers().load(reading, SiteInfoSchema(), SiteInfo)
    missing = tuple(one.value for one in Function if one.value not in info.functions)
    return SiteCheck(info.siteurl, info.release, missing)


def missing_rights(client: Asks) -> tuple[str, ...]:
    """Rights whose lack Moodle tells by silence, seen on an account that is always there.

    Without them every learner looks like one without a personnel number, and waits for a match that
    nobody need make; a lack of the other rights is an error, and the deliveries tell it. Raises as
    `call` does.
    """
    reading = client.call(questions.user_by_id(_ADMINISTRATOR))
    if reading.status == "error" or not isinstance(reading.body, list):
        return ()
    if not reading.body:
        return ("moodle/user:viewdetails",)
    # Moodle shows the login under the same condition as the idnumber, which may be empty here.
    shown = reading.body[0]
    is_whole = isinstance(shown, dict) and "username" in shown
    return () if is_whole else ("moodle/user:viewalldetails",)
