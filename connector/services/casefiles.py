"""Cases: what the judge is shown, loaded for many subjects at once."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from connector.domain.because import SubjectKind
from connector.domain.cases import (
    AssociationCase,
    Case,
    MunicipalityCase,
    SchoolCase,
    StaffCase,
    TeamCase,
)
from connector.domain.dossier import Dossier, Setting
from connector.domain.evidence import Evidence
from connector.domain.folding import fold
from connector.domain.people import StaffMember
from connector.domain.records import Snapshot
from connector.models import Snapshot as StoredSnapshot
from connector.models import Subject
from connector.services import records
from connector.services.evidence import merged, registers_of


class CaseFiles:
    """Loads cases of one municipality. Reads only."""

    def __init__(self, session: Session, setting: Setting) -> None:
        self._session = session
        self._setting = setting
        self._municipality = setting.municipality

    def staff(
        self, numbers: Sequence[str], evidence: Mapping[str, Sequence[Evidence]] | None = None
    ) -> dict[str, StaffCase]:
        """Folded people by personnel number; `evidence` where it is not the stored one."""
        session, municipality = self._session, self._municipality
        own = records.personal(session, municipality, numbers)
        people = own.staff
        if evidence is None:
            evidence = self._stored_evidence(list(people))
        # Nobody is asked about those whom somebody without the status was assigned.
        assigned = self._assigned_to([n for n, p in people.items() if _ever_had_status(p)])
        named = {
            term.regional_methodist
            for person in people.values()
            for term in person.terms
            if term.regional_methodist
        }
        methodists = records.staff(session, municipality, sorted(named)) if named else {}
        cases: dict[str, StaffCase] = {}
        for number, person in people.items():
            dossier = Dossier(
                person=person,
                evidence=tuple(evidence.get(number, ())),
                handmade=tuple(own.handmade.get(number, ())),
                routes=tuple(own.routes.get(number, ())),
                supports=tuple(own.supports.get(number, ())),
                mentorships=tuple(own.mentorships.get(number, ())),
                assigned=tuple(assigned.get(number, ())),
                regional_methodists=_named_by(person, methodists),
            )
            cases[number] = StaffCase(fold(dossier, self._setting), self._setting)
        return cases

    def units(self, kind: SubjectKind, codes: Sequence[str]) -> dict[str, Case]:
        """Subjects that are no persons, by code; those that no record names are left out."""
        match kind:
            case SubjectKind.SCHOOL:
                schools = self._setting.organisation.schools
                return {c: SchoolCase(schools[c], self._setting) for c in codes if c in schools}
            case SubjectKind.TEAM:
                return dict(self._teams(codes))
            case SubjectKind.ASSOCIATION:
                return dict(self._associations(codes))
            case SubjectKind.MUNICIPALITY:
                return {code: self._whole() for code in codes}
            case SubjectKind.STAFF:
                return dict(self.staff(codes))

    def _stored_evidence(self, numbers: Sequence[str]) -> dict[str, Sequence[Evidence]]:
        rows = self._session.execute(
            select(Subject.id, Subject.code).where(
                Subject.municipality == self._municipality,
                Subject.kind == "staff",
                Subject.code.in_(numbers),
            )
        )
        codes = dict(rows.all())
        registers = registers_of(self._session, list(codes))
        return {
            codes[subject]: merged(stored, (), self._setting.zone).evidence
            for subject, stored in registers.items()
        }

    def _assigned_to(self, numbers: Sequence[str]) -> dict[str, list[StaffMember]]:
        """Colleagues by the regional methodist they were ever assigned to."""
        if not numbers:
            return {}
        pairs = records.staff_by_regional_methodist(self._session, self._municipality, numbers)
        wanted = sorted({colleague for found in pairs.values() for colleague in found})
        people = records.staff(self._session, self._municipality, wanted) if wanted else {}
        return {
            methodist: [people[number] for number in sorted(found)]
            for methodist, found in pairs.items()
        }

    def _teams(self, codes: Sequence[str]) -> Iterable[tuple[str, TeamCase]]:
        teams = records.teams(self._session, self._municipality, codes)
        numbers = sorted({m.personnel_no for members in teams.values() for m in members})
        people = self.staff(numbers)
        for code, members in teams.items():
            present = [(m, people[m.personnel_no]) for m in members if m.personnel_no in people]
            yield code, TeamCase(code, tuple(present), self._setting)

    def _associations(self, codes: Sequence[str]) -> Iterable[tuple[str, AssociationCase]]:
        items = records.roadmap(self._session, self._municipality, codes)
        plans = records.work_plans(self._session, self._municipality, codes)
        known = self._setting.organisation.associations
        for code in codes:
            if code in known:
                yield (
                    code,
                    AssociationCase(
                        known[code],
                        tuple(item for item in items if item.scope == code),
                        tuple(plan for plan in plans if plan.association == code),
                        self._setting,
                    ),
                )

    def _whole(self) -> MunicipalityCase:
        taken = self._session.execute(
            select(StoredSnapshot.period, StoredSnapshot.as_of, StoredSnapshot.taken_on)
            .where(StoredSnapshot.municipality == self._municipality)
            .order_by(StoredSnapshot.taken_on, StoredSnapshot.id)
        )
        return MunicipalityCase(
            tuple(Snapshot(period, as_of, on) for period, as_of, on in taken),
            tuple(records.analyses(self._session, self._municipality)),
            tuple(records.decisions(self._session, self._municipality)),
            self._setting,
        )


def _ever_had_status(person: StaffMember) -> bool:
    return any(term.regional_methodist_since is not None for term in person.terms)


def _named_by(
    person: StaffMember, methodists: Mapping[str, StaffMember]
) -> tuple[StaffMember, ...]:
    named = {term.regional_methodist for term in person.terms if term.regional_methodist}
    return tuple(methodists[number] for number in sorted(named & methodists.keys()))
