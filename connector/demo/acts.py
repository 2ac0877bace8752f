"""What happens on the stage, in order: tables, deliveries, the evening, the morning after."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from sqlalchemy import func, select

from connector.cli.session import importer
from connector.demo.learning import KOROLEV_PLOT, KUZNETSK_PLOT
from connector.demo.native import events_of, posts
from connector.demo.places import KOROLEV, KUZNETSK
from connector.demo.recorded import STORY, steps
from connector.demo.stage import AS_OF, MONDAY, NIGHT, SUNDAY_EVENING, DemoFailed, Stage
from connector.demo.tables import write_folder
from connector.demo.town import Town, build_town
from connector.models import Delivery, Letter, Notice, Tenant
from connector.replay import Recording
from connector.services.figures.figures import Figure, FigureService
from connector.services.figures.snapshots import SnapshotService
from connector.services.inbox.inbox import waiting_counts
from connector.spreadsheets.workbook import read_workbook

SEED = 20261122


def towns() -> tuple[Town, Town]:
    """Королёв, with the two learners of the recordings, and Кузнецк."""
    return (
        build_town(KOROLEV, KOROLEV_PLOT, SEED, with_recorded=True),
        build_town(KUZNETSK, KUZNETSK_PLOT, SEED + 1),
    )


def import_town(stage: Stage, town: Town, folder: Path) -> dict[str, int]:
    """Writes the sheets and imports them as `connector import` does; rows added by sheet."""
    write_folder(folder, town.sheets)
    made = stage.container
    with made.db.writing() as session:
        service = importer(made)
        plan = service.check(session, town.place.code, read_workbook(folder), AS_OF)
        if not plan.is_sound:
            raise DemoFailed("; ".join(str(fault) for fault in plan.faults[:5]))
        service.apply(session, plan, made.clock.now(), "demo")
    return {name: counts.added for name, counts in plan.sheets.items()}


def figures(stage: Stage, municipality: str) -> tuple[Figure, ...]:
    """Of the calendar year, as of the recordings' day whatever the clock says."""
    made = stage.container
    with made.db.reading() as session:
        service = FigureService(session, made.rulebook, made.clock.now(), made.settings)
        return service.figures(municipality, as_of=AS_OF)


def send_recorded(stage: Stage, folder: Path, recording: Recording) -> dict[str, int]:
    """Each recorded step in its sender's form, while Moodle answers as it did after that step.

    Requests posted, by sequence. The next step begins when the former is worked off, as in life.
    """
    posted: dict[str, int] = {}
    for name, source in STORY:
        for step in steps(folder, name, source, stage.secrets[source]):
            recording.go_to(step.sequence, step.number)
            for post in step.posts:
                stage.send(post)
            posted[name] = posted.get(name, 0) + len(step.posts)
            stage.wait()
    return posted


def send_native(stage: Stage, town: Town) -> int:
    """The year as our own plugin tells it, signed with the source's secret; how many events."""
    events = events_of(town.learning)
    source = town.place.source
    for post in posts(events, source, stage.secrets[source], stage.clock.now()):
        stage.send(post)
    return len(events)


def report(stage: Stage, municipality: str) -> None:
    """Writes the year's figures down: monitoring is an indicator itself (korolev VI)."""
    made = stage.container
    with made.db.writing() as session:
        now = made.clock.now()
        service = FigureService(session, made.rulebook, now, made.settings)
        SnapshotService(session).take(service, municipality, None, AS_OF, now, "demo")


def close_sunday(stage: Stage, codes: Sequence[str]) -> None:
    """The closing hour: plans are judged; nobody is written to."""
    stage.clock.move_to(SUNDAY_EVENING)
    stage.wait_for(lambda: _all_tenants(stage, codes, closed=AS_OF), "день не закрыт")


def begin_monday(stage: Stage, codes: Sequence[str]) -> None:
    """A working morning: routes are looked at anew, and every letter that is due goes."""
    stage.clock.move_to(NIGHT)
    stage.wait_for(lambda: _all_tenants(stage, codes, judged=MONDAY.date()), "день не начат")
    stage.wait()
    stage.clock.move_to(MONDAY)
    stage.wait_for(lambda: not _due_notices(stage), "письма не отправлены")


def letters_sent(stage: Stage) -> int:
    with stage.container.db.reading() as session:
        return session.scalar(select(func.count()).select_from(Letter)) or 0


def deliveries(stage: Stage) -> Counter[tuple[str, str]]:
    """How many there are by source and state."""
    with stage.container.db.reading() as session:
        return Counter(waiting_counts(session))


def unfinished_reasons(stage: Stage) -> Counter[str]:
    """Why deliveries are parked or set aside."""
    with stage.container.db.reading() as session:
        found = session.execute(
            select(Delivery.reason, func.count())
            .where(Delivery.state.in_(("parked", "set_aside")))
            .group_by(Delivery.reason)
        )
        return Counter({reason or "": count for reason, count in found})


def _all_tenants(
    stage: Stage, codes: Sequence[str], closed: date | None = None, judged: date | None = None
) -> bool:
    with stage.container.db.reading() as session:
        tenants = [session.get(Tenant, code) for code in codes]
        return all(
            tenant is not None
            and (closed is None or tenant.closed_on == closed)
            and (judged is None or tenant.judged_on == judged)
            for tenant in tenants
        )


def _due_notices(stage: Stage) -> int:
    with stage.container.db.reading() as session:
        query = select(func.count()).select_from(Notice)
        query = query.where(
            Notice.state.in_(("waiting", "sending")),
            Notice.not_before <= stage.container.clock.now(),
        )
        return session.scalar(query) or 0
