"""What people choose about their letters, written down and applied to what waits."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from connector.domain.hours import Hours
from connector.domain.preferences import Choice, Preference
from connector.models import Notice
from connector.models import Preference as PreferenceRow
from connector.models.inserting import insert_into
from connector.services.notices.notices import NoticeService
from connector.services.notices.unsent import change_unsent
from connector.services.notices.ways import OFF_BY_CHOICE, ways

RECENT = timedelta(days=1)
"""What was held back by choice for no longer than this goes out when the choice is taken back: a
slip of the hand costs nobody a letter, and nobody gets the letters of a year."""


class PreferenceService:
    """Takes a session, never commits. Every change is idempotent."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def chosen(self, municipality: str, recipient: str) -> dict[str, Preference]:
        """By kind, EVERY_KIND among them."""
        rows = self._session.scalars(
            select(PreferenceRow)
            .where(PreferenceRow.municipality == municipality, PreferenceRow.recipient == recipient)
            .execution_options(populate_existing=True)
        )
        return {
            row.kind: Preference(
                Choice(row.choice) if row.choice else None, row.channel, row.hour, row.weekday
            )
            for row in rows
        }

    def choose(
        self,
        municipality: str,
        recipient: str,
        choices: Mapping[str, Preference],
        hours: Hours,
        now: datetime,
    ) -> None:
        """These choices in place of what was chosen for their kinds; the other kinds stay."""
        for kind, preference in sorted(choices.items()):
            self._write(municipality, recipient, kind, preference, now)
        NoticeService(self._session).readdress(municipality, hours, now, recipient)
        self._let_go(municipality, recipient, hours, now)

    def switch(
        self,
        municipality: str,
        recipient: str,
        kinds: Collection[str],
        choice: Choice | None,
        hours: Hours,
        now: datetime,
    ) -> None:
        """The choice of these kinds alone; hour and channel stay as they are."""
        before = self.chosen(municipality, recipient)
        choices = {}
        for kind in kinds:
            old = before.get(kind, Preference())
            choices[kind] = Preference(choice, old.channel, old.hour, old.weekday)
        self.choose(municipality, recipient, choices, hours, now)

    def _write(
        self, municipality: str, recipient: str, kind: str, preference: Preference, now: datetime
    ) -> None:
        key = {"municipality": municipality, "recipient": recipient, "kind": kind}
        if preference == Preference():
            self._session.execute(delete(PreferenceRow).filter_by(**key))
            return
        values = {
            "choice": str(preference.choice) if preference.choice else None,
            "channel": preference.channel,
            "hour": preference.hour,
            "weekday": preference.weekday,
            "changed_at": now,
        }
        statement = insert_into(self._session, PreferenceRow).values(**key, **values)
        self._session.execute(
            statement.on_conflict_do_update(index_elements=list(key), set_=values)
        )

    def _let_go(self, municipality: str, recipient: str, hours: Hours, now: datetime) -> None:
        columns = (Notice.id, Notice.kind, Notice.role, Notice.urgent)
        rows = self._session.execute(
            select(*columns)
            .where(
                Notice.municipality == municipality,
                Notice.recipient == recipient,
                Notice.state == "held",
                Notice.reason == OFF_BY_CHOICE,
                Notice.created_at > now - RECENT,
            )
            .order_by(Notice.id)
        ).all()
        known = ways(self._session, municipality, [recipient] if rows else [], hours.policy, now)
        changes = []
        for row in rows:
            route = known.route(recipient, row.kind, row.role, row.urgent)
            if route.held != OFF_BY_CHOICE:
                changes.append({"row": row.id, **route.columns(hours, now)})
        change_unsent(self._session, changes)
