"""How much waits for a decision of the viewer, queue by queue."""

from dataclasses import dataclass

from flask import url_for
from sqlalchemy.orm import Session

from connector.services.access.visibility import Viewer
from connector.services.catalogue.unmapped import UnmappedService
from connector.services.folding.withdrawals import count_withdrawn
from connector.services.sources.accounts import AccountService
from connector.texts.words import plural


@dataclass(frozen=True, slots=True)
class Queue:
    """words: what waits, with its number; href: where it is decided."""

    words: str
    href: str


def waiting_for(session: Session, viewer: Viewer, municipality: str) -> list[Queue]:
    """Queues that are not empty; none for those who decide nothing."""
    if not viewer.decides:
        return []
    counts = (
        (
            AccountService(session, frozenset({municipality})).count(),
            ("учётная запись", "учётные записи", "учётных записей"),
            url_for("accounts.listing"),
        ),
        (
            len(UnmappedService(session, municipality).list()),
            ("курс или тест", "курса или теста", "курсов и тестов"),
            url_for("courses.listing", municipality=municipality),
        ),
        (
            count_withdrawn(session, municipality),
            ("результат, отменённый в Moodle", "результата, отменённых в Moodle",
             "результатов, отменённых в Moodle"),
            url_for("withdrawals.listing", municipality=municipality),
        ),
    )  # fmt: skip
    return [
        Queue(f"{number} {plural(number, *words)}", href)
        for number, words, href in counts
        if number
    ]
