"""The send loop: due notices become one letter a recipient, handed to the channel.

Claim and commit, render, send outside any transaction, mark as sent in one that is refused if the
claim was lost. A crash between sending and marking sends the letter once more, with the same
Message-ID: at least once is what mail can promise, and the identifier makes it once. A database
that is away for a moment is no crash: the mark is written as soon as it is back.

Nothing here waits for a line that is down, or that may take no more letters this minute: what is
for it is left where it is, the others go on, and a later turn finds it. What messengers were to say
goes by mail when their line has been down for a day.
"""

import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol
from uuid import uuid4

from sqlalchemy.orm import Session

from connector import tracing
from connector.channels.channel import Channel, OutgoingLetter, message_id
from connector.clock import Clock
from connector.db import Database
from connector.domain.lines import Line
from connector.domain.messengers import ChannelDown, NotNow, Refused, TryLater
from connector.domain.preferences import EMAIL
from connector.errors import ConnectorError, LostLease, StorageUnavailable
from connector.services.access.letter_links import LetterLinks
from connector.services.notices.channel_watches import ChannelWatchService
from connector.services.notices.leads import leads_of, open_to
from connector.services.notices.notices import NoticeService
from connector.services.notices.pace import Pace, PaceService
from connector.services.notices.post_offices import PostOffice
from connector.services.notices.readers import Reader, Readers
from connector.services.notices.sending import (
    ClaimedGroup,
    ClaimedNotice,
    DueGroup,
    SendingService,
)
from connector.services.notices.stopping import StopService
from connector.tallies import Tallies
from connector.texts.letter_pages import open_page_of, page_of
from connector.texts.letters import Leads, RenderedLetter, TextFault, Told, render_letter
from connector.texts.short import short_text

log = logging.getLogger(__name__)

LETTERS = 100
TURN = timedelta(seconds=60)
"""A turn ends after so many letters or so long."""
TERM = timedelta(minutes=10)
"""Longer than any session with a mail server takes: a letter must not be sent by two at once."""
NOT_SET_UP = "not_set_up"
"""A channel that somebody chose, and that this installation has no longer."""
MOST_TRIES = 10
MARK_TRIES = 30
MARK_PAUSE_S = 1.0
"""Half a minute for a database that restarts, far within the term of the claim."""
DOWN_PAUSE = timedelta(minutes=5)
MANY_IN_A_ROW = 5
"""So many people who cannot be reached for the moment, and nobody who can: it is the server."""
ADDRESS_FAULTS = frozenset({"bounced", "bad_address"})
_PAUSES = (1, 5, 15, 60, 120, 240, 480, 720, 1440)
"""Minutes after each failed try; a mailbox that is full over a weekend gets its letter."""


class Offices(Protocol):
    """Implemented by connector.services.notices.post_offices.PostOffices."""

    def find(self, session: Session, municipality: str, now: datetime) -> PostOffice | None: ...


class _Taken(ConnectorError):
    """Another sender was quicker: nothing of the transaction is to be written."""


