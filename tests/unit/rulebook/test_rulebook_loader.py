"""Rule files become domain values, or every fault of them is told with its line."""

from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from connector.domain.because import SubjectKind
from connector.domain.levels import Level
from connector.domain.periods import PeriodKind
from connector.domain.stall_policy import Rung
from connector.rulebook import MunicipalityRules, RulesRefused, UnknownIndicator, load_rules
from connector.testing.builders import five_day_calendar
from tests.unit.rulebook.memory_folder import INDICATORS, MUNICIPALITY, MemoryFolder, folder


def load(**files: Any) -> MunicipalityRules:
    return load_rules("test", [folder(**files)])


def refusals(**files: Any) -> list[str]:
    with pytest.raises(RulesRefused) as refused:
        load(**files)
    return [str(fault) for fault in refused.value.faults]


def indicator(**keys: str) -> str:
    """One indicator file; a key given as text replaces or adds its line."""
    lines = {
        "title": "Доля",
        "subject": "staff",
        "kind": "share",
        "period": "year",
        "population": "{everyone: true}",
        "achieved": "{diagnosed: any}",
        "basis": '{document: Д, clause: "1"}',
        **keys,
    }
    body = "".join(f"    {key}: {value}\n" for key, value in lines.items() if value)
    return f"indicators:\n  - code: test.one\n{body}"


def test_a_small_municipality_is_read_whole() -> None:
    rules = load()
    assert (rules.code, rules.title, str(rules.zone)) == (
        "test",
        "Город Пробный",
        "Asia/Vladivostok",
    )
    assert rules.auto_match_email is False
    (one,) = rules.indicators
    assert one.basis.document == "Положение о пробах"
    assert one.plans[0].at_least == Fraction(60, 100)
    assert one.plans[0].source == "Приказ № 1"
    assert rules.about(SubjectKind.STAFF) == (one,)
    assert rules.about(SubjectKind.SCHOOL) == ()


def test_an_indicator_is_found_by_its_code() -> None:
    assert load().indicator("test.diagnosed").period is PeriodKind.YEAR
    with pytest.raises(UnknownIndicator):
        load().indicator("test.other")


def test_settings_of_a_municipality_are_read() -> None:
    rules = load(
        municipality=MUNICIPALITY
        + """
auto_match_email: true
closing_hour: 19
digest_hour: 7
quiet: {from: 22, until: 6}
stalls: {idle_days: 10, grace_days: 0}
scales:
  - {high_percent: 90, elevated_percent: 80, base_percent: 60.5, source: Приказ № 1}
  - {from: 2027-01-01, high_percent: 85, elevated_percent: 70, base_percent: 50, source: № 2}
"""
    )
    assert (rules.auto_match_email, rules.closing_hour) == (True, 19)
    hours = rules.post_hours(five_day_calendar())
    assert (hours.quiet_from, hours.quiet_until, hours.digest) == (22, 6, 7)
    assert (rules.stalls.idle_days, rules.stalls.grace_days, rules.stalls.head_after) == (10, 0, 5)
    old, new = date(2026, 12, 31), date(2027, 1, 1)
    assert rules.scales.on(old).level(Fraction(60)) is Level.BELOW_BASE
    assert rules.scales.on(old).level(Fraction(121, 2)) is Level.BASE
    assert rules.scales.on(new).level(Fraction(60)) is Level.BASE


def test_a_ladder_is_read_in_its_order() -> None:
    rules = load(municipality=MUNICIPALITY + "\nstalls: {ladder: [methodist, specialist]}\n")
    assert rules.stalls.ladder == (Rung.METHODIST, Rung.SPECIALIST)
    assert load().stalls.ladder == tuple(Rung)


@pytest.mark.parametrize(
    "ladder",
    ["[]", "[specialist]", "[methodist, specialist, head]", "[methodist, methodist]",
     "[methodist, boss]", "methodist", "[[methodist]]"],
)  # fmt: skip
def test_a_ladder_that_is_none_is_refused(ladder: str) -> None:
    (fault,) = refusals(municipality=MUNICIPALITY + f"\nstalls: {{ladder: {ladder}}}\n")
    assert "ladder" in fault


def test_indicators_may_lie_in_a_folder_of_their_own() -> None:
    files = {
        "municipality.yaml": MUNICIPALITY,
        "indicators/b.yaml": indicator().replace("test.one", "test.b"),
        "indicators/a.yaml": indicator().replace("test.one", "test.a"),
    }
    rules = load_rules("test", [MemoryFolder(files)])  # type: ignore[list-item]
    assert [i.code for i in rules.indicators] == ["test.a", "test.b"]


def test_folders_of_one_municipality_are_read_as_one() -> None:
    more = MemoryFolder({"indicators.yaml": indicator()})
    rules = load_rules("test", [folder(), more])  # type: ignore[list-item]
    assert [i.code for i in rules.indicators] == ["test.diagnosed", "test.one"]


