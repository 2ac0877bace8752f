"""Letters: one of many notices, the same words in text and HTML, nothing personal in a subject."""

import re
from datetime import date
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain.cases import StaffCase
from connector.domain.notices import owed_for
from connector.services.routes.proofs import document_words
from connector.texts.letters import TextFault, Told, render_letter
from tests.unit.domain.random_cases import LAST, staff_cases
from tests.unit.test_notices_owed import FULL

ROUTE = {"number": "7", "person": "Иванова Анна", "on": "2026-03-09", "steps": 2}
STALL = {
    "number": "7",
    "person": "Иванова Анна",
    "reason": "idle",
    "since": "2026-03-02",
    "first_day": "2026-03-30",
    "done": 1,
    "required": 3,
    "next_step": 2,
    "next_title": "Сильная",
    "next_due": "2026-04-10",
}
MEASURE = {
    "kind": "measure",
    "by": "Петрова Ольга",
    "on": "2026-04-01",
    "until": "2026-04-10",
    "to": None,
    "text": "Позвонила, договорились о замене",
}
TRIED = {
    **STALL,
    "waited": 8,
    "tried": [
        {**MEASURE, "kind": "acknowledged", "until": None, "text": None},
        {**MEASURE, "kind": "snoozed", "text": None},
        {**MEASURE, "kind": "handed_over", "until": None, "to": "Сидоров Пётр"},
        MEASURE,
    ],
}
OVER = {"ended_on": "2026-04-12", "completed": False, "step": 2, "step_title": "Курс", "left": 1}
WEEK = {
    "open": 3,
    "new": 1,
    "closed": 2,
    "unanswered": 1,
    "due": 1,
    "escalated": 1,
    "longest": 21,
    "oldest": [
        {
            "person": "Иванова Анна",
            "number": "7",
            "first_day": "2026-03-30",
            "waited": 21,
            "state": "measure",
            "until": "2026-05-10",
        }
    ],
}
FOUND = {
    "title": "Входная",
    "on": "2026-03-10",
    "competencies": ["Оценивание", "Цифровая среда"],
    "helps": [
        {"competency": "Оценивание", "programmes": ["Курс А", "Курс Б"]},
        {"competency": "Цифровая среда", "programmes": []},
    ],
}
NUMBERS = {"on": "2026-03-10", "association": "ГМО", "deficits": 2}
PLAN = {
    "indicator": "Доля педагогов",
    "period": "2026",
    "association": None,
    "population": 10,
    "achieved": 5,
    "share": 0.5,
    "plan": 0.6,
    "missing": 1,
    "on": "2026-03-10",
}
APPROVED = {
    "number": "1",
    "person": "Иванова Анна",
    "on": "2026-03-10",
    "starts_on": "2026-03-16",
    "steps": [
        {"title": "Курс А", "order": 1, "due": "2026-04-10", "required": True},
        {"title": None, "order": 2, "due": None, "required": False},
    ],
}
STEP = {"number": "1", "person": "Иванова Анна", "on": "2026-03-10", "order": 2, "title": None}
PROOF = {"person": "Иванова Анна", "document": None, "target": "1/2", "until": "2026-04-01"}
ASKED = {
    "number": "1",
    "person": "Иванова Анна",
    "on": "2026-03-10",
    "asked": "pause",
    "step": 0,
    "title": None,
    "first": "2026-03-16",
    "last": "2026-03-27",
    "granted": True,
    "why": "",
    "own": True,
}
PROLONGED = {**ASKED, "asked": "prolong", "step": 2, "title": "Курс А", "own": False}
REFUSED = {
    **ASKED,
    "asked": "not_relevant",
    "step": 2,
    "granted": False,
    "why": "Шаг нужен: тема новая",
}
REQUESTS = (ASKED, PROLONGED, REFUSED, {**ASKED, "asked": "drop"})
UNDECIDED = {"drafts": 12, "fresh": 3, "files": 2, "requests": 1, "on": "2026-03-10"}
DECISION = {
    "number": "5",
    "on": "2026-03-10",
    "due": "2026-03-27",
    "place": "Школа № 1",
    "analysis": "A1",
    "about": "Итоги года",
    "responsible": ["Иванова Анна"],
}
BARE = {"due": None, "place": None, "about": None, "responsible": []}
RECOMMENDED = {"on": "2026-03-10", "criterion": "Управление кадрами", "text": "Пройти курс"}
EVERY = [
    Told("deficits_found", "teacher", FOUND),
    Told("deficits_found", "mentor", {**FOUND, "person": "Иванова Анна"}),
    Told("deficits_found", "head", NUMBERS),
    *(Told("route_completed", role, ROUTE) for role in ("teacher", "mentor", "methodist")),
    *(Told("route_stalled", r, STALL) for r in ("methodist", "mentor", "head", "specialist")),
    *(Told("route_stalled", r, TRIED) for r in ("methodist", "mentor", "head", "specialist")),
    Told("stall_reminder", "methodist", TRIED),
    *(Told("stall_handed", r, {**TRIED, **MEASURE}) for r in ("methodist", "head", "specialist")),
    *(Told("stall_check", r, {**TRIED, **MEASURE}) for r in ("methodist", "mentor", "specialist")),
    Told("stall_over", "methodist", {**TRIED, **OVER}),
    *(Told("stalls_week", r, WEEK) for r in ("methodist", "head", "specialist")),
    *(Told(k, r, PLAN) for k in ("plan_met", "plan_lost") for r in ("methodist", "head")),
    *(Told("route_approved", role, APPROVED) for role in ("teacher", "mentor", "methodist")),
    *(Told("step_done", role, STEP) for role in ("teacher", "mentor", "methodist")),
    *(Told("proof_expiring", role, PROOF) for role in ("teacher", "methodist")),
    *(Told("request_made", "methodist", one) for one in REQUESTS),
    *(Told("request_waits", "methodist", one) for one in REQUESTS),
    *(
        Told("request_decided", role, one)
        for role in ("teacher", "mentor", "methodist", "specialist")
        for one in REQUESTS
    ),
    Told("decisions_waiting", "methodist", UNDECIDED),
    *(
        Told(kind, role, one)
        for kind in ("decision_addressed", "decision_overdue")
        for role in ("addressee", "methodist", "specialist")
        for one in (DECISION, {**DECISION, **BARE})
    ),
    Told("decision_due", "addressee", DECISION),
    Told("recommendation_addressed", "teacher", RECOMMENDED),
    Told("decisions_waiting", "methodist", {**UNDECIDED, "drafts": 0, "fresh": 0}),
]


