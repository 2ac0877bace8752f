"""`stalls` of municipality.yaml: terms for all routes and for kinds of them."""

import pytest

from connector.domain.stall_policy import RouteKind, Rung, StepsOf
from connector.rulebook import RulesRefused, load_rules
from connector.rulebook.municipality_rules import MunicipalityRules
from tests.unit.rulebook.memory_folder import MUNICIPALITY, folder


def load(stalls: str) -> MunicipalityRules:
    return load_rules("test", [folder(municipality=f"{MUNICIPALITY}stalls:\n{stalls}")])


def refusals(stalls: str) -> list[str]:
    with pytest.raises(RulesRefused) as refused:
        load(stalls)
    return [str(fault) for fault in refused.value.faults]


def test_a_kind_of_route_inherits_what_it_does_not_name() -> None:
    rules = load(
        """
  idle_days: 15
  remind_after: 0
  ladder: [methodist, specialist]
  weekly_digest: false
  routes:
    - {steps: manual, idle_days: 40}
    - {based_on: [A, B], number: М-, grace_days: 1, ladder: [methodist, head]}
"""
    )
    assert rules.weekly_stalls is False
    (manual, patient), (named, strict) = rules.stalls.kinds
    assert manual == RouteKind(steps=StepsOf.MANUAL)
    assert (patient.idle_days, patient.remind_after, patient.ladder) == (
        40,
        0,
        (Rung.METHODIST, Rung.SPECIALIST),
    )
    assert named == RouteKind(based_on=("A", "B"), number="М-")
    assert (strict.idle_days, strict.grace_days, strict.ladder) == (
        15,
        1,
        (Rung.METHODIST, Rung.HEAD),
    )


def test_without_a_word_the_methodist_is_reminded_and_the_week_summed_up() -> None:
    rules = load("  idle_days: 20\n")
    assert (rules.stalls.remind_after, rules.stalls.kinds, rules.weekly_stalls) == (3, (), True)
    assert load_rules("test", [folder()]).weekly_stalls is True


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        ("{idle_days: 40}", "не сказано, какие это маршруты: steps, based_on, number"),
        ("{steps: manual}", "для этих маршрутов ничего не изменено"),
        ("{steps: by_hand, idle_days: 4}", "ожидалось одно из: manual, moodle"),
        ("{based_on: 7, idle_days: 4}", "ожидался список"),
        ("{steps: manual, idle_day: 4}", "неизвестный ключ"),
        ("{number: М, idle_days: 0}", "ожидалось число от 1 до 250"),
        ("{number: М, remind_after: три}", "ожидалось целое число"),
    ],
)
def test_a_faulty_entry_is_told_with_its_line(entry: str, fault: str) -> None:
    (told,) = refusals(f"  routes:\n    - {{steps: moodle, idle_days: 9}}\n    - {entry}\n")
    assert told.startswith("test/municipality.yaml:8:")
    assert fault in told


def test_an_entry_that_a_wider_one_leaves_nothing_is_a_fault() -> None:
    first = "{number: М, idle_days: 9}"
    narrow = "{number: М, steps: manual, idle_days: 5}"
    (told,) = refusals(f"  routes: [{first}, {narrow}]\n")
    assert "до этого не дойдёт" in told
    assert len(load(f"  routes: [{narrow}, {first}]\n").stalls.kinds) == 2


def test_another_policy_for_a_kind_is_another_digest() -> None:
    plain, kinds, other = (
        load(f"  routes: [{entry}]\n").digest
        for entry in ("", "{number: М, idle_days: 9}", "{number: М, idle_days: 8}")
    )
    assert len({plain, kinds, other}) == 3


def test_the_weekly_digest_changes_nothing_that_is_judged() -> None:
    assert load("  weekly_digest: false\n").digest == load("  weekly_digest: true\n").digest
