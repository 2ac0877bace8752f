"""Everything the page of one source shows, read in one go."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from connector.dialects.moodle_events import CONCERNS
from connector.dialects.native_settings import settings_text
from connector.dialects.tool_trigger import TEMPLATE
from connector.domain.signals import Dialect
from connector.moodle.findings import Outcome
from connector.moodle.orders import ActingFunction
from connector.moodle.questions import Function
from connector.moodle.rights import every_right
from connector.services.sources.source_checks import SourceCheckService
from connector.services.sources.source_figures import SourceFigures
from connector.services.sources.sources import SourceDetails
from connector.web.finding_words import Told, told
from connector.web.sender_words import REFUSALS, Sender, hook_troubles, sender_of


@dataclass(frozen=True, slots=True)
class Arrivals:
    """What has been heard of the sender. refused: today, why and how often."""

    heard_at: datetime | None
    ping_at: datetime | None
    first_event_at: datetime | None
    refused: Sequence[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Tested:
    """The latest test, in words."""

    at: datetime
    findings: Sequence[Told]

    def with_outcome(self, *outcomes: str) -> list[Told]:
        return [one for one in self.findings if one.outcome in outcomes]

    @property
    def is_good(self) -> bool:
        return not self.with_outcome(Outcome.FAILED)


@dataclass(frozen=True, slots=True)
class SourceView:
    """secret: None once it may not be looked up. endpoint: where the sender posts to."""

    source: SourceDetails
    sender: Sender
    endpoint: str
    secret: str | None
    troubles: Sequence[str]
    arrivals: Arrivals
    tested: Tested | None
    acting: Sequence[ActingFunction] = ()

    @property
    def user_and_password(self) -> tuple[str, str]:
        user, _, password = (self.secret or "").partition(":")
        return user, password

    @property
    def xapi_endpoint(self) -> str:
        """The plugin adds the last part itself."""
        return self.endpoint.removesuffix("/statements")

    @property
    def settings(self) -> str:
        return settings_text(self.endpoint, self.secret or "")

    @property
    def template(self) -> str:
        return TEMPLATE

    @property
    def events(self) -> list[str]:
        return list(CONCERNS)

    @property
    def functions(self) -> list[str]:
        return [*map(str, Function), *map(str, self.acting)]

    @property
    def rights(self) -> tuple[str, ...]:
        return every_right(self.acting)

    @property
    def is_native(self) -> bool:
        return self.source.dialect is Dialect.NATIVE


def arrivals(session: Session, source: SourceDetails, today: date) -> Arrivals:
    counts = SourceFigures(session).refused(source.code, today.isoformat())
    return Arrivals(
        source.last_delivery_at,
        source.last_ping_at,
        SourceCheckService(session).first_event_at(source.code),
        [(REFUSALS.get(reason, f"код {reason}"), count) for reason, count in counts.items()],
    )


def view_of(
    session: Session,
    source: SourceDetails,
    public_url: str,
    now: datetime,
    acting: Sequence[ActingFunction] = (),
) -> SourceView:
    """acting: what the source's service needs besides reading."""
    checked = SourceCheckService(session).latest(source.code)
    return SourceView(
        source=source,
        sender=sender_of(source.dialect),
        endpoint=f"{public_url}{source.hook}",
        secret=source.secrets[0] if source.shows_secret(now) else None,
        troubles=hook_troubles(public_url, source.dialect),
        arrivals=arrivals(session, source, now.date()),
        tested=Tested(checked.at, [told(one) for one in checked.findings]) if checked else None,
        acting=acting,
    )
