"""How much waits for a decision of the viewer, queue by queue.

The first page says it, so that nobody has to go round five pages to learn that one has something.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask import url_for
from sqlalchemy.orm import Session

from connector.services.access.visibility import Sight, Viewer
from connector.services.catalogue.unmapped import UnmappedService
from connector.services.folding.withdrawals import count_withdrawn
from connector.services.notices.bursts import BurstService
from connector.services.routes.queue import asking, drafted
from connector.services.sources.accounts import AccountService
from connector.services.stalls.counting import stalled_count
from connector.texts.words import plural
from connector.web.charge import charge_of
from connector.web.household import household, today


@dataclass(frozen=True, slots=True)
class Queue:
    """words: what waits, with its number; href: where it is decided."""

    words: str
    href: str


Count = tuple[int, tuple[str, str, str], str]
"""How many, the words for one, two and five of them, and where they are."""


def waiting_for(session: Session, viewer: Viewer, municipality: str, sight: Sight) -> list[Queue]:
    """Queues that are not empty; none for those who decide nothing."""
    counts: list[Count] = []
    if viewer.answers_stalls:
        counts.append(_stalls(session, viewer, municipality, sight))
    if viewer.decides_routes:
        counts += _routes(session, viewer, municipality)
    if viewer.decides:
        counts += _questions(session, municipality)
    return [
        Queue(f"{number} {plural(number, *words)}", href)
        for number, words, href in counts
        if number
    ]


def _stalls(session: Session, viewer: Viewer, municipality: str, sight: Sight) -> Count:
    """Of everybody on the viewer's board, which is why it opens without the choice of her own."""
    number = stalled_count(
        session, municipality, lambda code: code != viewer.person and sight.covers(code)
    )
    words = ("остановившийся маршрут", "остановившихся маршрута", "остановившихся маршрутов")
    return number, words, url_for("stalls.board", municipality=municipality, methodist="all")


def asked_of(session: Session, viewer: Viewer, municipality: str) -> int:
    """How many requests and files wait, as the list of them opens."""
    return _first(session, viewer, municipality, asking(session, municipality))


def _routes(session: Session, viewer: Viewer, municipality: str) -> Iterable[Count]:
    """Of the viewer's own people where there are any, as in the letter and as the lists open."""
    yield (
        _first(session, viewer, municipality, drafted(session, municipality)),
        ("черновик маршрута", "черновика маршрутов", "черновиков маршрутов"),
        url_for("drafts.listing", municipality=municipality),
    )
    yield (
        asked_of(session, viewer, municipality),
        ("просьба или документ", "просьбы и документа", "просьб и документов"),
        url_for("routes.waiting", municipality=municipality),
    )


def _first(session: Session, viewer: Viewer, municipality: str, waiting: Sequence[str]) -> int:
    if not waiting:
        # Nobody is looked for on a day without drafts: this is the page that opens first.
        return 0
    day = today(municipality)
    ground = household().settings.ground(session, municipality, day)
    return charge_of(session, ground, viewer, None, waiting, day).first


def _questions(session: Session, municipality: str) -> Iterable[Count]:
    """Whose an account is, what a course is, and what was taken back."""
    return (
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
        (
            BurstService(session).count(municipality),
            ("задержанное уведомление", "задержанных уведомления", "задержанных уведомлений"),
            url_for("bursts.listing", municipality=municipality),
        ),
    )  # fmt: skip
