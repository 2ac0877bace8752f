"""Titles of subjects, asked for those that are shown only."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from connector.domain.because import SliceKind, SubjectKind
from connector.models import Subject
from connector.services.cases.pieces import PIECES
from connector.services.rules.changes import SliceChange

CHUNK = 300


class Names:
    """Of one municipality. Reads only."""

    def __init__(self, session: Session, municipality: str) -> None:
        self._session = session
        self._municipality = municipality

    def of(self, kind: SubjectKind, codes: Sequence[str]) -> dict[str, str]:
        found = {code: code for code in codes}
        for at in range(0, len(codes), CHUNK):
            rows = self._session.execute(
                select(Subject.code, Subject.title).where(
                    Subject.municipality == self._municipality,
                    Subject.kind == str(kind),
                    Subject.code.in_(codes[at : at + CHUNK]),
                )
            )
            found.update({code: title for code, title in rows if title})
        if kind in PIECES:
            self._by_owner(found)
        return found

    def _by_owner(self, found: dict[str, str]) -> None:
        """What is no subject yet is called by the person it is part of."""
        untitled = {code: code.partition("|")[0] for code, title in found.items() if title == code}
        people = self.of(SubjectKind.STAFF, sorted(set(untitled.values()))) if untitled else {}
        found.update({code: people[number] for code, number in untitled.items()})

    def named(self, change: SliceChange) -> SliceChange:
        kind = SubjectKind.SCHOOL if change.kind is SliceKind.SCHOOL else SubjectKind.ASSOCIATION
        return replace(change, name=self.of(kind, [change.code])[change.code])
