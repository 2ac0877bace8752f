"""The subjects behind a figure as a workbook: who, whether counted, why, by what event."""

from collections.abc import Iterable
from io import BytesIO

from connector.services.figures.figures import SubjectFigure
from connector.services.figures.subject_lists import Asking, Standing, standing_of
from connector.spreadsheets.xlsx_out import write_texts
from connector.texts.because import because_text

STANDINGS = {
    Standing.ACHIEVED: "засчитан",
    Standing.MISSING: "не засчитан",
    Standing.OUTSIDE: "вне охвата",
}
HEADERS = ("Кто", "Код или номер", "Итог", "Почему", "События Moodle")
WIDTHS = (38, 16, 14, 80, 24)


def book(asking: Asking, rows: Iterable[SubjectFigure]) -> bytes:
    """The workbook's bytes. Rows are written as they come, so that many need little memory."""
    file = BytesIO()
    head = (
        (asking.indicator.title,),
        (f"{asking.period}, на {asking.day:%d.%m.%Y}",),
        (),
        HEADERS,
    )
    write_texts(file, "Список", head, map(_cells, rows), WIDTHS)
    return file.getvalue()


def _cells(one: SubjectFigure) -> tuple[str, ...]:
    deliveries = [f"№ {ref.delivery}" for ref in one.evidence if ref.delivery is not None]
    return (
        one.name,
        one.code,
        STANDINGS[standing_of(one.in_population, one.achieved)],
        "; ".join(because_text(because) for because in one.because),
        ", ".join(deliveries),
    )
