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


def check_site(client: Asks) -> SiteCheck:
    """Ask the site who it is and what the token may call. Raises as `call` does."""
    reading = client.call(questions.site_info())
    info = Answers().load(reading, SiteInfoSchema(), SiteInfo)
    missing = tuple(one.value for one in Function if one.value not in info.functions)
    return SiteCheck(info.siteurl, info.release, missing)
