"""Which way a notice goes to a person, or why it does not: addresses, ways, preferences at once."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import literal, null, or_, select, union_all
from sqlalchemy.orm import Session

from connector.domain.hours import Hours
from connector.domain.lines import Line
from connector.domain.preferences import EMAIL, Choice, LetterPolicy, Preference, Settled, settle
from connector.models import Preference as PreferenceRow
from connector.models import Way as WayRow
from connector.models.among import among
from connector.services.imports.stored_rows import chunks
from connector.services.notices.addresses import addresses
from connector.services.notices.channel_watches import ChannelWatchService

NO_RECIPIENT = "no_recipient"
NO_ADDRESS = "no_address"
STOPPED = "stopped"
OFF_BY_CHOICE = "off_by_choice"
UNREACHED = (NO_ADDRESS, STOPPED)
"""Why something is held until its recipient can be reached."""


@dataclass(frozen=True, slots=True)
class Route:
    """Where one notice goes, and when. held: why it goes nowhere; None: it goes.

    address: also of what is held by choice, so that it can be shown.
    """

    settled: Settled
    channel: str
    address: str | None
    held: str | None

    def moment(self, hours: Hours, now: datetime) -> datetime:
        """When it may go: alerts and personal letters at the next moment people may be disturbed,
        the rest with the digest, as long as the reader chose nothing else."""
        if self.settled.choice is not Choice.DIGEST:
            return hours.next_open(now)
        return hours.next_digest(now, self.settled.hour, self.settled.weekday)

    def columns(self, hours: Hours, now: datetime) -> dict[str, Any]:
        """Of a notice that is not sent yet, and is set on this way anew."""
        return {
            "state": "held" if self.held else "waiting",
            "reason": self.held,
            "channel": self.channel,
            "address": self.address,
            "not_before": self.moment(hours, now),
        }


@dataclass(frozen=True, slots=True)
class Ways:
    """What is known of some recipients' ways and choices. mail: addresses by recipient; others:
    confirmed addresses by recipient and channel; stopped: pairs of channel and address.
    given_up: lines that are down for so long that nothing is kept waiting for them."""

    policy: LetterPolicy
    mail: Mapping[str, str] = field(default_factory=dict)
    others: Mapping[tuple[str, str], str] = field(default_factory=dict)
    stopped: frozenset[tuple[str, str]] = frozenset()
    chosen: Mapping[str, Mapping[str, Preference]] = field(default_factory=dict)
    given_up: frozenset[str] = frozenset()

    def route(self, recipient: str | None, kind: str, role: str, urgent: bool) -> Route:
        """The chosen channel where there is a living address on it, else e-mail."""
        if recipient is None:
            return Route(settle(kind, role, urgent, {}, self.policy), EMAIL, None, NO_RECIPIENT)
        settled = settle(kind, role, urgent, self.chosen.get(recipient, {}), self.policy)
        channel, address = settled.channel, self.others.get((recipient, settled.channel))
        if channel == EMAIL or address is None or self.is_stopped(channel, address):
            channel, address = EMAIL, self.mail.get(recipient)
        elif str(Line.to(channel, address)) in self.given_up:
            mail = self.mail.get(recipient)
            # Whoever has no other way waits after all.
            if mail and not self.is_stopped(EMAIL, mail):
                channel, address = EMAIL, mail
        held = None
        if settled.choice is Choice.OFF:
            held = OFF_BY_CHOICE
        elif address is None:
            held = NO_ADDRESS
        elif self.is_stopped(channel, address):
            held = STOPPED
        return Route(settled, channel, address, held)

    def is_stopped(self, channel: str, address: str) -> bool:
        """Whether nothing goes there any more."""
        return (channel, address.casefold()) in self.stopped


def ways(
    session: Session,
    municipality: str,
    recipients: Iterable[str | None],
    policy: LetterPolicy,
    now: datetime,
) -> Ways:
    """What is known of these recipients; a fixed number of queries for some thousands of them."""
    # A notice that nobody was found for has no recipient, and no way.
    wanted = {one for one in recipients if one is not None}
    if not wanted:
        return Ways(policy)
    others: dict[tuple[str, str], str] = {}
    stopped: set[tuple[str, str]] = set()
    chosen: dict[str, dict[str, Preference]] = defaultdict(dict)
    for chunk in chunks(sorted(wanted)):
        way = select(
            literal(None).label("kind"),
            WayRow.recipient,
            WayRow.channel,
            WayRow.address,
            WayRow.confirmed_at.is_not(None),
            WayRow.stopped_at.is_not(None),
            null().label("hour"),
            null().label("weekday"),
        ).where(
            WayRow.municipality == municipality,
            # An address is dead for everybody who is said to have it.
            or_(among(session, WayRow.recipient, chunk), WayRow.stopped_at.is_not(None)),
        )
        choice = select(
            PreferenceRow.kind,
            PreferenceRow.recipient,
            PreferenceRow.channel,
            PreferenceRow.choice,
            literal(False),
            literal(False),
            PreferenceRow.hour,
            PreferenceRow.weekday,
        ).where(
            PreferenceRow.municipality == municipality,
            among(session, PreferenceRow.recipient, chunk),
        )
        rows: Sequence[Any] = session.execute(union_all(choice, way)).all()
        for kind, recipient, channel, what, confirmed, ended, hour, weekday in rows:
            if kind is not None:
                picked = Choice(what) if what else None
                chosen[recipient][kind] = Preference(picked, channel, hour, weekday)
            elif ended:
                stopped.add((channel, what.casefold()))
            elif confirmed:
                others[recipient, channel] = what
    mail = addresses(session, municipality, wanted)
    given_up = ChannelWatchService(session).given_up(now)
    return Ways(policy, mail, others, frozenset(stopped), chosen, given_up)
