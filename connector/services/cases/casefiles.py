"""Cases: what the judge is shown, loaded for many subjects at once."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from connector.domain.because import SubjectKind
from connector.domain.cases import Case, StaffCase
from connector.domain.dossier import Dossier, Setting
from connector.domain.evidence import Evidence
from connector.domain.folding import fold
from connector.domain.people import StaffMember
from connector.domain.records import HandmadeEvidence
from connector.models import Subject
from connector.services.cases.pieces import pieces_of
from connector.services.cases.place_files import PlaceFiles
from connector.services.folding.evidence import merged, registers_of
from connector.services.records import reading as records
from connector.services.records.files import RecordFiles
from connector.services.records.proof_dates import expiries, is_proof
from connector.services.routes.asking import requests_of
from connector.services.stalls.answers import answers_of


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
        handmade = self._dated(own.handmade)
        # Nobody else has anything that could be answered to.
        answers = answers_of(session, municipality, sorted(own.routes)) if own.routes else {}
        asked = requests_of(session, self._setting, sorted(own.routes)) if own.routes else {}
        cases: dict[str, StaffCase] = {}
        for number, person in people.items():
            dossier = Dossier(
                person=person,
                evidence=tuple(evidence.get(number, ())),
                handmade=tuple(handmade.get(number, ())),
                routes=tuple(own.routes.get(number, ())),
                supports=tuple(own.supports.get(number, ())),
                mentorships=tuple(own.mentorships.get(number, ())),
                assigned=tuple(assigned.get(number, ())),
                regional_methodists=_named_by(person, methodists),
                assessments=tuple(own.assessments.get(number, ())),
                stall_answers=tuple(answers.get(number, ())),
                requests=tuple(asked.get(number, ())),
            )
            cases[number] = StaffCase(fold(dossier, self._setting), self._setting)
        return cases

    def units(self, kind: SubjectKind, codes: Sequence[str]) -> Mapping[str, Case]:
        """Subjects by code; those that no record names are left out."""
        places = PlaceFiles(self._session, self._setting, self.staff)
        rows = RecordFiles(self._session, self._setting)
        match kind:
            case SubjectKind.STAFF:
                return self.staff(codes)
            case SubjectKind.SCHOOL:
                return places.schools(codes)
            case SubjectKind.TEAM:
                return places.teams(codes)
            case SubjectKind.ASSOCIATION:
                return places.associations(codes)
            case SubjectKind.MUNICIPALITY:
                return places.municipality(codes)
            case SubjectKind.ROUTE | SubjectKind.COMPLETION:
                return self._pieces(kind, codes)
            case SubjectKind.ROADMAP_ITEM:
                return rows.roadmap(codes)
            case SubjectKind.DOCUMENT:
                return rows.documents(codes)
            case SubjectKind.ANALYSIS:
                return rows.analyses(codes)
            case SubjectKind.PRACTICE:
                return rows.practices(codes)
            case SubjectKind.CONTEST:
                return rows.contests(codes)

    def _pieces(self, kind: SubjectKind, codes: Collection[str]) -> dict[str, Case]:
        """Also those whose route or completion is gone: they are judged to count no more."""
        owners = self._session.execute(
            select(Subject.owner, Subject.code).where(
                Subject.municipality == self._municipality,
                Subject.kind == str(kind),
                Subject.code.in_(codes),
            )
        )
        owned: dict[str, list[str]] = {}
        for owner, code in owners:
            owned.setdefault(owner or "", []).append(code)
        cases: dict[str, Case] = {}
        for number, case in self.staff(sorted(owned)).items():
            found = pieces_of(case, kind, owned[number])
            cases |= {code: found[code] for code in owned[number]}
        return cases

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

    def _dated(
        self, handmade: Mapping[str, Sequence[HandmadeEvidence]]
    ) -> Mapping[str, Sequence[HandmadeEvidence]]:
        """With the last days of the documents behind it; nothing is asked where there are none."""
        ids = [one.id for found in handmade.values() for one in found if is_proof(one.id)]
        if not ids:
            return handmade
        until = expiries(self._session, self._municipality, ids)
        return {
            number: [replace(one, valid_until=until.get(one.id)) for one in found]
            for number, found in handmade.items()
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


def _ever_had_status(person: StaffMember) -> bool:
    return any(term.regional_methodist_since is not None for term in person.terms)


def _named_by(
    person: StaffMember, methodists: Mapping[str, StaffMember]
) -> tuple[StaffMember, ...]:
    named = {term.regional_methodist for term in person.terms if term.regional_methodist}
    return tuple(methodists[number] for number in sorted(named & methodists.keys()))
