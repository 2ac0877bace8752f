"""An indicator's page: who counts and why, who is nearest, filters, the file, the passport."""

from dataclasses import replace
from datetime import date
from io import BytesIO

import pytest
from openpyxl import load_workbook

from connector.cli.figures import nearest_of
from connector.domain.because import SubjectKind
from connector.domain.periods import parse_period
from connector.services.figures.figures import FigureService, SubjectFigure
from connector.services.figures.subject_lists import Asking
from connector.web.listing import Sheet
from connector.web.subject_books import book
from tests.integration.web_town import M, WebTown

DIAGNOSED = f"/m/{M}/indicators/korolev.diagnosed"


def test_the_nearest_are_named_with_what_they_have(town: WebTown) -> None:
    text = town.client("methodist").get(DIAGNOSED).text
    near = text[text.index("До плана не хватает 2; ближе всего") :]
    near = near[: near.index("</section>")]
    # T-5 has 47 percent, T-6 36, T-7 6: by overall percent, not by name.
    assert near.index("Ёлкина") < near.index("Дроздов") < near.index("Жукова")
    assert "ниже базового → не засчитано" in near
    # Who took no test at all is near nothing.
    assert "Лебедев" not in near


def test_the_command_names_the_same_nearest(town: WebTown) -> None:
    made = town.container
    with made.db.reading() as session:
        service = FigureService(session, made.rulebook, made.clock.now(), made.settings)
        figure = service.figure(M, "korolev.diagnosed", parse_period("2026"))
        near = nearest_of(figure, service.subjects(M, "korolev.diagnosed"))
    assert [subject.code for subject, _ in near] == ["T-5", "T-6", "T-7"]
    assert nearest_of(replace(figure, plan=None), ()) == []


def test_nobody_is_nearest_where_the_plan_is_met_or_there_is_none(town: WebTown) -> None:
    text = town.client("methodist").get(f"/m/{M}/indicators/korolev.teams").text
    assert "ближе" not in text
    assert "ближе" not in town.client("viewer").get(DIAGNOSED).text


@pytest.mark.parametrize("as_of", ["", "&as_of=2026-06-01"])
def test_the_list_is_filtered_alike_today_and_on_a_past_day(town: WebTown, as_of: str) -> None:
    client = town.client("methodist")

    def names(query: str) -> int:
        text = client.get(f"{DIAGNOSED}?{query}{as_of}").text
        return text.count('<th scope="row"><a href="/m/korolev/staff/')

    whole = client.get(f"{DIAGNOSED}?{as_of}").text
    assert "всех (14)" in whole
    assert "не засчитаны (7)" in whole
    assert names("") == 14
    assert names("standing=yes") == names("standing=no") == 7
    assert names("standing=out") == 0
    assert names("school=S2") == 4
    assert names("school=Гимназия") == 10
    assert names("school=nothing") == 0
    assert names("association=RUS") == 5
    assert names("association=RUS&standing=yes") == 1
    assert names("q=ЁЛКИНА") == 1
    assert names("q=t-1") == 6
    assert names("q=%25") == 0


def test_a_head_sees_no_more_than_the_own_people(town: WebTown) -> None:
    text = town.client("head").get(DIAGNOSED).text
    assert "Показаны только те, кого вам можно видеть" in text
    assert "Абрамова" in text
    assert "Назарова" not in text
    assert "всех (11)" in text
    near = text[text.index("ближе всего") :]
    assert "Назарова" not in near


def test_the_whole_list_is_a_workbook(town: WebTown) -> None:
    answer = town.client("methodist").get(f"{DIAGNOSED}/subjects.xlsx?standing=no")
    assert answer.status_code == 200
    assert "korolev.diagnosed" in answer.headers["Content-Disposition"]
    rows = list(load_workbook(BytesIO(answer.data)).active.values)
    assert rows[3] == ("Кто", "Код или номер", "Итог", "Почему", "События Moodle")
    assert len(rows) == 4 + 7
    found = {row[1]: row for row in rows[4:]}
    assert found["T-6"][2] == "не засчитан"
    assert "ниже базового" in found["T-6"][3]
    assert found["T-6"][4].startswith("№ ")
    past = town.client("methodist").get(f"{DIAGNOSED}/subjects.xlsx?as_of=2026-01-15")
    assert len(list(load_workbook(BytesIO(past.data)).active.values)) == 4 + 14