class Words(HTMLParser):
    """The text of a page, without its head."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: set[str] = set()
        self.feed(page[page.index("<body") :])

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.words += data.split()


def rendered(*told: Told, url: str | None = None) -> tuple[str, str, str]:
    letter = render_letter(told, "Королёв", url)
    return letter.subject, letter.text, letter.html


@pytest.mark.parametrize("told", EVERY, ids=lambda told: f"{told.kind}-{told.role}")
def test_text_and_html_say_the_same(told: Told) -> None:
    _, text, html = rendered(told)
    # Text marks lists, headings and the footer with signs of its own.
    in_text = [word for word in text.split() if word not in ("-", "--") and set(word) != {"="}]
    assert in_text == Words(html).words


@pytest.mark.parametrize("told", EVERY, ids=lambda told: f"{told.kind}-{told.role}")
def test_no_words_or_lines_are_glued(told: Told) -> None:
    """A tag at the end of a template's line takes the line's end with it."""
    text = render_letter([told], "Королёв").text
    assert re.search(r"\d- |[а-яё]\d\d\.\d\d\.\d{4}|\S  +\S", text) is None, text


def test_the_pages_are_one_click_away() -> None:
    _, text, html = rendered(EVERY[0], url="https://example.org/?a=1&b=2")
    assert "Открыть в системе: https://example.org/?a=1&b=2\n" in text
    assert 'href="https://example.org/?a=1&amp;b=2"' in html
    assert "href" not in rendered(EVERY[0])[2]


@pytest.mark.parametrize("told", EVERY, ids=lambda told: f"{told.kind}-{told.role}")
def test_a_subject_tells_nothing_personal(told: Told) -> None:
    subject, text, _ = rendered(told)
    assert subject
    assert "\n" not in subject
    assert not any(secret in subject for secret in ("Иванова", "Входная", "Оценивание", "7"))
    assert text.startswith("Здравствуйте!")


def test_a_teacher_reads_what_helps() -> None:
    _, text, _ = rendered(Told("deficits_found", "teacher", FOUND))
    assert "- Оценивание. Поможет обучение: «Курс А», «Курс Б»\n" in text
    assert "- Цифровая среда. Что поможет, подскажет методист\n" in text
    assert "10.03.2026" in text
    assert "дефицит" not in text.lower()
    assert "ниже" not in text.lower()


def test_a_head_reads_numbers_only() -> None:
    _, text, _ = rendered(
        Told("deficits_found", "head", NUMBERS),
        Told("deficits_found", "head", {**NUMBERS, "deficits": 1}),
        Told("deficits_found", "head", {**NUMBERS, "association": "ШМО"}),
    )
    assert "- ГМО: диагностик с выявленными дефицитами — 2, компетенций в них — 3\n" in text
    assert "- ШМО: диагностик с выявленными дефицитами — 1, компетенций в них — 2\n" in text


def test_many_notices_make_one_letter_with_what_needs_somebody_first() -> None:
    completed, stalled = (
        Told("route_completed", "methodist", ROUTE),
        Told("route_stalled", "methodist", STALL),
    )
    subject, text, html = rendered(completed, stalled, stalled)
    assert subject == "Методическая служба: 3 сообщения"
    assert text.index("остановился") < text.index("Завершённые маршруты")
    assert (subject, text, html) == rendered(stalled, completed, stalled)


def test_one_stall_is_one_line_to_whoever_hears_it_twice() -> None:
    """A mentor who heads the association: the head's words say how long, and what was tried."""
    anna = {**TRIED, "of": "p1"}
    both = [Told("route_stalled", role, anna) for role in ("mentor", "head")]
    subject, text, html = rendered(*both)
    assert subject == "Маршрут в Вашем объединении стоит"
    assert text.count("Иванова Анна") == html.count("Иванова Анна") == 1
    assert "Позвонила, договорились о замене" in text
    assert "как наставник" in text, "it came in both capacities"
    assert (subject, text, html) == rendered(*reversed(both))
    # Another episode, another route and a namesake are stalls of their own.
    others = [{**anna, "first_day": "2026-05-04"}, {**anna, "number": "8"}, {**anna, "of": "p2"}]
    subject, text, _ = rendered(*both, *(Told("route_stalled", "mentor", one) for one in others))
    assert subject == "Методическая служба: 4 сообщения"
    assert text.count("Иванова Анна") == 4


