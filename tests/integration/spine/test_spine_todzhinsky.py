"""Real sheets of Тоджинский кожуун in real databases: figures worked out by hand from order 134.

What stands behind each number: plugins/todzhinsky/tests/test_todzhinsky_year.py.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from connector.domain.because import SliceKind
from connector.domain.periods import parse_period
from connector.models import Notice
from connector.services.figures.figures import Figure, FigureService, SubjectFigure
from connector.texts.because import because_text, sentences
from tests.integration.spine.native_stream import arrivals
from tests.integration.spine.spine_town import Spine
from tests.integration.spine.state_of import assert_proven
from tests.integration.spine.todzhinsky_town import (
    CATALOGUE,
    EVENTS,
    PEOPLE,
    PLACES,
    RECORDS,
    TODZHINSKY,
    completed,
    todzhinsky_spine,
)

FIGURES = {
    "staff_register": (5, 8),
    "training_by_diagnosis": (1, 3),
    "addressed_programmes": (1, 3),
    "heads": (1, 2),
    "roadmap_done": (6, 16),
    "documents": (4, 21),
    "practices": (2, 3),
    "contests": (2, 3),
    "rural_multisubject": (2, 3),
    "attestation": (3, 4),
}


@pytest.fixture
def town(database_url: str, tmp_path: Path) -> Iterator[Spine]:
    url = None if database_url.startswith("sqlite") else database_url
    with todzhinsky_spine(tmp_path / "town", url) as made:
        made.import_sheets(TODZHINSKY, {**PLACES, **PEOPLE, **CATALOGUE, **RECORDS})
        tell(made, EVENTS)
        yield made


def tell(town: Spine, events: list[dict[str, object]], first: int = 1) -> None:
    town.post(arrivals([{"id": f"e{n}", "seq": n, **one} for n, one in enumerate(events, first)]))
    town.drain()


def figures(
    town: Spine,
    period: str = "2026",
    as_of: date | None = None,
    by: SliceKind | None = None,
) -> dict[str, Figure]:
    c = town.container
    with c.db.reading() as session:
        service = FigureService(session, c.rulebook, town.clock.now(), c.settings)
        found = service.figures(TODZHINSKY, parse_period(period), as_of, by)
    return {figure.indicator.code.removeprefix("todzhinsky."): figure for figure in found}


def counts(found: dict[str, Figure]) -> dict[str, tuple[int, int]]:
    return {code: (figure.achieved, figure.population) for code, figure in found.items()}


def subjects(town: Spine, code: str, as_of: date | None = None) -> dict[str, SubjectFigure]:
    c = town.container
    with c.db.reading() as session:
        service = FigureService(session, c.rulebook, town.clock.now(), c.settings)
        found = service.subjects(TODZHINSKY, f"todzhinsky.{code}", parse_period("2026"), as_of)
    return {subject.code: subject for subject in found}


WHO = {
    "staff_register": {"T1", "T2", "T5", "T6", "T9"},
    "addressed_programmes": {"T1"},
    "heads": {"T5"},
    "documents": {"1.1", "2.1", "3.1", "6.1"},
    "practices": {"Уроки|T1", "Кружок|T3"},
    "rural_multisubject": {"T1", "T2"},
    "attestation": {"T1", "T4", "T5"},
}


def by_place(town: Spine, code: str, by: SliceKind) -> dict[str, tuple[int | None, int | None]]:
    return {s.code: (s.achieved, s.population) for s in figures(town, by=by)[code].slices}


def test_the_figures_are_those_worked_out_by_hand(town: Spine) -> None:
    assert counts(figures(town)) == FIGURES
    # A day that is not kept is counted anew.
    assert counts(figures(town, as_of=date(2026, 11, 22))) == FIGURES

    june = counts(figures(town, as_of=date(2026, 6, 30)))
    assert june["training_by_diagnosis"] == (1, 4)
    assert june["addressed_programmes"] == (2, 4)
    assert june["documents"] == (3, 21)
    assert june["practices"] == (1, 1)
    assert counts(figures(town, "2022"))["roadmap_done"] == (5, 11)
    assert counts(figures(town, "2022", date(2022, 4, 25)))["roadmap_done"] == (3, 3)

    assert by_place(town, "training_by_diagnosis", SliceKind.SCHOOL)["S1"] == (1, 3)
    contests = by_place(town, "contests", SliceKind.SCHOOL)
    assert (contests["K1"], contests["S2"]) == ((1, 1), (1, 2))
    rural = by_place(town, "rural_multisubject", SliceKind.ASSOCIATION)
    assert rural == {"A1": (2, 2), "A2": (0, 1)}
    assert_proven(town, [TODZHINSKY])


def test_every_figure_opens_to_who_counts_and_why(town: Spine) -> None:
    for code in FIGURES:
        found = subjects(town, code)
        assert found
        for subject in found.values():
            assert subject.because
            for because in subject.because:
                assert because.code in sentences()
                assert because_text(because) != because.code
        if code in WHO:
            assert {name for name, one in found.items() if one.achieved} == WHO[code]

    # A completion leads to the delivery that proves it.
    (counted,) = (s for s in subjects(town, "training_by_diagnosis").values() if s.achieved)
    assert counted.name == "ФамилияT1 Имя: Курс А, 10.04.2026"
    assert [ref.delivery is not None for ref in counted.evidence] == [True]
    assert "по дефициту: Алгебра" in because_text(counted.because[-1])


def test_a_completion_that_is_taken_back_counts_no_more(town: Spine) -> None:
    back = completed("T1", datetime(2026, 4, 10, 5, 0), "completion_retracted")
    told = {**back, "occurred_at": "2026-05-01T05:00:00Z"}
    tell(town, [told], 100)
    found = counts(figures(town))
    assert found["training_by_diagnosis"] == (0, 2)
    # The course is still a step of the ИОМ, which is under way again.
    assert found["addressed_programmes"] == (1, 3)
    assert_proven(town, [TODZHINSKY])


def test_what_a_new_sheet_says_counts_at_once(town: Spine) -> None:
    town.import_sheets(
        TODZHINSKY,
        {
            "documents": "code,present_since\n5.1,2026-11-01\n",
            "roadmap": "number,done_on\n1,2026-11-01\n",
            "schools": "code,head\nS2,T9\n",
            "assessments": "personnel_no,criterion,assessed_on\nT6,1,2026-11-01\n",
            "practices": "title,author,link\nМузей,T3,https://x.ru/p3\n",
        },
    )
    town.drain()
    found = counts(figures(town))
    assert found["documents"] == (5, 21)
    assert found["roadmap_done"] == (7, 16)
    # S2 is headed by T9 now, whom nobody assessed.
    assert found["heads"] == (1, 2)
    assert found["practices"] == (3, 3)
    assert {s for s, one in subjects(town, "heads").items() if one.in_population} == {"T5", "T9"}
    assert_proven(town, [TODZHINSKY])


def test_somebody_who_moves_takes_their_completions_along(town: Spine) -> None:
    lines = PEOPLE["staff"].splitlines()
    moved = [line.replace(",S1,", ",S2,") if line.startswith("T1,") else line for line in lines]
    town.import_sheets(TODZHINSKY, {"staff": "\n".join(moved) + "\n"})
    town.drain()
    training = by_place(town, "training_by_diagnosis", SliceKind.SCHOOL)
    assert (training["S1"], training["S2"]) == ((0, 2), (1, 1))
    assert_proven(town, [TODZHINSKY])


def reminders(town: Spine) -> set[tuple[str, str | None, str]]:
    with town.container.db.reading() as session:
        rows = session.scalars(select(Notice).where(Notice.kind == "methodical_day_due"))
        return {(row.key, row.recipient, row.state) for row in rows}


def test_the_specialist_is_reminded_of_the_day_before_the_quarter_ends(town: Spine) -> None:
    assert reminders(town) == set()
    town.clock.move_to(datetime(2026, 12, 22, 7, 0, tzinfo=UTC))
    town.drain()
    key = "methodical_day_due:2026-Q4:T9"
    assert reminders(town) == {(key, "T9", "waiting")}
    town.import_sheets(TODZHINSKY, {"roadmap": "number,occurrence,done_on\n8,2026-Q4,2026-12-20\n"})
    town.drain()
    assert reminders(town) == {(key, "T9", "withdrawn")}
    assert_proven(town, [TODZHINSKY])
