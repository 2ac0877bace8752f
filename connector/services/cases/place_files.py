"""Cases of schools, teams, associations and the municipality."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from connector.domain.because import SubjectKind
from connector.domain.cases import (
    AssociationCase,
    MunicipalityCase,
    SchoolCase,
    StaffCase,
    TeamCase,
)
from connector.domain.dossier import Setting
from connector.domain.people import Association, Dated
from connector.domain.records import Snapshot
from connector.models import Snapshot as StoredSnapshot
from connector.services.records import reading as records

LoadStaff = Callable[[Sequence[str]], Mapping[str, StaffCase]]


class PlaceFiles:
    """Of one municipality. Reads only. load_staff: folds the people that places are judged by."""

    def __init__(self, session: Session, setting: Setting, load_staff: LoadStaff) -> None:
        self._session = session
        self._setting = setting
        self._municipality = setting.municipality
        self._load_staff = load_staff

    def schools(self, codes: Iterable[str]) -> dict[str, SchoolCase]:
        known = self._setting.organisation.schools
        found = [code for code in codes if code in known]
        analyses = records.analyses_of(
            self._session, self._municipality, [f"school:{code}" for code in found]
        )
        snapshots = self._snapshots()
        people = self._people(SubjectKind.SCHOOL, found)
        return {
            code: SchoolCase(
                known[code],
                self._setting,
                tuple(analyses.get(f"school:{code}", ())),
                tuple(snapshot for snapshot in snapshots if code in snapshot.schools),
                people.get(code, ()),
            )
            for code in found
        }

    def teams(self, codes: Sequence[str]) -> dict[str, TeamCase]:
        teams = records.teams(self._session, self._municipality, codes)
        people = self._load_staff(sorted({m.personnel_no for t in teams.values() for m in t}))
        return {
            code: TeamCase(
                code,
                tuple((m, people[m.personnel_no]) for m in members if m.personnel_no in people),
                self._setting,
            )
            for code, members in teams.items()
        }

    def associations(self, codes: Iterable[str]) -> dict[str, AssociationCase]:
        known = self._setting.organisation.associations
        found = [code for code in codes if code in known]
        session, municipality = self._session, self._municipality
        items = records.roadmap(session, municipality, found)
        plans = records.work_plans(session, municipality, found)
        above = {code: _ever_above(known[code]) for code in found}
        meetings = records.meetings(session, municipality, {*found, *_all(above.values())})
        scopes = [f"association:{code}" for code in found]
        analyses = records.analyses_of(session, municipality, scopes)
        people = self._people(SubjectKind.ASSOCIATION, found)
        return {
            code: AssociationCase(
                known[code],
                tuple(item for item in items if item.scope == code),
                tuple(plan for plan in plans if plan.association == code),
                self._setting,
                tuple(m for one in (code, *above[code]) for m in meetings.get(one, ())),
                tuple(analyses.get(f"association:{code}", ())),
                people.get(code, ()),
            )
            for code in found
        }

    def municipality(self, codes: Iterable[str]) -> dict[str, MunicipalityCase]:
        whole = MunicipalityCase(
            self._snapshots(),
            tuple(records.analyses(self._session, self._municipality)),
            tuple(records.decisions(self._session, self._municipality)),
            self._setting,
        )
        return dict.fromkeys(codes, whole)

    def _people(
        self, kind: SubjectKind, codes: Sequence[str]
    ) -> Mapping[str, tuple[StaffCase, ...]]:
        """By place, in order of number; of nobody where no rule looks at them."""
        if kind not in self._setting.peopled or not codes:
            return {}
        is_school = kind is SubjectKind.SCHOOL
        by_school, by_association = records.people_of_places(
            self._session,
            self._municipality,
            codes if is_school else (),
            () if is_school else codes,
        )
        by_place = by_school if is_school else by_association
        cases = self._load_staff(sorted(_all(by_place.values())))
        return {
            place: tuple(cases[number] for number in sorted(numbers) if number in cases)
            for place, numbers in by_place.items()
        }

    def _snapshots(self) -> tuple[Snapshot, ...]:
        taken = self._session.execute(
            select(
                StoredSnapshot.period,
                StoredSnapshot.as_of,
                StoredSnapshot.taken_on,
                StoredSnapshot.schools,
            )
            .where(StoredSnapshot.municipality == self._municipality)
            .order_by(StoredSnapshot.taken_on, StoredSnapshot.id)
        )
        return tuple(
            Snapshot(period, as_of, on, frozenset(schools or ()))
            for period, as_of, on, schools in taken
        )


def _ever_above(association: Dated[Association]) -> tuple[str, ...]:
    """Codes of the associations it ever belonged to."""
    return tuple(sorted({a.parent for _, a in association.versions if a.parent}))


def _all(groups: Iterable[Iterable[str]]) -> set[str]:
    return {one for group in groups for one in group}