def test_a_name_that_looks_like_a_formula_stays_a_name(town: WebTown) -> None:
    indicator = town.container.rulebook.rules(M).indicator("korolev.diagnosed")
    odd = SubjectFigure(SubjectKind.STAFF, "T-0", "=1+1", True, False, (), ())
    made = book(Asking(M, indicator, parse_period("2026"), date(2026, 6, 1)), [odd])
    cell = load_workbook(BytesIO(made)).active["A5"]
    assert (cell.value, cell.data_type) == ("=1+1", "s")


def test_figures_only_gives_no_list_of_people(town: WebTown) -> None:
    assert town.client("viewer").get(f"{DIAGNOSED}/subjects.xlsx").status_code == 403
    rows = town.client("teacher").get(f"{DIAGNOSED}/subjects.xlsx").data
    assert len(list(load_workbook(BytesIO(rows)).active.values)) == 4 + 1


def test_a_school_tells_from_which_row_it_is_known(town: WebTown) -> None:
    text = town.client("methodist").get(f"/m/{M}/indicators/korolev.mentoring").text
    assert "Целевая модель наставничества с 01.09.2025" in text
    assert "школы (tests)" in text
    young = town.client("methodist").get(f"/m/{M}/indicators/korolev.young?q=зайцев").text
    assert f"/m/{M}/records/mentorships/row?key=T-3%7CT-8%7C2025-09-01" in young
    assert "наставничество (tests)" in young


def test_a_past_day_moves_to_the_period_it_lies_in(town: WebTown) -> None:
    client = town.client("methodist")
    text = client.get(f"{DIAGNOSED}?period=2026&as_of=2025-03-01").text
    assert "2025, на 01.03.2025" in text
    assert client.get(f"/m/{M}/?as_of=2024-03-01").text.count("год 2024, на 01.03.2024") == 1


def test_a_passport_says_the_conditions_in_words(town: WebTown) -> None:
    client = town.client("methodist")
    text = client.get(f"/m/{M}/indicators/korolev.young/passport").text
    for part in ("роль — педагогический работник", "моложе 35 лет", "не менее 70\u00a0%",
                 "в первые 3 года работы", "VI, показатель 5", "Данные официальной статистики",
                 "МБУ ДПО «УМОЦ»", "календарный год"):  # fmt: skip
        assert part in text, part
    every = client.get(f"/m/{M}/passports").text
    assert every.count('class="card passport"') == 9
    assert "засчитывается по показателю «Доля педагогических работников и управленческих" in every
    assert client.get(f"/m/{M}/indicators/nothing/passport").status_code == 404


def test_the_index_of_records_names_the_indicators_they_serve(town: WebTown) -> None:
    text = town.client("methodist").get(f"/m/{M}/records/").text
    shelf = text[text.index("Решения и рекомендации") :]
    assert "Учитывает 1 показатель" in shelf[: shelf.index("Оценка руководителей")]
    assert f"/m/{M}/indicators/korolev.monitoring" in shelf


def test_schools_under_the_overview_are_searched(town: WebTown) -> None:
    client = town.client("methodist")
    text = client.get(f"/m/{M}/?by=school&q=гимназия").text
    assert "Гимназия № 3" in text
    assert "Школа № 12" not in text


def test_many_pages_are_offered_shortly() -> None:
    assert Sheet((), 1, 1, 0).offered == [1]
    assert Sheet((), 1, 5, 0).offered == [1, 2, 3, None, 5]
    assert Sheet((), 50, 2000, 0).offered == [1, None, 48, 49, 50, 51, 52, None, 2000]
