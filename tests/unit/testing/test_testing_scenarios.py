"""Scenarios: people and events in; shares, memberships and notices out, without a database."""

from types import SimpleNamespace
from typing import Any

import pytest

from connector.domain.because import SubjectKind
from connector.domain.owed import Owed, Recipient
from connector.rulebook import MunicipalityRules, RulesRefused, load_rules
from connector.testing.scenarios import Scenario, ask_also, disagreements, read_scenarios
from tests.unit.rulebook.memory_folder import INDICATORS, MUNICIPALITY, MemoryFolder

MORE = """
  - code: test.teams
    title: Доля команд
    subject: team
    kind: share
    period: year
    population: {team_has_employed_member: true}
    achieved: {team_completed_programme: {members: 2, audience: teams}}
    basis: {clause: "2"}
  - code: test.plans
    title: Планы работы
    subject: association
    kind: presence
    period: academic_year
    population: {association_level: municipal}
    achieved: {work_plan_published: true}
    basis: {clause: "3"}
"""
# By hand: 1 and 3 reach the base level by 30.06, 2 does not, 4 is gone by then: 2 of 3; in s1 1 of
# 2. The deficits of 1 and 2 are told to them, and those of 2 to 1 as well, the head. Of the team of
# s1 both completed the programme for teams. a1 has published its plan, a2 has not.
SCENARIOS = """
world:
  quizzes: [{quiz: diagnostic, competencies: [A, B]}]
  programmes: [{course: teams, competencies: [M], audience: teams}]
  associations: [{code: a1, head: 1}, {code: a2}]
scenarios:
  - name: Год
    people:
      - {number: 1, associations: [a1]}
      - {number: 2, associations: [a1, a2]}
      - {number: 3, school: s2}
      - {number: 4, employed_until: 2026-05-31}
    teams: [{person: 1, from: 2026-01-01}, {person: 2}]
    work_plans: [{association: a1, academic_year: 2026/2027, published_on: 2026-09-10, link: "x"}]
    events:
      - {on: 2026-03-12, person: 1, attempt: {percent: {A: 70, B: 30}}}
      - {on: 2026-03-12, person: 2, attempt: {percent: {A: 40, B: 40}}}
      - {on: 2026-03-12, person: 3, attempt: {percent: {A: 90, B: 90}}}
      - {on: 2026-03-12, person: 4, attempt: {percent: {A: 90, B: 90}}}
      - {on: 2026-04-01, person: 1, completed: teams}
      - {on: 2026-04-02, person: 2, completed: teams}
    expected:
      - period: 2026
        as_of: 2026-06-30
        shares:
          - {indicator: test.diagnosed, population: 3, achieved: 2}
          - {indicator: test.diagnosed, school: s1, population: 2, achieved: 1}
          - {indicator: test.diagnosed, association: a2, population: 1, achieved: 0}
          - {indicator: test.teams, population: 1, achieved: 1}
        memberships:
          - {indicator: test.diagnosed, subject: 1, achieved: true, because: diagnosed}
          - {indicator: test.diagnosed, subject: 4, in_population: false, achieved: false,
             because: not_employed}
      - period: 2026
        as_of: 2026-03-20
        shares: [{indicator: test.diagnosed, population: 4, achieved: 3}]
        notices: {deficits_found: [1, 1, 2], route_stalled: []}
      - period: 2026/2027
        as_of: 2026-10-01
        shares: [{indicator: test.plans, population: 2, achieved: 1}]
"""


def read(text: str = SCENARIOS) -> tuple[MunicipalityRules, tuple[Scenario, ...]]:
    folder: Any = MemoryFolder(
        {
            "municipality.yaml": MUNICIPALITY,
            "indicators.yaml": INDICATORS + MORE,
            "scenarios.yaml": text,
        }
    )
    rules = load_rules("test", [folder])
    return rules, read_scenarios(rules, folder)


def told(old: str, new: str) -> list[str]:
    assert old in SCENARIOS
    rules, (scenario,) = read(SCENARIOS.replace(old, new, 1))
    return disagreements(rules, scenario)


def test_a_year_worked_out_by_hand_comes_out() -> None:
    rules, (scenario,) = read()
    assert disagreements(rules, scenario) == []


def test_a_share_that_differs_is_told_with_line_and_people() -> None:
    (message,) = told("population: 3, achieved: 2", "population: 3, achieved: 3")
    assert message.startswith("test/scenarios.yaml:26: Год: test.diagnosed: ожидалось 3 из 3")
    assert "получено 2 из 3 (засчитаны: 1, 3; в охвате: 1, 2, 3)" in message


def test_a_slice_is_counted_by_itself() -> None:
    (message,) = told("school: s1, population: 2", "school: s1, population: 3")
    assert "test.diagnosed, s1: ожидалось 1 из 3, получено 1 из 2" in message


def test_a_membership_that_differs_is_told_with_its_reasons() -> None:
    (message,) = told("subject: 1, achieved: true", "subject: 1, achieved: false")
    assert "test.diagnosed, 1: ожидалось учитывается, не засчитано (diagnosed)" in message
    assert "получено учитывается, засчитано (diagnosed)" in message


def test_a_subject_that_is_not_there_is_told() -> None:
    (message,) = told("subject: 1, achieved: true", "subject: 99, achieved: true")
    assert "нет субъекта «99»; есть: 1, 2, 3, 4" in message


@pytest.mark.parametrize("wanted", ["[1, 2]", "[]", "[1, 1, 2, 3]"])
def test_notices_of_a_kind_are_these_and_no_others(wanted: str) -> None:
    (message,) = told("deficits_found: [1, 1, 2]", f"deficits_found: {wanted}")
    assert "deficits_found: ожидалось" in message
    assert "получено 1, 1, 2" in message


def test_a_plugins_notices_are_among_them() -> None:
    def owed(case: Any, circle: Any, day: Any) -> list[Owed]:
        (head,) = [*circle.heads.values()] or [None]
        number = head.personnel_no if head else None
        return [Owed(f"x:{case.code}", "plan_missing", Recipient.HEAD, number, {}, day)]

    def kinds() -> set[SubjectKind]:
        return {SubjectKind.ASSOCIATION}

    plugin = SimpleNamespace(connector_notices=owed, connector_subjects=kinds)
    rules, (scenario,) = read(
        SCENARIOS.replace("route_stalled: []", "plan_missing: [1, никто], route_stalled: []")
    )
    assert disagreements(rules, scenario, ask_also(plugin)) == []
    (message,) = disagreements(rules, scenario)
    assert "plan_missing: ожидалось 1, никто, получено никого" in message


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [("indicator: test.teams", "indicator: test.tems", "возможно, имелось в виду «test.teams»"),
     ("person: 3, attempt", "person: 33, attempt", "нет работника «33»"),
     ("- {number: 3,", "- {number: 2,", "«2» повторён"),
     ("completed: teams}", "completed: teams, activity: x}", "одно из attempt, completed"),
     ("period: 2026/2027", "period: 2026/2028", "period:"),
     ("as_of: 2026-10-01", "as_of: 2026-08-01", "period:"),
     ("teams: [{person: 1,", "teams: [{person: 77,", "teams: нет работника «77»"),
     ("deficits_found: [1, 1, 2]", "deficits_found: 2", "ожидались табельные номера")],
)  # fmt: skip
def test_a_slip_is_told_with_its_line(old: str, new: str, wanted: str) -> None:
    with pytest.raises(RulesRefused) as refused:
        told(old, new)
    assert wanted in str(refused.value)
    assert "test/scenarios.yaml:" in str(refused.value)
