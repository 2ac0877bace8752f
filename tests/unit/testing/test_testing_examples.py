"""Every kind of subject can be written as an example, with every column of its sheet."""

from datetime import date
from typing import Any

import pytest

from connector.domain.because import SubjectKind
from connector.rulebook import RulesRefused, load_rules
from connector.testing.examples import Example, disagreement, read_examples
from tests.unit.rulebook.memory_folder import MUNICIPALITY, MemoryFolder

INDICATOR = """
  - code: test.{kind}
    title: Все
    subject: {kind}
    kind: count
    period: year
    population: {{everyone: true}}
    achieved: {{everyone: true}}
    basis: {{document: Положение, clause: "1"}}
"""
WORLD = """
world:
  quizzes: [{quiz: diagnostic, competencies: [A]}]
  programmes: [{course: course-a, title: Программа А, competencies: [A]}]
  schools:
    - {code: s1, name: Сельская школа, rural: true, head: 9}
    - {code: s2, low_results: true}
  associations: [{code: a1, level: school, school: s1, parent: a2}, {code: a2}]
  closed_days: [{from: 2026-03-23, until: 2026-03-31}]
"""
PERSON = """{number: 7, last_name: Иванова, first_name: Анна, middle_name: Ивановна,
      email: a@b.example, position: учитель, subjects: [физика, химия], associations: [a1],
      attestation_on: 2026-11-01, birth_date: 1990-05-01, teaching_since: 2012-09-01,
      changes: [{from: 2026-09-01, role: manager, school: s2, position: директор}],
      attempts: [{on: 2026-02-01, percent: {A: 40}}],
      completions: [{course: course-a, on: 2026-04-01}],
      activities: [{activity: X, on: 2026-04-02, state: 2}],
      evidence: [{kind: programme, target: "course:course-a", on: 2026-05-01, document: № 1}],
      assessments: [{criterion: "1", on: 2026-06-01, result: хорошо, recommendation: учиться}],
      support: [{form: клуб, from: 2026-01-01, until: 2026-03-01}],
      mentors: [{mentor: 3, from: 2026-01-01}],
      looks_after: [{number: 8}], methodists: [{}],
      routes: [{number: 5, starts_on: 2026-02-10, based_on: diagnostic, cancelled_on: 2026-12-01,
                cancel_reason: уволился, pauses: [{from: 2026-03-01, reason: отпуск}],
                steps: [{target: "course:course-a", due_on: 2026-06-01, required: false}]}]}"""
GIVEN = {
    "staff": f"person: {PERSON}",
    "team": "team: {school: s2, members: [{member_from: 2026-01-01}, {}]}",
    "school": f"""school: {{code: s2, name: Школа, kind: school, rural: true, biased_results: true,
      head: 7, mentoring_since: 2026-01-01, analyses: [{{made_on: 2026-06-01, about: итоги}}],
      snapshots: [2026-05-01], people: [{PERSON}, {{school: s2}}]}}""",
    "association": f"""association: {{level: school, school: s1, parent: a2, head: "2",
      roadmap: [{{title: Семинар, level: municipal, occurrence: 2026-Q1, due_on: 2026-03-31}}],
      work_plans: [{{academic_year: 2026/2027, published_on: 2026-09-01, link: "https://x"}}],
      meetings: [{{held_on: 2026-02-01, topic: Итоги, agenda: [analysis, planning]}}],
      analyses: [{{made_on: 2026-06-01}}], people: [{PERSON}, {{}}]}}""",
    "route": f"route: {{person: {PERSON}, number: 5}}",
    "completion": f"completion: {{person: {PERSON}, course: course-a, on: 2026-04-01}}",
    "roadmap_item": """roadmap_item: {scope: a1, number: 3, title: День методиста,
      level: municipal, term: ежеквартально, occurrence: 2026-Q2, due_on: 2026-06-30,
      responsible: 7, expected_result: протокол, started_on: 2026-05-01, done_on: 2026-06-01,
      proof: "https://x", owner: методкабинет, listed: true}""",
    "document": "document: {code: 4, title: Положение, present_since: 2026-01-01, listed: true}",
    "analysis": """analysis: {number: 2, scope: "school:s1", made_on: 2026-05-01, about: итоги,
      decisions: [{number: 9, scope: "school:s1", decided_on: 2026-05-20, due_on: 2026-06-01,
                   responsible: 7, done_on: 2026-06-01}]}""",
    "practice": """practice: {title: Практика, author: Иванова, school: s1,
      published_on: 2026-02-01, link: "https://x"}""",
    "contest": """contest: {title: Учитель года, level: regional, held_on: 2026-03-01,
      result: призёр, participant: {number: 7, school: s2}}""",
    "municipality": """municipality: {snapshots: [2026-06-01], analyses: [{made_on: 2026-06-10}],
      decisions: [{analysis: 1, scope: "school:s1", decided_on: 2026-06-20}]}""",
}


