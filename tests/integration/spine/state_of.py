"""What must come out the same, whatever the order: everything but numbers of rows and moments."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from connector.bootstrap import Container
from connector.models import (
    Account,
    Delivery,
    EvidenceSlot,
    Membership,
    Notice,
    Share,
    Subject,
)
from connector.services.folding.rebuilding import Rebuild
from connector.services.folding.recounting import Recount
from tests.integration.spine.spine_town import MUNICIPALITIES, Spine


def state_of(town: Spine | Container) -> dict[str, list[str]]:
    """Rows as sorted JSON, by table; to be compared byte for byte."""
    container = town if isinstance(town, Container) else town.container
    with container.db.reading() as session:
        deliveries = dict(session.execute(select(Delivery.id, Delivery.key)).all())
        subjects = {
            row.id: f"{row.municipality}/{row.kind}/{row.code}"
            for row in session.scalars(select(Subject))
        }
        return {
            "evidence": _rows(
                [r.register, r.slot, r.source, r.user_id, r.object_ref, r.says, r.version.hex(),
                 r.happened_at, r.body, r.confirmed, deliveries.get(r.delivery_id)]
                for r in session.scalars(select(EvidenceSlot))
            ),
            "profiles": _rows(
                [subjects[r.id], r.state, r.changes_on, r.dirty]
                for r in session.scalars(select(Subject))
            ),
            "memberships": _rows(
                [subjects[r.subject_id], r.indicator, r.period, r.in_population, r.achieved,
                 r.because, r.evidence, r.population_slices, r.achieved_slices]
                for r in session.scalars(select(Membership))
            ),
            "shares": _rows(
                [r.municipality, r.indicator, r.period, r.slice_kind, r.slice_code, r.population,
                 r.achieved]
                for r in session.scalars(select(Share))
                if r.population or r.achieved
            ),
            "notices": _rows(
                [r.municipality, r.key, r.kind, r.role, r.recipient, r.params, r.state, r.reason,
                 subjects.get(r.about_subject)]
                for r in session.scalars(select(Notice))
                if r.state in ("waiting", "held")
            ),
            "deliveries": _rows(
                [r.key, r.digest, r.state, r.reason, r.user_id]
                for r in session.scalars(select(Delivery))
            ),
            "accounts": _rows(
                [r.source, r.user_id, r.idnumber, r.email_key, r.deleted, r.match,
                 subjects.get(r.subject_id)]
                for r in session.scalars(select(Account))
            ),
        }  # fmt: skip


def _rows(rows: Any) -> list[str]:
    return sorted(json.dumps(row, ensure_ascii=False, sort_keys=True, default=str) for row in rows)


def assert_proven(spine: Spine, municipalities: Sequence[str] = MUNICIPALITIES) -> None:
    """Recount and rebuild find what is kept; nothing is left to judge."""
    c = spine.container
    with c.db.snapshot() as session:
        for municipality in municipalities:
            rules = c.rulebook.rules(municipality)
            today = spine.clock.now().astimezone(rules.zone).date()
            setting = c.settings.get(session, municipality, today)
            assert Recount(session, c.rulebook, setting).differences(today) == []
            assert Rebuild(session, c.rulebook, municipality).differences() == []
        assert session.scalar(select(Subject.id).where(Subject.dirty).limit(1)) is None
