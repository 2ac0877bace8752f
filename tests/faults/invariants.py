"""What must hold after any trouble. Each check says what does not, in sentences."""

from collections import Counter

from sqlalchemy import select, text

from connector.domain.dates import local_day
from connector.models import Delivery, Letter, Notice
from connector.services.folding.rebuilding import Rebuild
from connector.services.folding.recounting import Recount
from tests.faults import audit
from tests.faults.founding import Calm, owed, what_stands
from tests.faults.outcome import Findings
from tests.faults.told_outside import check_outside
from tests.faults.town import Town
from tests.integration.distributed_town import MUNICIPALITY

_CLAIMED = """
SELECT (SELECT count(*) FROM deliveries WHERE lease_token IS NOT NULL)
     + (SELECT count(*) FROM subjects WHERE lease_token IS NOT NULL)
     + (SELECT count(*) FROM notices WHERE state = 'sending')
     + (SELECT count(*) FROM actions WHERE lease_token IS NOT NULL)
     + (SELECT count(*) FROM draft_wishes WHERE lease_until IS NOT NULL)
     + (SELECT count(*) FROM webhooks WHERE lease_token IS NOT NULL)
     + (SELECT count(*) FROM event_line WHERE lease_token IS NOT NULL)
"""
_IMPOSSIBLE = "SELECT count(*) FROM shares WHERE NOT (0 <= achieved AND achieved <= population)"


def check(town: Town, calm: Calm) -> Findings:
    """Everything; the town must be at rest."""
    findings = Findings(broken=list(town.broken))
    _stored_once(town, findings)
    _dealt_with(town, findings)
    _as_in_a_calm_run(town, calm, findings)
    _told(town, calm, findings)
    check_outside(town, calm, findings)
    _claims(town, findings)
    findings.found(len(town.senders.odd), f"odd answers, such as {town.senders.odd[:1]}")
    return findings


def _stored_once(town: Town, findings: Findings) -> None:
    with town.container.db.reading() as session:
        rows = session.execute(select(Delivery.source, Delivery.key, Delivery.digest)).all()
    stored = Counter(tuple(row) for row in rows)
    lost = [key for key in town.senders.acknowledged if not stored[key]]
    twice = [key for key, times in stored.items() if times > 1]
    findings.lost += findings.found(len(lost), f"answered 200 and not stored, {lost[:1]}")
    findings.doubled += findings.found(len(twice), f"stored twice, {twice[:1]}")


def _dealt_with(town: Town, findings: Findings) -> None:
    with town.container.db.reading() as session:
        states = session.execute(select(Delivery.state, Delivery.reason)).all()
    open_ = [state for state, _ in states if state in ("new", "ready")]
    silent = [state for state, reason in states if state in ("parked", "set_aside") and not reason]
    aside = {reason for state, reason in states if state == "set_aside"}
    findings.lost += findings.found(len(open_), "not dealt with in time")
    findings.found(len(silent), "parked or set aside without a reason")
    # Nothing in the stream is at fault; trouble around it must not cost a delivery its place.
    findings.found(len(aside), f"reasons to set something aside: {sorted(map(str, aside))}")


def _as_in_a_calm_run(town: Town, calm: Calm, findings: Findings) -> None:
    c = town.container
    for name, rows in what_stands(c).items():
        there = {row for row in rows if not (town.beside and f'["{town.beside}' in row)}
        differing = there ^ set(calm.tables[name])
        findings.found(
            len(differing), f"rows of {name} unlike a calm run's, {sorted(differing)[:2]}"
        )
    with c.db.snapshot() as session:
        today = local_day(town.clock.now(), c.rulebook.rules(MUNICIPALITY).zone)
        setting = c.settings.get(session, MUNICIPALITY, today)
        recounted = Recount(session, c.rulebook, setting).differences(today)
        rebuilt = Rebuild(session, c.rulebook, MUNICIPALITY).differences()
        impossible = int(session.execute(text(_IMPOSSIBLE)).scalar_one())
    miscounted = [d for d in recounted if d.what == "share"]
    findings.doubled += len(miscounted)
    findings.found(len(recounted), f"differences from a recount, {recounted[:1]}")
    findings.found(len(rebuilt), f"differences from a rebuild, {rebuilt[:1]}")
    findings.found(impossible, "shares with more achieved than people, or less than none")


def _told(town: Town, calm: Calm, findings: Findings) -> None:
    """Each owed notice is there; each that was sent has arrived, and not too often."""
    with town.container.db.reading() as session:
        letters = dict(session.execute(select(Letter.id, Letter.message_id)).all())
        sent = session.execute(select(Notice.key, Notice.letter_id).where(Notice.state == "sent"))
        sent_in = dict(sent.all())
        failed = session.scalars(select(Notice.reason).where(Notice.state == "failed")).all()
    if failed and not town.refuses_letters:
        findings.lost += findings.found(len(failed), f"notices given up, {failed[:1]}")
    arrived = Counter(str(one.message["Message-ID"]) for one in town.smtp.received)
    missing = calm.owed - owed(town.container)
    unsent = [key for key, letter in sent_in.items() if not arrived[letters[letter]]]
    often = [m for m, times in arrived.items() if times > 1 + town.crashes]
    strange = arrived.keys() - set(letters.values())
    findings.lost += findings.found(
        len(missing), f"notices not owed any more, {sorted(missing)[:2]}"
    )
    findings.lost += findings.found(len(unsent), f"told as sent and never arrived, {unsent[:2]}")
    findings.doubled += findings.found(len(often), f"sent more than 1 + {town.crashes} times")
    findings.doubled += findings.found(len(strange), "letters that arrived and nobody noted down")
    findings.found(0 if sent_in else 1, "town without a letter: nothing was tried")


def _claims(town: Town, findings: Findings) -> None:
    findings.found(int(town.ask(_CLAIMED)), "claims left at rest")
    late = audit.notes(town.container)
    findings.doubled += findings.found(len(late), f"late writes, such as {late[:1]}")
