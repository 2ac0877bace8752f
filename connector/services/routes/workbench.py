"""The drafts that wait for a methodist, each with what it is about and what stands in its way."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from connector.domain.deficits import DeficitState
from connector.domain.dossier import Setting
from connector.domain.folding import fold
from connector.domain.people import StaffMember
from connector.domain.progress import RouteProgress
from connector.domain.proposals import Proposal
from connector.domain.proposing import propose
from connector.domain.staff_cases import StaffCase
from connector.models import Draft
from connector.models.among import among
from connector.services.cases.casefiles import CaseFiles
from connector.services.routes.contents import Code, Contents, contents_of
from connector.services.routes.desk import obstacle
from connector.services.routes.queue import drafted

CHUNK = 300


class Origin(StrEnum):
    """`proposed`, as it was; `edited` since; `entered` by a workbook or a person."""

    PROPOSED = "proposed"
    EDITED = "edited"
    ENTERED = "entered"


@dataclass(frozen=True, slots=True)
class DraftLine:
    """deficits: open competencies, the deepest first. hours: of its programmes, None where none
    tells. news: a newer result was found after the draft was edited."""

    person: StaffMember
    school: str | None
    progress: RouteProgress
    contents: Contents
    deficits: tuple[str, ...]
    hours: int | None
    origin: Origin
    obstacle: str | None
    note: str | None = None
    news: bool = False

    @property
    def code(self) -> Code:
        return self.contents.code

    @property
    def picked(self) -> str:
        """As a checkbox names it: a code has no `|` in it."""
        return "|".join((*self.code, self.contents.version))


@dataclass(frozen=True, slots=True)
class Workbench:
    """Reads only, of one municipality."""

    session: Session = field(repr=False)
    setting: Setting
    day: date

    def lines(
        self, only: Code | None = None, of: Collection[str] | None = None
    ) -> Sequence[DraftLine]:
        """Drafts in order of names; only: the one, if it is a draft. of: these people's alone."""
        wanted = [only[0]] if only else drafted(self.session, self.setting.municipality)
        people = sorted({person for person in wanted if of is None or person in of})
        found: list[DraftLine] = []
        for start in range(0, len(people), CHUNK):
            found += self._lines(people[start : start + CHUNK])
        if only is not None:
            found = [line for line in found if line.code == only]
        return sorted(found, key=lambda one: (one.person.full_name, one.code))

    def _lines(self, people: Sequence[str]) -> list[DraftLine]:
        municipality = self.setting.municipality
        held = contents_of(self.session, municipality, people)
        drafts = self._drafts(people)
        found: list[DraftLine] = []
        for case in CaseFiles(self.session, self.setting).staff(people).values():
            for progress in case.folded.routes:
                code = (case.code, progress.route.number)
                if code in held and held[code].is_draft:
                    found.append(self._line(case, progress, held[code], drafts.get(code, ())))
        return found

    def _drafts(self, people: Sequence[str]) -> Mapping[Code, Sequence[Draft]]:
        rows = self.session.scalars(
            select(Draft).where(
                Draft.municipality == self.setting.municipality,
                among(self.session, Draft.person, people),
            )
        )
        found: dict[Code, list[Draft]] = {}
        for row in rows:
            if row.number is not None:
                found.setdefault((row.person, row.number), []).append(row)
        return found

    def _line(
        self,
        case: StaffCase,
        progress: RouteProgress,
        held: Contents,
        drafts: Sequence[Draft],
    ) -> DraftLine:
        person = case.folded.dossier.person
        school = self.setting.organisation.school(person.at(self.day).school, self.day)
        row = next((one for one in drafts if one.state == "proposed"), None)
        origin = Origin.ENTERED
        if row is not None:
            origin = Origin.PROPOSED if row.version == held.version else Origin.EDITED
        return DraftLine(
            person,
            school.name if school else None,
            progress,
            held,
            _open(case, self.day),
            _hours(progress, self.setting),
            origin,
            obstacle(held, person, self.day),
            row.note if row is not None and origin is Origin.PROPOSED else None,
            any(one.state == "held" for one in drafts),
        )

    def proposal(self, code: Code) -> Proposal | None:
        """What the core would propose in the draft's place, with every alternative and why."""
        case = CaseFiles(self.session, self.setting).staff([code[0]]).get(code[0])
        if case is None:
            return None
        dossier = case.folded.dossier
        routes = tuple(one for one in dossier.routes if one.number != code[1])
        without = fold(replace(dossier, routes=routes), self.setting)
        return propose(StaffCase(without, self.setting), self.day)

    def uncovered(self) -> Sequence[tuple[str, int]]:
        """Competencies that no programme covers, with in how many people they are open."""
        rows = self.session.scalars(
            select(Draft).where(
                Draft.municipality == self.setting.municipality,
                Draft.state.in_(("uncovered", "proposed")),
            )
        )
        people: dict[str, set[str]] = {}
        for row in rows:
            for code in row.uncovered:
                people.setdefault(code, set()).add(row.person)
        counted = Counter({code: len(found) for code, found in people.items()})
        return sorted(counted.items(), key=lambda one: (-one[1], one[0]))


def _open(case: StaffCase, day: date) -> tuple[str, ...]:
    deficits = case.folded.deficits(day)
    found = [code for code, one in deficits.items() if one.state is DeficitState.OPEN]
    return tuple(sorted(found, key=lambda code: (deficits[code].latest.percents[code], code)))


def _hours(progress: RouteProgress, setting: Setting) -> int | None:
    known = (setting.catalogue.programme_called(s.step.target.ref) for s in progress.steps)
    hours = [programme.hours for programme in known if programme and programme.hours]
    return sum(hours) if hours else None
