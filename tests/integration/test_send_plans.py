"""Plans met and lost: judged once a day after the closing hour, told when they change."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from connector.db import Database
from connector.domain.because import SubjectKind
from connector.domain.calendar import WorkCalendar
from connector.domain.catalogue import Catalogue
from connector.domain.dossier import Setting
from connector.domain.events import EventType
from connector.domain.indicators import Basis, Indicator, IndicatorKind, Plan
from connector.domain.levels import Scales
from connector.domain.people import Association, Dated, Organisation
from connector.domain.periods import PeriodKind
from connector.domain.stall_policy import StallPolicy
from connector.domain.words.staff import everyone
from connector.models import Base, Event, Login, Notice, PlanMark, Record, Share, Tenant
from connector.rulebook import MunicipalityRules
from connector.services.notices.plans import PlanService
from connector.web.api.event_schemas import PAYLOADS

TOWN = "korolev"
MOSCOW = ZoneInfo("Europe/Moscow")
CALENDAR = WorkCalendar(date(2026, 1, 1), date(2026, 1, 1), ())
EVENING = datetime(2026, 3, 10, 18, 0, tzinfo=MOSCOW)
DAY = timedelta(days=1)
ORGANISATION = Organisation(
    {}, {"a1": Dated(((None, Association("a1", "ГМО математиков", head="H1")),))}
)
SETTING = Setting(TOWN, MOSCOW, Catalogue(), ORGANISATION, CALENDAR)


def rules(*plans: Plan) -> MunicipalityRules:
    indicator = Indicator(
        "korolev.routes",
        "Доля с маршрутом",
        SubjectKind.STAFF,
        IndicatorKind.SHARE,
        PeriodKind.YEAR,
        everyone(),
        everyone(),
        Basis("korolev", "VI.2"),
        plans or (Plan(Fraction(3, 10)),),
    )
    return MunicipalityRules(
        code=TOWN,
        title="Королёв",
        zone=MOSCOW,
        indicators=(indicator,),
        scales=Scales(),
        stalls=StallPolicy(),
        auto_match_email=False,
        closing_hour=18,
        digest_hour=9,
        quiet_from=20,
        quiet_until=8,
        digest="",
    )


RULES = rules()


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    Base.metadata.create_all(database.engine)
    with database.writing() as session:
        body = {
            "personnel_no": "H1", "last_name": "Белова", "first_name": "Анна",
            "email": "h1@example.org", "role": "teacher",
        }  # fmt: skip
        session.add(
            Record(
                municipality=TOWN, sheet="staff", key="H1", valid_from=date(1, 1, 1), person="H1",
                body=body, recorded_at=EVENING,
            )
        )  # fmt: skip
        session.add(
            Login(
                name="metodist", password="-", municipality=TOWN, role="methodist",
                email="m@example.org", created_at=EVENING, failures=0,
            )
        )  # fmt: skip
    yield database
    database.close()


def share(database: Database, achieved: int, population: int = 10, slice_: str = "") -> None:
    with database.writing() as session:
        session.merge(
            Share(
                municipality=TOWN,
                indicator="korolev.routes",
                period="2026",
                slice_kind="association" if slice_ else "whole",
                slice_code=slice_,
                population=population,
                achieved=achieved,
            )
        )


def close(database: Database, at: datetime, by: MunicipalityRules = RULES) -> bool:
    with database.writing() as session:
        return PlanService(session).close_day(by, SETTING, at)


def told(database: Database) -> list[tuple[str, str, str | None]]:
    with database.reading() as session:
        rows = session.scalars(select(Notice).order_by(Notice.id))
        return [(row.kind, row.role, row.recipient) for row in rows]


def test_a_plan_met_is_told_once_and_its_loss_too(database: Database) -> None:
    share(database, 2)
    assert close(database, EVENING)
    assert told(database) == []
    share(database, 3)
    assert close(database, EVENING + DAY)
    assert told(database) == [("plan_met", "methodist", "login:metodist")]
    assert close(database, EVENING + 2 * DAY)
    share(database, 2)
    assert close(database, EVENING + 3 * DAY)
    assert told(database)[1:] == [("plan_lost", "methodist", "login:metodist")]
    with database.reading() as session:
        events = session.scalars(select(Event).order_by(Event.id)).all()
    assert [(e.type, e.subject, e.payload["achieved"]) for e in events] == [
        ("share.plan_met", None, 3), ("share.plan_lost", None, 2),
    ]  # fmt: skip
    for event in events:
        assert PAYLOADS[EventType(event.type)]().validate(event.payload) == {}


def test_a_day_is_judged_once(database: Database) -> None:
    share(database, 2)
    assert close(database, EVENING)
    share(database, 9)
    assert not close(database, EVENING + timedelta(hours=1))
    assert told(database) == []


def test_two_ticks_at_once_judge_a_day_once(database: Database) -> None:
    share(database, 9)
    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(lambda _: close(database, EVENING), range(4))) == 1
    assert len(told(database)) == 1


def test_a_year_that_has_ended_is_compared_once_more(database: Database) -> None:
    """Whoever completed something on its last evening, or while nobody was awake, counts in it."""
    new_year = datetime(2027, 1, 1, 18, 0, tzinfo=MOSCOW)
    share(database, 2)
    close(database, new_year - 2 * DAY)
    share(database, 4)
    close(database, new_year)
    assert told(database) == [("plan_met", "methodist", "login:metodist")]
    with database.reading() as session:
        assert session.scalars(select(Notice)).one().params["period"] == "2026"

    # What is taken back still later changes a report, and rings nobody up.
    share(database, 2)
    close(database, new_year + DAY)
    assert len(told(database)) == 1


def test_before_the_closing_hour_nothing_is_judged(database: Database) -> None:
    share(database, 9)
    assert not close(database, EVENING - timedelta(minutes=1))
    with database.reading() as session:
        assert session.get(Tenant, TOWN) is None


def test_a_plan_that_is_met_from_the_first_is_told(database: Database) -> None:
    share(database, 9)
    close(database, EVENING)
    assert told(database) == [("plan_met", "methodist", "login:metodist")]
    with database.reading() as session:
        (notice,) = session.scalars(select(Notice))
    assert notice.key == ("plan_met:korolev.routes:2026:whole::2026-03-10:methodist:login:metodist")
    assert notice.not_before == datetime(2026, 3, 11, 9, 0, tzinfo=MOSCOW)
    assert notice.params["share"] == 0.9
    assert notice.params["subject"] == "staff"


def test_an_association_s_head_hears_of_its_slice(database: Database) -> None:
    share(database, 9, slice_="a1")
    close(database, EVENING)
    assert told(database) == [("plan_met", "head", "H1")]


def test_an_empty_slice_is_neither_met_nor_lost(database: Database) -> None:
    share(database, 9)
    close(database, EVENING)
    share(database, 0, population=0)
    close(database, EVENING + DAY)
    assert len(told(database)) == 1
    with database.reading() as session:
        assert session.scalars(select(PlanMark)).one().met


def test_the_plan_in_force_on_the_period_s_last_day_counts(database: Database) -> None:
    by = rules(
        Plan(Fraction(9, 10)),
        Plan(Fraction(3, 10), date(2026, 12, 31)),
        Plan(Fraction(1), date(2027, 1, 1)),
    )
    share(database, 3)
    close(database, EVENING, by)
    assert [kind for kind, *_ in told(database)] == ["plan_met"]


def test_a_share_is_compared_exactly(database: Database) -> None:
    by = rules(Plan(Fraction(2, 3)))
    share(database, 2, population=3)
    close(database, EVENING, by)
    assert [kind for kind, *_ in told(database)] == ["plan_met"]