class Sender:
    """Any number may run, in threads or processes: each notice goes out in one letter.

    url: address of the pages, named in letters. domain: right half of the Message-IDs; it must stay
    the same over restarts. channel: of e-mail; others: by the names that notices bear. A line that
    is down is left alone for a while, and the others go on. paces: of the channels that have one,
    by the same names; the senders of an installation keep it together. readers: who can open what;
    none: everybody everything.
    """

    def __init__(
        self,
        db: Database,
        offices: Offices,
        channel: Channel,
        clock: Clock,
        url: str | None = None,
        domain: str = "localhost",
        new_token: Callable[[], str] = lambda: uuid4().hex,
        tallies: Tallies | None = None,
        sleep: Callable[[float], None] = time.sleep,
        links: LetterLinks | None = None,
        others: Mapping[str, Channel] | None = None,
        paces: Mapping[str, Pace] | None = None,
        readers: Readers | None = None,
    ) -> None:
        self._tallies = tallies or Tallies()
        self._db = db
        self._offices = offices
        self._channels = {**(others or {}), EMAIL: channel}
        self._paces = paces or {}
        self._resting: dict[Line, datetime] = {}
        self._unreached: dict[Line, set[str]] = {}
        self._clock = clock
        self._url = url
        self._domain = domain
        self._new_token = new_token
        self._sleep = sleep
        self._links = links
        self._readers = readers

    def run_once(self) -> int:
        """One turn; how many letters were dealt with, sent or not."""
        now = self._clock.now()
        with self._db.reading() as session:
            sending = SendingService(session)
            open_ones = self._open_offices(session, sending.due_municipalities(now), now)
            self._resting = {line: until for line, until in self._resting.items() if until > now}
            groups = sending.due_groups(open_ones, now, LETTERS, self._resting) if open_ones else []
        handled = 0
        for group in groups:
            if self._clock.now() - now > TURN:
                break
            office = open_ones[group.municipality]
            if self._is_resting(group) or not office.hours.are_open(self._clock.now()):
                continue
            claimed = self._claim(group)
            if claimed is None:
                continue
            handled += 1
            try:
                with tracing.span("connector.letter", municipality=group.municipality):
                    tracing.note(notices=[notice.id for notice in claimed.notices])
                    self._deliver(claimed, office)
            except LostLease:
                log.warning("send.lost_lease municipality=%s", group.municipality)
            except ChannelDown as err:
                log.warning("send.channel_down channel=%s reason=%s", group.line, err)
                self._resting[group.line] = self._clock.now() + DOWN_PAUSE
            except StorageUnavailable:
                raise
            # Whatever one letter trips over must keep neither the others from going out, nor this
            # one coming back for ever.
            except Exception:
                log.exception("send.fault municipality=%s", group.municipality)
                self._set_back(claimed, office)
        return handled

    def _open_offices(
        self, session: Session, municipalities: Sequence[str], now: datetime
    ) -> dict[str, PostOffice]:
        """Where it is neither night nor a closed day: a letter that was late must not wake."""
        found = {m: self._offices.find(session, m, now) for m in municipalities}
        return {m: o for m, o in found.items() if o is not None and o.hours.are_open(now)}

    def _is_resting(self, group: DueGroup) -> bool:
        return group.line in self._resting or Line(group.channel) in self._resting

    def _claim(self, group: DueGroup) -> ClaimedGroup | None:
        # Each claim begins its own term: those of a long turn would end before their letters go.
        now = self._clock.now()
        pace = self._paces.get(group.channel)
        try:
            with self._db.writing() as session:
                # First of all: whoever waits here holds no notice that another one waits for.
                wait_until = PaceService(session).take(group.channel, pace, now) if pace else None
                if wait_until is not None:
                    self._resting[Line(group.channel)] = wait_until
                    return None
                claimed = SendingService(session).claim(group, self._new_token(), now + TERM, now)
                if claimed is None:
                    raise _Taken
                return claimed
        except _Taken:
            return None

    def _deliver(self, claimed: ClaimedGroup, office: PostOffice) -> None:
        """Raises LostLease, ChannelDown."""
        name = claimed.group.channel
        channel = self._channels.get(name)
        try:
            if channel is None:
                raise ChannelDown(NOT_SET_UP)
            reader = self._reader(claimed)
            leads = self._leads(claimed, office, reader)
            rendered = self._render(claimed, office, leads)
            short = self._short(claimed, rendered, office, reader)
            letter = self._letter(claimed, rendered, leads, short)
            raw = channel.send(letter)
        except TextFault as err:
            log.error("send.no_words municipality=%s error=%s", claimed.group.municipality, err)
            self._fail(claimed, "no_words")
            return
        except Refused as err:
            self._refused(claimed, office, str(err))
            return
        except TryLater as err:
            if self._is_unreached(claimed.group):
                self._put_off(claimed, office, err)
                raise ChannelDown(str(err)) from err
            self._try_later(claimed, office, str(err), err.perhaps_sent)
            return
        except ChannelDown as err:
            self._put_off(claimed, office, err)
            raise
        self._unreached.pop(claimed.group.line, None)
        if leads is not None:
            # Pages show letters to others too: what lets the reader in must not let them in.
            text, html = leads.kept(letter.text), leads.kept(letter.html)
            letter, raw = replace(letter, text=text, html=html), None
        self._mark_sent(claimed, channel, letter, raw)

    def _reader(self, claimed: ClaimedGroup) -> Reader | None:
        if self._readers is None:
            return None
        group = claimed.group
        with self._db.reading() as session:
            return self._readers.find(
                session, group.municipality, group.recipient, claimed.notices, self._clock.now()
            )

    def _leads(
        self, claimed: ClaimedGroup, office: PostOffice, reader: Reader | None
    ) -> Leads | None:
        if self._links is None:
            return None
        return leads_of(self._links, claimed, office.hours.policy, self._clock.now(), reader)

    def _render(
        self, claimed: ClaimedGroup, office: PostOffice, leads: Leads | None
    ) -> RenderedLetter:
        told = _told(claimed.notices)
        url = self._page(page_of(claimed.group.municipality, told)) if self._url else None
        return render_letter(told, office.title, url, office.words, leads)

    def _short(
        self,
        claimed: ClaimedGroup,
        rendered: RenderedLetter,
        office: PostOffice,
        reader: Reader | None,
    ) -> str:
        """Without the links that sign in: messengers fetch what they are sent, to show it."""
        path = open_page_of(claimed.group.municipality, _told(open_to(reader, claimed.notices)))
        return short_text(rendered.subject, office.title, self._page(path))

    def _page(self, path: str) -> str:
        return f"{(self._url or '').rstrip('/')}{path}"

    def _letter(
        self,
        claimed: ClaimedGroup,
        rendered: RenderedLetter,
        leads: Leads | None,
        short: str,
    ) -> OutgoingLetter:
        group, keys = claimed.group, [notice.key for notice in claimed.notices]
        return OutgoingLetter(
            message_id(group.municipality, group.address, keys, self._domain),
            group.address,
            rendered.subject,
            rendered.text,
            rendered.html,
            self._clock.now(),
            unsubscribe=leads.stop if leads else None,
            short=short,
        )

    def _mark_sent(
        self, claimed: ClaimedGroup, channel: Channel, letter: OutgoingLetter, raw: bytes | None
    ) -> None:
        columns = {
            "municipality": claimed.group.municipality,
            "recipient": claimed.group.recipient,
            "message_id": letter.message_id,
            "channel": channel.name,
            "address": letter.address,
            "subject": letter.subject,
            "text": letter.text,
            "html": letter.html,
            "raw": raw,
        }
        for left in reversed(range(MARK_TRIES)):
            try:
                with self._db.writing() as session:
                    SendingService(session).sent(claimed, columns, self._clock.now())
                    ChannelWatchService(session).works(claimed.group.line)
                break
            except StorageUnavailable as err:
                log.warning("send.not_marked error=%s left=%d", err, left)
                if not left:
                    raise
                self._sleep(MARK_PAUSE_S)
        self._count(claimed.group.channel, "sent")
        log.info(
            "send.sent municipality=%s channel=%s notices=%s",
            claimed.group.municipality,
            channel.name,
            ",".join(str(notice.id) for notice in claimed.notices),
        )

    def _is_unreached(self, group: DueGroup) -> bool:
        """Whether this is one of many in a row: then it is no try of this letter."""
        unreached = self._unreached.setdefault(group.line, set())
        unreached.add(group.address)
        return len(unreached) >= MANY_IN_A_ROW

    def _put_off(self, claimed: ClaimedGroup, office: PostOffice, fault: NotNow) -> None:
        group, now = claimed.group, self._clock.now()
        at = office.hours.next_open(now + DOWN_PAUSE)
        with self._db.writing() as session:
            SendingService(session).put_off(claimed, str(fault), at, fault.perhaps_sent)
            # In one transaction, or a notice would wait of which nobody knows why.
            watch = ChannelWatchService(session)
            watch.down(group.line, str(fault), now)
            if group.channel != EMAIL and str(group.line) in watch.given_up(now):
                NoticeService(session).detour(group.municipality, group.line, office.hours, now)
        self._count(group.channel, "channel_down")

    def _set_back(self, claimed: ClaimedGroup, office: PostOffice) -> None:
        try:
            self._try_later(claimed, office, "internal_error", perhaps_sent=True)
        except LostLease:
            log.warning("send.lost_lease municipality=%s", claimed.group.municipality)

    def _try_later(
        self, claimed: ClaimedGroup, office: PostOffice, reason: str, perhaps_sent: bool
    ) -> None:
        if claimed.attempts >= MOST_TRIES and claimed.group.channel != EMAIL:
            self._refused(claimed, office, f"gave_up:{reason}")
            return
        pause = timedelta(minutes=_PAUSES[min(claimed.attempts, len(_PAUSES)) - 1])
        at = office.hours.next_open(self._clock.now() + pause)
        with self._db.writing() as session:
            sending = SendingService(session)
            some_failed = sending.retry(claimed, reason, at, MOST_TRIES, perhaps_sent)
        if some_failed:
            spent = f"gave_up:{reason}"
            log.warning("send.failed municipality=%s reason=%s", claimed.group.municipality, spent)
        self._count(claimed.group.channel, "failed" if some_failed else "retried")

    def _refused(self, claimed: ClaimedGroup, office: PostOffice, reason: str) -> None:
        """For good. Where the address is at fault and not the letter, or a messenger takes nothing
        more for a person, that way ends, and the notices wait for a better one or go on by mail."""
        name, municipality = claimed.group.channel, claimed.group.municipality
        # It spoke, and of this letter: it is not down.
        self._unreached.pop(claimed.group.line, None)
        if name == EMAIL and reason not in ADDRESS_FAULTS:
            self._fail(claimed, reason)
            return
        if name == EMAIL:
            log.warning("send.failed municipality=%s reason=%s", municipality, reason)
        else:
            log.warning("send.way_ended channel=%s reason=%s", name, reason)
        way = (municipality, claimed.group.recipient, name, claimed.group.address)
        with self._db.writing() as session:
            SendingService(session).undeliverable(claimed)
            StopService(session).stop(*way, reason, office.hours, self._clock.now())
        self._count(name, "failed" if name == EMAIL else "way_ended")

    def _fail(self, claimed: ClaimedGroup, reason: str) -> None:
        log.warning("send.failed municipality=%s reason=%s", claimed.group.municipality, reason)
        with self._db.writing() as session:
            SendingService(session).failed(claimed, reason)
        self._count(claimed.group.channel, "failed")

    def _count(self, name: str, outcome: str) -> None:
        channel = self._channels.get(name)
        self._tallies.add("letters", channel.name if channel else name, outcome)


def _told(notices: Iterable[ClaimedNotice]) -> list[Told]:
    return [Told(one.kind, one.role, one.params) for one in notices]