@pytest.mark.parametrize(
    ("more", "less"),
    [
        (("stall_handed", "head"), ("route_stalled", "specialist")),
        (("route_stalled", "specialist"), ("route_stalled", "head")),
        (("route_stalled", "head"), ("stall_check", "mentor")),
        (("route_stalled", "methodist"), ("route_stalled", "mentor")),
    ],
)
def test_of_two_notices_of_a_stall_the_one_that_says_more_is_read(
    more: tuple[str, str], less: tuple[str, str]
) -> None:
    params = {**TRIED, **MEASURE, "of": "p1"}
    told = [Told(*less, params), Told(*more, params)]
    alone = Told(*more, params)
    assert rendered(*told)[0] == rendered(alone)[0]
    assert rendered(*told)[1].count("Иванова Анна") == rendered(alone)[1].count("Иванова Анна")


def test_a_letter_says_why_it_came() -> None:
    _, text, _ = rendered(*EVERY[2:4])
    assert "как руководитель методического объединения" in text
    assert "потому что оно о Вас" in text
    assert "как наставник" not in text


def test_a_plan_is_told_with_what_is_missing() -> None:
    _, text, _ = rendered(Told("plan_lost", "methodist", PLAN))
    assert "«Доля педагогов», 2026: 50,0 % (5 из 10) при плане 60,0 %, не хватает: 1" in text


hostile = st.text(
    st.sampled_from(list("<>&\"'{}%#-= \n\r\tаБ\u2028")) | st.characters(exclude_categories=["Cs"]),
    min_size=1,
    max_size=30,
).filter(str.strip)


@pytest.mark.parametrize(
    ("kind", "achieved", "said"),
    [("plan_met", 1, "2026: да"), ("plan_lost", 0, "2026: нет, а по плану — да")],
)
def test_what_is_done_or_not_is_no_percentage(kind: str, achieved: int, said: str) -> None:
    whole = {"population": 1, "achieved": achieved, "share": float(achieved), "plan": 1.0}
    asked = {**PLAN, **whole, "missing": 1 - achieved, "subject": "municipality"}
    _, text, html = rendered(Told(kind, "methodist", asked))
    assert f"«Доля педагогов», {said}\n" in text
    assert said in html
    # Of one school it is a share all the same, and so is what waits since before this was told.
    for one in ({**asked, "subject": "school"}, {k: v for k, v in asked.items() if k != "subject"}):
        assert f"({achieved} из 1)" in rendered(Told(kind, "methodist", one))[1]


@pytest.mark.parametrize("role", ["teacher", "methodist"])
def test_a_letter_about_a_document_names_its_last_day_once(role: str) -> None:
    document = document_words("Удостоверение.pdf", date.fromisoformat(PROOF["until"] or ""))
    for told in (document, "Удостоверение.pdf"):
        _, text, _ = rendered(Told("proof_expiring", role, {**PROOF, "document": told}))
        assert text.count("01.04.2026") == 1
        assert "действует" not in text
        assert "Удостоверение.pdf" in text


@given(hostile, hostile)
def test_no_name_changes_the_shape_of_a_letter(name: str, title: str) -> None:
    plain = rendered(Told("route_stalled", "methodist", STALL))
    odd = {**STALL, "person": name, "next_title": title}
    subject, text, html = rendered(Told("route_stalled", "methodist", odd))
    assert subject == plain[0]
    assert text.count("\n") == plain[1].count("\n")
    assert html.count("<") == plain[2].count("<")
    assert Words(html).tags == Words(plain[2]).tags


@given(staff_cases())
def test_whatever_is_owed_has_words(case: StaffCase) -> None:
    owed = owed_for(case, FULL, LAST)
    told = [Told(o.kind, str(o.role), o.params) for o in owed]
    if told:
        letter = render_letter(told, "Королёв")
        assert "None" not in letter.text


@pytest.mark.parametrize(
    "told",
    [Told("of_a_plugin", "teacher", {}), Told("route_completed", "teacher", {"number": "1"})],
)
def test_a_notice_without_words_is_a_fault(told: Told) -> None:
    with pytest.raises(TextFault):
        render_letter([told], "Королёв")
