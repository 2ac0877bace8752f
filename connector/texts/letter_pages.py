"""The page of ours that a letter is about: what it tells of is read, and answered, there.

A letter has one button. Where its notices are about several pages of one list, it leads to the
list; where they have nothing in common, it is for whoever sends it to say where it leads.
"""

from collections.abc import Iterable

from connector.domain import letter_pages as pages
from connector.domain.decision_notices import KINDS as DECISIONS
from connector.domain.owed import Recipient
from connector.texts.letters import Told

_BOARD = ("route_stalled", "stall_reminder", "stall_handed", "stall_check", "stalls_week")
_PLANS = ("plan_met", "plan_lost")


def page_of(municipality: str, notices: Iterable[Told]) -> str:
    """A path: the only one that any of them is about, else the only list their pages stand in;
    empty where there is none. What is about no page keeps nobody from the one where something is
    to be done."""
    told = list(notices)
    return _only(_page(municipality, one) for one in told) or _only(
        _list(municipality, one) or _page(municipality, one) for one in told
    )


def open_page_of(municipality: str, notices: Iterable[Told]) -> str:
    """The same for messengers, whose servers keep what they carry: no path names a person."""
    told = list(notices)
    page = page_of(municipality, told)
    if not pages.names_somebody(page):
        return page
    return _only(_list(municipality, one) for one in told)


def _only(paths: Iterable[str]) -> str:
    found = {path for path in paths if path}
    return found.pop() if len(found) == 1 else ""


def _page(municipality: str, told: Told) -> str:
    params = told.params
    if params.get("page"):
        return str(params["page"])
    if told.kind in DECISIONS:
        return pages.decision_page(municipality, params["number"])
    if told.kind in _PLANS and "code" in params:
        return pages.indicator_page(municipality, params["code"])
    if told.kind == "decisions_waiting":
        return _undecided(municipality, told)
    if "of" not in params:
        return _list(municipality, told)
    if "number" in params:
        return pages.route_page(municipality, params["of"], params["number"])
    return pages.person_page(municipality, params["of"])


def _list(municipality: str, told: Told) -> str:
    if told.kind in DECISIONS:
        return pages.decisions_page(municipality)
    if told.kind in _BOARD and told.role != Recipient.TEACHER:
        return pages.board_page(municipality)
    return ""


def _undecided(municipality: str, told: Told) -> str:
    """Drafts have a page, requests and files another; the first page counts all of them."""
    others = told.params.get("files") or told.params.get("requests")
    if not told.params.get("drafts"):
        return pages.waiting_page(municipality)
    return pages.figures_page(municipality) if others else pages.drafts_page(municipality)
