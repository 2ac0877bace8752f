"""What the board of stalled routes is asked: whose cards to show, and what is answered to which."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from werkzeug.datastructures import MultiDict

from connector.domain.owed import Recipient
from connector.domain.stall_answers import AnswerKind
from connector.domain.stall_standing import Standing
from connector.services.access.visibility import Role, Viewer
from connector.services.notices.addresses import LOGIN
from connector.services.stalls.answers import BadAnswer, Colleague, Given
from connector.services.stalls.board import Card, people_around
from connector.web.listing import search

ANSWERERS: Mapping[Role, Recipient] = {
    Role.METHODIST: Recipient.METHODIST,
    Role.SPECIALIST: Recipient.SPECIALIST,
    Role.HEAD: Recipient.HEAD,
    Role.MENTOR: Recipient.MENTOR,
}
"""Who has a board at all; a mentor records measures only (services.stalls.answers)."""

ALL = "all"
Choice = tuple[str, str]
"""Value and title."""


def recipient_of(viewer: Viewer) -> str:
    """The viewer as notices know them."""
    return viewer.person or f"{LOGIN}{viewer.actor}"


def key_of(card: Card) -> str:
    one = card.stalled
    return f"{one.person}|{one.route}|{one.first_day.isoformat()}"


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be shown. methodist None: nobody chose, and a methodist sees her own first."""

    standing: str = ""
    school: str = ""
    association: str = ""
    methodist: str | None = None
    q: str = ""

    @classmethod
    def of(cls, form: Mapping[str, str]) -> "Wish":
        standing = form.get("state", "")
        return cls(
            standing if standing in tuple(Standing) else "",
            form.get("school", ""),
            form.get("association", ""),
            form.get("methodist"),
            form.get("q", "").strip(),
        )

    @property
    def query(self) -> dict[str, str]:
        """For addresses of the same board."""
        given = {
            "state": self.standing,
            "school": self.school,
            "association": self.association,
            "methodist": self.methodist or "",
            "q": self.q,
        }
        return {name: value for name, value in given.items() if value}


@dataclass(frozen=True, slots=True)
class Board:
    """cards: those to show; counts: by standing, and `""` for all, among what the other wishes
    leave. schools, associations, methodists: what can be chosen."""

    wish: Wish
    cards: Sequence[Card]
    counts: Mapping[str, int]
    schools: Sequence[Choice]
    associations: Sequence[Choice]
    methodists: Sequence[Choice]
    every: int
    """How many there are whatever is wished: an empty board is no good news by itself."""


def board_of(cards: Sequence[Card], wish: Wish, viewer: Viewer) -> Board:
    mine = recipient_of(viewer)
    in_charge = {m.personnel_no for card in cards for m in (*card.asked, *card.circle.methodists)}
    if wish.methodist is None and viewer.role is Role.METHODIST and mine in in_charge:
        wish = Wish(wish.standing, wish.school, wish.association, mine, wish.q)
    fitting = [card for card in cards if _fits(card, wish)]
    found = search(fitting, wish.q, lambda c: f"{c.person.full_name} {c.person.personnel_no}")
    shown = [card for card in found if wish.standing in ("", card.standing)]
    counts = {str(s): sum(card.standing is s for card in found) for s in Standing}
    return Board(
        wish,
        shown,
        {"": len(found), **counts},
        _choices((c.school.code, c.school.name) for c in cards if c.school is not None),
        _choices((a.code, a.name) for card in cards for a in card.associations),
        _choices(
            (m.personnel_no, m.full_name)
            for card in cards
            for m in (*card.asked, *card.circle.methodists)
        ),
        len(cards),
    )


def _fits(card: Card, wish: Wish) -> bool:
    if wish.school and (card.school is None or card.school.code != wish.school):
        return False
    if wish.association and wish.association not in {a.code for a in card.associations}:
        return False
    if wish.methodist in (None, "", ALL):
        return True
    return wish.methodist in {m.personnel_no for m in (*card.asked, *card.circle.methodists)}


def _choices(pairs: Iterable[Choice]) -> list[Choice]:
    return sorted(set(pairs), key=lambda pair: pair[1].casefold())


def given_in(form: MultiDict[str, str], colleagues: Callable[[], Iterable[Colleague]]) -> Given:
    """The answer in a form. Raises BadAnswer for what is none."""
    try:
        kind = AnswerKind(form.get("kind", ""))
        until = date.fromisoformat(form["until"]) if form.get("until") else None
    except ValueError as err:
        raise BadAnswer("Укажите дату числом, месяцем и годом.") from err
    to = None
    if kind is AnswerKind.HANDED_OVER:
        to = next((one for one in colleagues() if one.number == form.get("to")), None)
    return Given(kind, until, to, form.get("text", "").strip() or None)


def may_take(card: Card, common: Iterable[Colleague], me: str) -> list[Colleague]:
    """To whom this card can be handed: whoever may see its person anyway."""
    every: dict[str, Colleague] = {one.number: one for one in (*people_around(card), *common)}
    return [one for one in every.values() if one.number not in (me, card.person.personnel_no)]


def entered(form: Mapping[str, str]) -> dict[str, Any]:
    """What was typed into an answer that could not be taken, to be put right."""
    return {name: form.get(name, "") for name in ("case", "kind", "until", "to", "text")}
