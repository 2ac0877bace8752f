"""notices.yaml: if, unless, then; once a stretch, and every fault at its line."""

from dataclasses import replace
from datetime import date

import pytest

from connector.domain.dates import Span
from connector.domain.dossier import Dossier
from connector.domain.owed import Circle, Owed
from connector.domain.records import Support
from connector.domain.rule_notices import owed_by
from connector.rulebook.answers import Answer
from connector.rulebook.file_notices import with_files
from connector.testing import builders
from connector.texts.letters import Told, render_letter
from tests.unit.rulebook.test_rulebook_loader import load, refusals

NOTICES = """
notices:
  - code: young_without_support
    subject: staff
    once_a: quarter
    if:
      all:
        - role: teacher
        - younger_than: 35
    unless: {in_form_of_support: true}
    then:
      tell: [methodist, head]
      title: Молодые педагоги без поддержки
      text: "{{ name }}: нет наставника ({{stretch}})"
"""
METHODIST = builders.staff("m", role="manager")
AROUND = Circle(methodists=(METHODIST,))
BORN = date(1999, 5, 20)


def case(*supports: Span, birth_date: date | None = BORN, employed: Span | None = None):  # type: ignore[no-untyped-def]
    person = builders.staff("1", birth_date=birth_date, employed=employed, last_name="Ли")
    told = tuple(Support("1", "клуб", span) for span in supports)
    return builders.staff_case(Dossier(person, supports=told), builders.setting())


def owed(day: date, *supports: Span, **person: object) -> tuple[tuple[Owed, ...], date | None]:
    (rule,) = load(notices=NOTICES).notices
    return owed_by(rule, case(*supports, **person), AROUND, day)  # type: ignore[arg-type]


def test_whoever_the_rule_names_is_told_and_a_lack_is_visible() -> None:
    told, _ = owed(date(2026, 5, 4))
    assert [(one.kind, str(one.role), one.recipient) for one in told] == [
        ("young_without_support", "methodist", "m"),
        ("young_without_support", "head", None),
    ]
    assert told[0].params == {"name": "Ли Имя", "stretch": "2026-Q2"}
    assert told[0].happened_on == date(2026, 4, 1)


def test_the_same_is_owed_once_a_quarter() -> None:
    keys = {one.key for day in (4, 5, 30) for one in owed(date(2026, 5, day))[0]}
    assert len(keys) == 2
    assert keys.isdisjoint(one.key for one in owed(date(2026, 7, 1))[0])


def test_unless_spares_whom_it_holds_of() -> None:
    assert owed(date(2026, 5, 4), Span(date(2026, 2, 1), date(2026, 2, 2)))[0] == ()
    # Last year's club is not this year's support.
    assert owed(date(2026, 5, 4), Span(date(2025, 2, 1), date(2025, 2, 2)))[0] != ()


def test_neither_the_old_nor_the_gone_are_told_of() -> None:
    assert owed(date(2026, 5, 4), birth_date=date(1980, 1, 1))[0] == ()
    assert owed(date(2026, 5, 4), employed=Span(None, date(2026, 5, 3)))[0] == ()


def test_time_alone_brings_it_up_again() -> None:
    assert owed(date(2026, 5, 4))[1] == date(2026, 7, 1)
    # The thirty-fifth birthday comes before the next quarter.
    assert owed(date(2034, 5, 4))[1] == date(2034, 5, 20)
    # A year that begins forgets last year's support.
    assert owed(date(2026, 12, 1), Span(date(2026, 2, 1), None))[1] == date(2027, 1, 1)


def test_its_words_become_a_letter() -> None:
    rules = load(notices=NOTICES)
    one, _ = owed(date(2026, 5, 20))[0]
    told = [Told(one.kind, str(one.role), one.params)]
    letter = render_letter(told, "Город", words=rules.letters)
    assert letter.subject == "Молодые педагоги без поддержки"
    assert "- Ли Имя: нет наставника (II квартал 2026)" in letter.text


def test_a_notice_is_part_of_what_judging_depends_on_its_words_are_not() -> None:
    plain = load(notices=NOTICES).digest
    assert load().digest != plain
    assert load(notices=NOTICES.replace("quarter", "year")).digest != plain
    assert load(notices=NOTICES.replace("нет наставника", "без наставника")).digest == plain


def test_a_rule_that_fails_is_told_and_the_others_go_on() -> None:
    rules = load(notices=NOTICES)
    (sound,) = rules.notices

    def broken(case: object, moment: object) -> None:
        raise KeyError("x")

    failing = replace(sound, code="broken_one", condition=broken)
    both = replace(rules, notices=(failing, sound))
    day = date(2026, 5, 4)
    answer = with_files(Answer(), both, case(), AROUND, day)
    assert {one.kind for one in answer.owed} == {"young_without_support"}
    assert [fault.rule for fault in answer.faults] == ["test: broken_one"]
    assert (answer.is_whole, answer.turn) == (False, date(2026, 5, 5))


@pytest.mark.parametrize(
    ("wrong", "right", "line", "word"),
    [
        ("younger_than: 35", "younger_then: 35", 9, "younger_than"),
        ("code: young_without_support", "code: route_stalled", 3, "занят"),
        ("code: young_without_support", "code: address_stopped", 3, "занят"),
        ("code: young_without_support", "code: sign_in_link", 3, "занят"),
        ("code: young_without_support", "code: alarm_moodle_down", 3, "занят"),
        ("code: young_without_support", "code: Young", 3, "латинские"),
        ("tell: [methodist, head]", "tell: [boss]", 12, "methodist"),
        ("tell: [methodist, head]", "tell: []", 12, "хотя бы одну"),
        ("title: Молодые педагоги без поддержки", 'title: "О {{ name }}"', 13, "без подстановок"),
        ("{{ name }}:", "{{ email }}:", 14, "email"),
        ("{{ name }}:", "{% for x in y %}:", 14, "фигурные скобки"),
        ("{{ name }}:", "{{ name.__class__ }}:", 14, "фигурные скобки"),
        ("once_a: quarter", "once_a: week", 5, "quarter"),
        ("unless: {in_form_of_support: true}", "unles: {everyone: true}", 10, "unless"),
        ("subject: staff", "subject: school", 8, "role"),
    ],
)
def test_every_fault_is_told_with_its_line(wrong: str, right: str, line: int, word: str) -> None:
    told = refusals(notices=NOTICES.replace(wrong, right))
    assert any(f"notices.yaml:{line}" in one and word in one for one in told), told


def test_a_code_stands_once() -> None:
    twice = NOTICES + NOTICES.split("notices:\n")[1]
    assert any("уже есть" in one for one in refusals(notices=twice))
