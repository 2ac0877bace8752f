"""What is recommended to a person, round by round."""

from datetime import date

from connector.domain.recommendations import rounds_of
from connector.domain.records import Assessment

DAY = date(2026, 6, 15)


def assessed(on: date, criterion: str = "Кадры", text: str | None = "Пройти курс") -> Assessment:
    return Assessment("1", criterion, on, "низкий", text)


def test_rounds_are_years_and_the_latest_comes_first() -> None:
    march, june, former = date(2026, 3, 2), date(2026, 6, 1), date(2025, 11, 30)
    found = rounds_of([assessed(former), assessed(march), assessed(june, "Условия")], DAY)
    assert [one.year for one in found] == [2026, 2025]
    assert [(r.on, r.criterion) for r in found[0].recommendations] == [
        (june, "Условия"),
        (march, "Кадры"),
    ]


def test_what_recommends_nothing_or_is_still_to_come_is_left_out() -> None:
    silent = [assessed(DAY, text=None), assessed(DAY, text=" \n")]
    assert rounds_of([*silent, assessed(date(2026, 6, 16))], DAY) == ()
    (one,) = rounds_of([assessed(DAY, text="Курс\n- и стажировка")], DAY)
    assert one.recommendations[0].text == "Курс - и стажировка"