def read(kind: str, given: str) -> Example:
    example = f"""{WORLD}
examples:
  - name: Пример
    indicator: test.{kind}
    period: 2026
    {given}
    expected: {{in_population: true, achieved: true}}
"""
    folder: Any = MemoryFolder(
        {
            "municipality.yaml": MUNICIPALITY,
            "indicators.yaml": f"indicators: {INDICATOR.format(kind=kind)}",
            "examples.yaml": example,
        }
    )
    rules = load_rules("test", [folder])
    (found,) = read_examples(rules, folder)
    assert disagreement(rules, found) is None
    return found


def case_of(kind: str) -> Any:
    return read(kind, GIVEN[kind]).case


def test_every_kind_of_subject_can_be_written() -> None:
    assert set(GIVEN) == {str(kind) for kind in SubjectKind}


@pytest.mark.parametrize("kind", GIVEN)
def test_a_subject_of_each_kind_is_judged(kind: str) -> None:
    assert str(read(kind, GIVEN[kind]).case.kind) == kind


def test_a_person_has_all_that_a_register_says() -> None:
    dossier = case_of("staff").folded.dossier
    person = dossier.person
    assert (person.personnel_no, person.full_name) == ("7", "Иванова Анна Ивановна")
    assert person.attestation_on == date(2026, 11, 1)
    assert person.at(date(2026, 8, 31)).subjects == ("физика", "химия")
    later = person.at(date(2026, 9, 1))
    assert (later.role, later.school, later.subjects) == ("manager", "s2", ("физика", "химия"))
    assert [a.criterion for a in dossier.assessments] == ["1"]
    assert [h.target for h in dossier.handmade] == ["course:course-a"]
    assert [m.mentor for m in dossier.mentorships] == ["3"]
    assert len(dossier.evidence) == 3
    (route,) = dossier.routes
    assert (route.number, route.cancel_reason, len(route.pauses)) == ("5", "уволился", 1)


def test_places_know_their_people_and_records() -> None:
    school = case_of("school")
    assert [person.code for person in school.people] == ["7", "2"]
    assert [a.scope for a in school.analyses] == ["school:s2"]
    assert school.snapshots[0].schools == {"s2"}
    held = school.setting.organisation.school("s2", date(2026, 1, 1))
    assert (held.rural, held.low_results) == (True, False), "the example's school is the one known"
    association = case_of("association")
    assert association.meetings[0].agenda == ("analysis", "planning")
    # Whose associations are not given is a member of the one the example is about.
    assert association.people[1].folded.dossier.person.terms[0].associations == ("a1",)


def test_pieces_are_found_in_their_person() -> None:
    assert case_of("route").route.route.number == "5"
    assert case_of("completion").completion.programme.title == "Программа А"


def test_records_have_the_codes_that_their_sheets_give_them() -> None:
    assert case_of("roadmap_item").code == "a1|3|2026-Q2"
    assert case_of("roadmap_item").item.owner == "методкабинет"
    assert case_of("document").code == "4"
    assert [d.analysis for d in case_of("analysis").decisions] == ["2"]
    assert case_of("practice").slices(date(2026, 3, 1))[1].code == "s1"
    assert case_of("contest").slices(date(2026, 3, 1))[1].code == "s2"


def test_closed_days_are_no_working_days() -> None:
    calendar = case_of("staff").setting.calendar
    assert not calendar.is_working(date(2026, 3, 24))
    assert calendar.is_working(date(2026, 4, 1))


@pytest.mark.parametrize(
    ("kind", "given", "told"),
    [("route", "route: {person: {}, number: 2}", "маршрута с номером «2»"),
     ("completion", "completion: {person: {}, course: c}", "«c» не завершена"),
     ("staff", "person: {}\n    team: {}", "ожидался один субъект вида staff"),
     ("staff", "person: {attestation: 2026-01-01}", "attestation_on"),
     ("school", "school: {people: [{rol: teacher}]}", "examples.yaml:")],
)  # fmt: skip
def test_a_slip_is_told_with_its_line(kind: str, given: str, told: str) -> None:
    with pytest.raises(RulesRefused) as refused:
        read(kind, given)
    assert told in str(refused.value)
    assert "test/examples.yaml:" in str(refused.value)
