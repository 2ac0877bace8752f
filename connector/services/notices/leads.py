"""Where the links of one letter lead: the page it is about, the way out of such letters."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from connector.domain.owed import Recipient
from connector.domain.preferences import LetterPolicy
from connector.services.access.letter_links import LetterLinks
from connector.services.notices.addresses import INSTALLATION, LOGIN
from connector.services.notices.readers import Reader
from connector.services.notices.sending import ClaimedGroup, ClaimedNotice
from connector.texts.letter_pages import page_of
from connector.texts.letters import Leads, Told

CHOICES = "/me/letters"
"""The page of a person's own preferences."""


def leads_of(
    links: LetterLinks,
    claimed: ClaimedGroup,
    policy: LetterPolicy,
    now: datetime,
    reader: Reader | None = None,
) -> Leads:
    """Administrators are led to pages and sign in by password. reader: led to no page that would
    refuse them."""
    group, notices = claimed.group, claimed.notices
    shown = open_to(reader, notices)
    path = _page(group.municipality, shown)
    is_administrator = any(one.role == Recipient.ADMINISTRATOR for one in notices)
    optional = {one.kind for one in notices if not policy.forces(one.kind, one.role)}
    stop = None
    if optional:
        stop = links.unsubscribe(group.municipality, group.recipient, optional)
    choices = links.page(CHOICES)

    def link(to: str) -> str:
        if is_administrator:
            return links.page(to)
        return links.sign_in(group.municipality, group.recipient, group.address, to, now)

    parts = _parts(group.municipality, shown, path)
    path = path or _usual(group.municipality, group.recipient, {one.role for one in notices})
    return Leads(
        link(path),
        0 if is_administrator else links.hours,
        stop,
        choices,
        links.page(path),
        {what: (link(to), links.page(to)) for what, to in parts.items()},
        reader.needs(notices) if reader is not None else None,
    )


def open_to(reader: Reader | None, notices: Sequence[ClaimedNotice]) -> Sequence[ClaimedNotice]:
    """Those whose pages the reader may open."""
    return notices if reader is None else [one for one in notices if reader.opens(one)]


def _page(municipality: str, notices: Iterable[ClaimedNotice]) -> str:
    return page_of(municipality, [Told(one.kind, one.role, one.params) for one in notices])


def _parts(
    municipality: str, notices: Iterable[ClaimedNotice], path: str
) -> dict[tuple[str, str], str]:
    """The page of each kind and role that has one, and another than the whole letter's."""
    alike: dict[tuple[str, str], list[ClaimedNotice]] = defaultdict(list)
    for one in notices:
        alike[one.kind, one.role].append(one)
    found = {what: _page(municipality, of) for what, of in alike.items()}
    return {what: to for what, to in found.items() if to and to != path}


def _usual(municipality: str, recipient: str, roles: set[str]) -> str:
    """Of a letter that names no page, or several."""
    if municipality == INSTALLATION:
        return "/"
    if roles <= {Recipient.TEACHER, Recipient.ADDRESSEE} and not recipient.startswith(LOGIN):
        return f"/m/{municipality}/staff/{recipient}"
    return f"/m/{municipality}/notices"
