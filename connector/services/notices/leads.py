"""Where the links of one letter lead: the page it is about, the way out of such letters."""

from datetime import datetime

from connector.domain.owed import Recipient
from connector.domain.preferences import LetterPolicy
from connector.services.access.letter_links import LetterLinks
from connector.services.notices.addresses import INSTALLATION, LOGIN
from connector.services.notices.sending import ClaimedGroup
from connector.texts.letters import Leads, Told, page_of

CHOICES = "/me/letters"
"""The page of a person's own preferences."""


def leads_of(
    links: LetterLinks, claimed: ClaimedGroup, policy: LetterPolicy, now: datetime
) -> Leads:
    """Administrators are led to pages and sign in by password."""
    group = claimed.group
    notices = claimed.notices
    path = page_of([Told(one.kind, one.role, one.params) for one in notices])
    path = path or _usual(group.municipality, group.recipient, {one.role for one in notices})
    optional = {one.kind for one in notices if not policy.forces(one.kind, one.role)}
    stop = None
    if optional:
        stop = links.unsubscribe(group.municipality, group.recipient, optional)
    choices = links.page(CHOICES)
    if any(one.role == Recipient.ADMINISTRATOR for one in notices):
        return Leads(links.page(path), stop=stop, choices=choices)
    url = links.sign_in(group.municipality, group.recipient, group.address, path, now)
    return Leads(url, links.hours, stop, choices, links.page(path))


def _usual(municipality: str, recipient: str, roles: set[str]) -> str:
    """Of a letter that names no page, or several."""
    if municipality == INSTALLATION:
        return "/"
    if roles <= {Recipient.TEACHER, Recipient.ADDRESSEE} and not recipient.startswith(LOGIN):
        return f"/m/{municipality}/staff/{recipient}"
    return f"/m/{municipality}/notices"
