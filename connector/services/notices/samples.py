"""Every letter that a municipality's people may get, shown with invented values.

Nothing here is about anybody: no records are read, and no link signs anybody in.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from connector.domain.because import SubjectKind
from connector.domain.letter_kinds import KINDS
from connector.domain.owed import Recipient
from connector.domain.preferences import ASKED_FOR, Choice
from connector.domain.roadmaps import stretch_of
from connector.domain.rule_notices import NoticeRule
from connector.errors import UnknownThing
from connector.rulebook import MunicipalityRules
from connector.services.access.letter_links import LetterLinks
from connector.services.notices.kinds import is_urgent, told_kinds
from connector.services.notices.leads import CHOICES
from connector.texts.letters import Leads, RenderedLetter, Told, render_letter
from connector.texts.sample_alarms import alarm_items
from connector.texts.sample_people import ASSOCIATION, COLLEAGUE, SCHOOL, TEACHER
from connector.texts.sample_routes import ROUTES
from connector.texts.short import short_text

_NAMES: Mapping[SubjectKind, tuple[str, ...]] = {
    SubjectKind.STAFF: (TEACHER, COLLEAGUE),
    SubjectKind.SCHOOL: (SCHOOL,),
    SubjectKind.TEAM: (SCHOOL,),
    SubjectKind.ASSOCIATION: (ASSOCIATION,),
    SubjectKind.ROUTE: (f"{TEACHER}: ИОМ № 1",),
}
"""What subjects of a municipality's own rules are called; of the others, see `_SOME`."""
_SOME = ("Запись-образец",)
_ROLES = [str(role) for role in Recipient]


@dataclass(frozen=True, slots=True)
class Sample:
    """One kind of letter to one role.

    starts: what becomes of it as long as nobody chose. is_forced: nobody can switch it off.
    is_asked_for: only whoever asked gets it. when: where the municipality's rules say it. told:
    nothing where nobody knows what it would be about.
    """

    kind: str
    role: str
    starts: Choice
    is_forced: bool
    told: tuple[Told, ...]
    when: str = ""
    is_own: bool = False

    @property
    def is_asked_for(self) -> bool:
        return self.kind in ASKED_FOR


@dataclass(frozen=True, slots=True)
class ShownLetter:
    """short: as messengers have it."""

    letter: RenderedLetter
    short: str


@dataclass(frozen=True, slots=True)
class Samples:
    """The letters of a municipality by its rules, as on `day`. url: of the pages, without a slash
    at its end."""

    rules: MunicipalityRules
    links: LetterLinks = field(repr=False)
    day: date

    def all(self) -> list[Sample]:
        """In the order in which things happen; the municipality's own come last."""
        kinds = told_kinds(self.rules.notices, self.rules.letters)
        own = sorted(kinds.keys() - KINDS.keys())
        return [one for kind in (*KINDS, *own) for one in self._of_kind(kind, kinds[kind])]

    def find(self, kind: str, role: str) -> Sample:
        """Raises UnknownThing."""
        for one in self.all():
            if (one.kind, one.role) == (kind, role):
                return one
        raise UnknownThing("letter", f"{kind}.{role}")

    def show(self, sample: Sample, path: str, preface: str = "") -> ShownLetter:
        """As it would be sent today, led to `path` of ours. preface: a sentence above everything.
        Raises TextFault."""
        page = self.links.page(path)
        choices = self.links.page(CHOICES)
        leads = Leads(
            page,
            # Administrators sign in by password.
            hours=0 if sample.role == Recipient.ADMINISTRATOR else self.links.hours,
            stop=None if sample.is_forced else choices,
            choices=choices,
            page=page,
        )
        letter = render_letter(
            sample.told, self.rules.title, words=self.rules.letters, leads=leads, preface=preface
        )
        return ShownLetter(letter, short_text(letter.subject, self.rules.title, page))

    def _of_kind(self, kind: str, roles: frozenset[str]) -> Iterator[Sample]:
        own = next((one for one in self.rules.samples if one.kind == kind), None)
        rule = next((one for one in self.rules.notices if one.code == kind), None)
        for role in sorted(own.roles if own else roles, key=_ROLES.index):
            items = own.items if own else self._items(kind, role, rule)
            policy = self.rules.letter_policy
            yield Sample(
                kind,
                role,
                policy.starts(kind, role, is_urgent(kind, role, self.rules.notices)),
                policy.forces(kind, role),
                tuple(Told(kind, role, params) for params in items),
                own.when if own else "",
                kind not in KINDS,
            )

    def _items(
        self, kind: str, role: str, rule: NoticeRule | None
    ) -> tuple[Mapping[str, Any], ...]:
        if rule is not None:
            stretch = stretch_of(rule.every, self.day).name
            names = _NAMES.get(rule.subject, _SOME)
            return tuple({"name": name, "stretch": stretch} for name in names)
        if kind in ROUTES:
            return tuple(ROUTES[kind](self.day, role))
        if kind in KINDS:
            return tuple(alarm_items(kind, self.rules.code, self.day))
        return ()