@pytest.mark.parametrize(
    ("keys", "fault"),
    [
        (
            {"plan": "[{at_least_percent: 60%, source: С}]"},
            "plan.1.at_least_percent: «60%» — это текст; "
            "проценты пишут числом без знака: at_least_percent: 60",
        ),
        ({"plan": '[{at_least_percent: "60", source: С}]'}, "ожидалось число процентов"),
        ({"plan": "[{at_least_percent: 101, source: С}]"}, "от 0 до 100"),
        ({"plan": "[{at_least_percent: 60}]"}, "plan.1.source: не указано, а должно быть"),
        (
            {"plan": "[{at_least_percent: 6, source: С}, {at_least_percent: 7, source: С}]"},
            "from: каждое следующее значение действует с более поздней даты",
        ),
        ({"tittle": "Доля"}, "tittle: неизвестный ключ; возможно, имелось в виду «title»"),
        ({"subject": "stuff"}, "subject: ожидалось одно из: staff, school"),
        ({"title": ""}, "title: не указано, а должно быть"),
        ({"achieved": "{diagnozed: any}"}, "возможно, имелось в виду «diagnosed»"),
        ({"achieved": "{alll: []}"}, "возможно, имелось в виду «all»"),
        ({"achieved": "{diagnosed: bas}"}, "возможно, имелось в виду «base»"),
        ({"achieved": "{diagnosed: {lewel: base}}"}, "неизвестный параметр «lewel»"),
        ({"achieved": "diagnosed"}, "условие пишут с двоеточием: «diagnosed: true»"),
        ({"achieved": "{role: teacher, diagnosed: any}"}, "объединяют под all: или any:"),
        ({"achieved": "{all: {role: teacher}}"}, "all: ожидался список условий"),
        ({"achieved": "{all: []}"}, "all: ожидался список условий"),
        ({"achieved": "{younger_than: 35.5}"}, "years: ожидалось целое число"),
        ({"achieved": "{younger_than: true}"}, "не указан параметр years"),
        ({"achieved": "{has_route: {based_on_diagnosis: yes}}"}, "ожидалось true или false"),
        ({"achieved": "{school_since: mentoring}"}, "не применимо к staff, только к: school"),
        ({"achieved": "{everyone: false}"}, "пишут «everyone: true»"),
        ({"achieved": "{achieved_in: test.two}"}, "нет показателя «test.two»"),
        ({"achieved": "{achieved_in: test.one}"}, "по кругу: test.one → test.one"),
        ({"extends": "rutes"}, "нет паспорта «rutes»; возможно, имелось в виду «routes»"),
        ({"code": "Один"}, "ключ «code» повторён"),
    ],
)
def test_a_slip_is_told_with_what_was_meant(keys: dict[str, str], fault: str) -> None:
    found = refusals(indicators=indicator(**keys))
    assert any(fault in one for one in found), found
    assert all(one.startswith("test/indicators.yaml:") for one in found)


def test_a_fault_names_the_line_of_its_key() -> None:
    text = indicator(achieved="\n      all:\n        - role: teacher\n        - rolle: manager")
    (fault,) = refusals(indicators=text)
    line = text.splitlines().index("        - rolle: manager") + 1
    assert fault.startswith(f"test/indicators.yaml:{line}: неизвестное условие «rolle»")


def test_faults_of_all_files_come_at_once() -> None:
    faults = refusals(
        municipality="code: other\ntitle: Город\ntimezone: Mars/Olympus\n",
        indicators=indicator(kind="chare", achieved="{diagnozed: any}"),
        pasports="passports: {}",
    )
    assert [fault.split(":")[0] for fault in faults] == [
        "test/indicators.yaml",
        "test/indicators.yaml",
        "test/municipality.yaml",
        "test/pasports.yaml",
    ]


@pytest.mark.parametrize(
    ("files", "fault"),
    [
        ({"municipality": None}, "test/municipality.yaml: файла нет, а он обязателен"),
        ({"indicators": None}, "test: в правилах нет ни одного показателя"),
        ({"indicators": "indicators: []"}, "test: в правилах нет ни одного показателя"),
        ({"indicators": "- a\n"}, "test/indicators.yaml:1: ожидались ключи со значениями"),
        ({"indicators": "indicators: a\n"}, "test/indicators.yaml:1: indicators: ожидался список"),
        ({"indicators": "indicators: [a]\n"}, "code: не указано, а должно быть"),
        (
            {"municipality": MUNICIPALITY.replace("code: test", "code: tset")},
            "code: «tset», а правила лежат под «test»",
        ),
        ({"municipality": MUNICIPALITY + "closing_hour: 24\n"}, "от 0 до 23"),
        (
            {
                "municipality": MUNICIPALITY
                + "scales: [{high_percent: 5, elevated_percent: 7, base_percent: 1, source: С}]"
            },
            "high_percent > elevated_percent",
        ),
        (
            {"indicators": INDICATORS + INDICATORS.partition("indicators:\n")[2]},
            "показатель «test.diagnosed» уже описан: test/indicators.yaml:4",
        ),
    ],
)
def test_a_folder_that_is_not_whole_is_refused(files: dict[str, str | None], fault: str) -> None:
    found = refusals(**files)
    assert any(fault in one for one in found), found


def test_a_plugin_without_a_folder_is_told_so() -> None:
    with pytest.raises(RulesRefused, match="ни одной папки"):
        load_rules("test", [])


def test_two_indicators_that_need_each_other_are_refused() -> None:
    two = indicator(achieved="{achieved_in: test.two}") + indicator(
        achieved="{achieved_in: test.one}"
    ).partition("indicators:\n")[2].replace("test.one\n", "test.two\n", 1)
    found = refusals(indicators=two)
    assert any("по кругу: test.one → test.two → test.one" in fault for fault in found)


def test_an_indicator_of_another_period_cannot_be_referred_to() -> None:
    other = indicator(period="academic_year").partition("indicators:\n")[2]
    two = indicator(achieved="{achieved_in: test.two}") + other.replace("test.one", "test.two")
    assert any("другой period: academic_year" in fault for fault in refusals(indicators=two))
