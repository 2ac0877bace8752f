"""Which quizzes and courses a municipality has a use for; whatever else is finished, waits."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from connector.domain.catalogue import Catalogue, NotATarget, Target, TargetKind, parse_target
from connector.models import Record, Unwanted

UNWANTED = frozenset({"unwanted_course", "unwanted_quiz"})
"""Reasons of deliveries about what is not for us."""


class KnownObjects:
    """Names (idnumbers or numbers) by kind: `quiz`, `course`, `activity`."""

    def __init__(
        self,
        catalogue: Catalogue,
        targets: Iterable[Target],
        unwanted: Iterable[tuple[str, str, str]] = (),
    ) -> None:
        """unwanted: kind, source and name of those of which somebody said: not for us."""
        self._unwanted = frozenset(unwanted)
        self._mapped: set[tuple[str, str, str]] = set()
        self._anywhere: set[tuple[str, str]] = set()
        for diagnostic in catalogue.diagnostics:
            self._mapped.add(("quiz", diagnostic.source, diagnostic.quiz))
        for question in catalogue.questions:
            self._mapped.add(("quiz", question.source, question.quiz))
        for programme in catalogue.programmes:
            self._mapped.add(("course", programme.source, programme.course))
            if programme.final is not None:
                self._note(programme.final)
        for target in targets:
            self._note(target)

    def covers(self, kind: str, source: str, names: Iterable[str]) -> bool:
        """Whether anything is made of a quiz or course of that source with one of the names."""
        return any(
            (kind, source, name) in self._mapped or (kind, name) in self._anywhere for name in names
        )

    def is_unwanted(self, kind: str, source: str, names: Iterable[str]) -> bool:
        """Whether it is not for us; to be asked of what is not covered."""
        return any((kind, source, name) in self._unwanted for name in names)

    def named(self, kind: str, source: str) -> frozenset[str]:
        """The names by which quizzes, courses or activities of that source are wanted."""
        own = {name for what, of, name in self._mapped if (what, of) == (kind, source)}
        return frozenset(own | {name for what, name in self._anywhere if what == kind})

    def _note(self, target: Target) -> None:
        if target.kind is not TargetKind.MANUAL:
            self._anywhere.add((str(target.kind), target.ref))


def unwanted_names(session: Session, municipality: str) -> list[tuple[str, str, str]]:
    """Every name of every course and quiz that is not for us."""
    rows = session.scalars(select(Unwanted).where(Unwanted.municipality == municipality))
    return [(row.kind, row.source, name) for row in rows for name in row.names]


def step_targets(session: Session, municipality: str) -> list[Target]:
    """Every target that a step of the municipality's routes has, and every quiz one is based on."""
    steps = session.scalars(
        select(Record.body["target"].as_string())
        .where(Record.municipality == municipality, Record.sheet == "steps")
        .distinct()
    ).all()
    bases = session.scalars(
        select(Record.body["based_on"].as_string())
        .where(Record.municipality == municipality, Record.sheet == "routes")
        .distinct()
    ).all()
    targets = [Target(TargetKind.QUIZ, quiz) for quiz in bases if quiz]
    for text in steps:
        try:
            targets.append(parse_target(text or ""))
        except NotATarget:
            # An import refuses such a text; what is stored otherwise must not stop the fold.
            continue
    return targets
