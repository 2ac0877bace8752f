"""Strategies: random schools and associations with their people, whose dates crowd
round the end of 2026 as in random_cases."""

from hypothesis import strategies as st

from connector.domain.cases import AssociationCase, Case, SchoolCase, StaffCase
from connector.domain.dossier import Setting
from connector.domain.people import (
    Association,
    AssociationLevel,
    Dated,
    Organisation,
    School,
    SchoolKind,
)
from connector.domain.records import Analysis, Meeting, Snapshot
from tests.unit.domain.builders import setting
from tests.unit.domain.random_cases import PROGRAMMES, days, some, staff_cases
from tests.unit.domain.random_pieces import analysis_cases

flags = st.booleans()
some_school = st.builds(
    School,
    st.just("s1"),
    st.just("Школа"),
    st.sampled_from(SchoolKind),
    rural=flags,
    low_results=flags,
    biased_results=flags,
)
one_association = st.builds(
    Association,
    st.just("a1"),
    st.just("ШМО"),
    st.sampled_from(AssociationLevel),
    parent=st.sampled_from([None, "a2", "a3"]),
)
above = st.builds(Association, st.just("a2"), st.just("ГМО"), st.sampled_from(AssociationLevel))
agendas = some(st.sampled_from(["analysis", "coordination", "planning", "other"]), 2)
meetings = st.builds(Meeting, st.sampled_from(["a1", "a2", "a3"]), days, st.just("Тема"), agendas)


def analyses(scope: str) -> st.SearchStrategy[Analysis]:
    return st.builds(Analysis, st.sampled_from(["1", "2"]), st.just(scope), days)


@st.composite
def grounds(draw: st.DrawFn) -> Setting:
    """With a school and an association above that become others one day."""
    return setting(
        PROGRAMMES,
        organisation=Organisation(
            {"s1": Dated(((None, draw(some_school)), (draw(days), draw(some_school))))},
            {"a2": Dated(((None, draw(above)), (draw(days), draw(above))))},
        ),
    )


@st.composite
def several_people(draw: st.DrawFn, within: Setting) -> tuple[StaffCase, ...]:
    count = draw(st.integers(0, 3))
    return tuple(draw(staff_cases(f"p{n}", within)) for n in range(count))


@st.composite
def peopled_schools(draw: st.DrawFn) -> SchoolCase:
    within = draw(grounds())
    snapshots = st.builds(Snapshot, st.just("2026"), days, days, st.just(frozenset({"s1"})))
    return SchoolCase(
        within.organisation.schools["s1"],
        within,
        draw(some(analyses("school:s1"), 2)),
        draw(some(snapshots, 2)),
        draw(several_people(within)),
    )


@st.composite
def peopled_associations(draw: st.DrawFn) -> AssociationCase:
    within = draw(grounds())
    return AssociationCase(
        Dated(((None, draw(one_association)), (draw(days), draw(one_association)))),
        (),
        (),
        within,
        draw(some(meetings, 4)),
        draw(some(analyses("association:a1"), 2)),
        draw(several_people(within)),
    )


places: st.SearchStrategy[Case] = st.one_of(
    peopled_schools(), peopled_associations(), analysis_cases()
)
