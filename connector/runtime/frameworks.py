"""Takes a Moodle competency framework in: asked for, then compared or written."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from connector.bootstrap import Container
from connector.domain.dates import local_day
from connector.models import Record
from connector.moodle.competencies import Framework, competencies, framework_called, frameworks
from connector.moodle.reading import Asks
from connector.services.imports.frameworks import SHEET, ReadFramework, read_framework
from connector.services.imports.importing import ImportService
from connector.services.imports.plan import Plan


@dataclass(frozen=True, slots=True)
class Shown:
    """What a Moodle has. framework, read: of the one that was named, None where it is not there."""

    known: tuple[Framework, ...]
    framework: Framework | None = None
    read: ReadFramework | None = None


def ask(client: Asks, name: str | None, area: str | None, kept: Mapping[str, str | None]) -> Shown:
    """name: idnumber or number; None: only what there is. Raises MoodleUnavailable,
    MoodleRefused."""
    known = tuple(frameworks(client))
    framework = framework_called(known, name) if name else None
    if framework is None:
        return Shown(known)
    return Shown(known, framework, read_framework(competencies(client, framework), area, kept))


@dataclass(frozen=True, slots=True)
class Taking:
    """One municipality's taxonomy."""

    made: Container
    municipality: str
    importer: ImportService

    def kept_areas(self) -> dict[str, str | None]:
        """By code, as they are stored."""
        with self.made.db.reading() as session:
            rows = session.execute(
                select(Record.key, Record.body["area"].as_string()).where(
                    Record.municipality == self.municipality, Record.sheet == SHEET
                )
            )
            return {code: area for code, area in rows}  # noqa: C416  (rows are no tuples)

    def compare(self, read: ReadFramework, now: datetime) -> Plan:
        """What would change."""
        with self.made.db.reading() as session:
            return self.importer.check(session, self.municipality, read.workbook, self._day(now))

    def write(self, read: ReadFramework, now: datetime, by: str) -> Plan:
        """Writes what differs; idempotent. Nothing where the plan has faults."""
        with self.made.db.writing() as session:
            plan = self.importer.check(session, self.municipality, read.workbook, self._day(now))
            if plan.is_sound:
                self.importer.apply(session, plan, now, by)
        return plan

    def _day(self, now: datetime) -> date:
        return local_day(now, self.made.rulebook.rules(self.municipality).zone)
