"""Numbers and codes as people read them."""

from datetime import date
from fractions import Fraction

import pytest

from connector.domain.catalogue import Catalogue, Diagnostic, parse_target
from connector.domain.periods import NotAPeriod, Period, PeriodKind
from connector.models.delivery import STATES
from connector.models.notice import NOTICE_STATES
from connector.texts.words import occurrence
from connector.web import events, reasons, words
from connector.web.moments import NotADay, asked, offered
from connector.web.numbers import number_of
from connector.web.pretty import pretty
from connector.web.targets import target_words


def test_why_a_letter_waits_or_failed_is_said_in_words_with_the_code_of_the_server() -> None:
    assert reasons.why_held("no_address") == "у адресата нет почты"
    assert reasons.why_held("smtp_451") == "сервер просит подождать (smtp_451)"
    assert reasons.why_held("gave_up:unreachable") == (
        "все попытки не удались: сервер не отвечает (unreachable)"
    )
    assert reasons.why_held("odd_one") == "odd_one"
    assert reasons.why_held(None) == ""


def test_a_share_has_one_decimal_and_a_hard_space() -> None:
    assert words.share(0.615) == "61,5\u00a0%"
    assert words.share(None) == "—"


def test_a_planned_share_has_no_useless_zero() -> None:
    assert words.plan(0.6) == "60\u00a0%"
    assert words.plan(0.625) == "62,5\u00a0%"


def test_exact_percents_are_rounded_to_one_decimal() -> None:
    assert words.points(Fraction(200, 3)) == "66,7\u00a0%"
    assert words.points(None) == "—"


@pytest.mark.parametrize(
    ("now", "before", "said"),
    [
        (0.5, 0.466, "+3,4\u00a0п.\u00a0п."),
        (0.4, 0.5, "−10,0\u00a0п.\u00a0п."),
        (0.5, 0.5, "без изменений"),
        (0.5, None, None),
        (None, 0.5, None),
    ],
)
def test_a_trend_is_told_in_percentage_points(
    now: float | None, before: float | None, said: str | None
) -> None:
    assert words.change(now, before) == said


def test_a_code_without_a_word_is_shown_as_it_is() -> None:
    assert words.word("open", "deficit") == "дефицит"
    assert words.word("something_of_a_plugin", "notice") == "something_of_a_plugin"


def test_every_state_has_a_word_and_an_advice() -> None:
    assert set(events.STATES) == set(STATES)
    assert set(words.NOTICE_STATES) == set(NOTICE_STATES)
    for state in STATES:
        assert reasons.what_to_do(state, None).what


def test_an_unknown_reason_is_shown_with_what_to_do() -> None:
    advice = reasons.what_to_do("set_aside", "brand_new")
    assert "brand_new" in advice.what
    assert advice.do


def test_the_address_says_which_moment() -> None:
    assert asked({}).parameters() == {}
    chosen = asked({"period": "2025/2026", "as_of": "2026-06-30"})
    assert chosen.parameters() == {"period": "2025/2026", "as_of": "2026-06-30"}
    with pytest.raises(NotAPeriod):
        asked({"period": "2026/2028"})
    with pytest.raises(NotADay):
        asked({"as_of": "30.06.2026"})


def test_the_chosen_period_is_always_offered() -> None:
    chosen = Period(PeriodKind.YEAR, 2019)
    found = offered(date(2026, 6, 15), chosen)
    assert [str(one) for one in found] == [
        "2026", "2025", "2024", "2019", "2025/2026", "2024/2025", "2023/2024",
    ]  # fmt: skip


@pytest.mark.parametrize("text", [None, "", "-1", "0", "1e3", "٣", "9" * 30, str(2**63)])
def test_what_is_no_row_number_is_nothing(text: str | None) -> None:
    assert number_of(text) is None


def test_whatever_arrived_can_be_shown() -> None:
    assert pretty(b'{"a": "\xd1\x91"}') == '{\n  "a": "ё"\n}'
    assert pretty(b"\xff\xfe{") == "\ufffd\ufffd{"
    assert pretty('"\\ud800"').encode("utf-8")
    assert pretty("[" * 100_000).startswith("[[[")
    assert len(pretty("x" * 1_000_000)) < 300_000


def test_a_step_is_told_by_its_title() -> None:
    catalogue = Catalogue(diagnostics=(Diagnostic("m", "Q", "Входная"),))
    assert target_words(parse_target("quiz:Q>=62,5"), catalogue) == (
        "Тест «Входная», не ниже 62,5\u00a0%"
    )
    assert target_words(parse_target("quiz:Z>=60"), catalogue) == "Тест Z, не ниже 60\u00a0%"
    assert target_words(parse_target("course:C1"), catalogue) == "Курс C1"
    assert target_words(parse_target("manual"), catalogue) == "Отметка методиста"


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("2026-Q2", "II квартал 2026"),
        ("2026-04", "апрель 2026"),
        ("2026", "2026"),
        ("2026/2027", "2026/2027"),
        ("2 квартал", "2 квартал"),
        ("2026-Q5", "2026-Q5"),
        ("2026-13", "2026-13"),
    ],
)
def test_which_time_of_a_recurring_item_is_told_in_words(code: str, told: str) -> None:
    assert occurrence(code) == told
