"""What the codes that records name are called: people, schools, associations."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from connector.models import Subject
from connector.services.imports.stored_rows import chunks
from connector.spreadsheets.spelling import sort_key, tidy

FEW = 300
"""So many can be chosen from a list; more are looked for by name."""
CANDIDATES = 20
"""Namesakes offered to choose from."""

Named = tuple[str, str]
"""code, title"""


@dataclass(frozen=True, slots=True)
class RecordNames:
    """Reads only, of one municipality. kind: `staff`, `school`, `association`."""

    session: Session = field(repr=False)
    municipality: str

    def few(self, kind: str) -> Sequence[Named] | None:
        """All of a kind in order of name; None where there are more than FEW."""
        rows = self.session.execute(
            select(Subject.code, Subject.title)
            .where(Subject.municipality == self.municipality, Subject.kind == kind)
            .order_by(Subject.sort_key, Subject.code)
            .limit(FEW + 1)
        )
        found = [(code, title) for code, title in rows]
        return found if len(found) <= FEW else None

    def titles(self, kind: str, codes: Collection[str]) -> Mapping[str, str]:
        """Titles by code; unknown codes are left out."""
        found: dict[str, str] = {}
        for chunk in chunks(codes):
            rows = self.session.execute(
                select(Subject.code, Subject.title).where(
                    Subject.municipality == self.municipality,
                    Subject.kind == kind,
                    Subject.code.in_(chunk),
                )
            )
            found.update(dict(rows.all()))
        return found

    def called(self, kind: str, text: str) -> Sequence[Named]:
        """Whom a text means: the one with that code, else those whose name has all its words.

        At most CANDIDATES, in order of name.
        """
        code = tidy(text)
        if title := self.titles(kind, [code]).get(code):
            return [(code, title)]
        words = sort_key(code).split()
        if not words:
            return []
        query = (
            select(Subject.code, Subject.title)
            .where(Subject.municipality == self.municipality, Subject.kind == kind)
            .order_by(Subject.sort_key, Subject.code)
            .limit(CANDIDATES)
        )
        for word in words:
            query = query.where(Subject.sort_key.contains(word, autoescape=True))
        return [(code, title) for code, title in self.session.execute(query)]

    def codes_with(self, kind: str, word: str) -> Sequence[str]:
        """Codes of those in whose name a folded word occurs."""
        return self.session.scalars(
            select(Subject.code).where(
                Subject.municipality == self.municipality,
                Subject.kind == kind,
                Subject.sort_key.contains(word, autoescape=True),
            )
        ).all()
