"""Which kinds of letters somebody may get, for the page where they choose."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from connector.domain.letter_kinds import KINDS, URGENT
from connector.domain.preferences import (
    ASKED_FOR,
    Choice,
    LetterPolicy,
    Preference,
    Settled,
    settle,
)
from connector.domain.rule_notices import NoticeRule
from connector.models import Notice
from connector.texts.letters import heading_of, letter_names


@dataclass(frozen=True, slots=True)
class KindChoice:
    """One kind on the page. starts: what holds without a choice; settled: what holds now, the
    most urgent of the person's roles. forced: it cannot be switched off. may: what can be chosen.
    """

    kind: str
    roles: tuple[str, ...]
    starts: Choice
    settled: Settled
    chosen: Choice | None
    forced: bool

    @property
    def may(self) -> tuple[Choice, ...]:
        if not self.forced:
            return tuple(Choice)
        return (Choice.AT_ONCE,) if self.starts is Choice.AT_ONCE else tuple(Choice)[:2]


def seen_kinds(session: Session, municipality: str, recipient: str) -> set[tuple[str, str]]:
    """Kinds and roles of whatever this person was ever to be told."""
    rows = session.execute(
        select(Notice.kind, Notice.role)
        .where(Notice.municipality == municipality, Notice.recipient == recipient)
        .distinct()
    )
    return {(kind, role) for kind, role in rows}


def told_kinds(
    rules: Collection[NoticeRule], words: Mapping[str, str]
) -> dict[str, frozenset[str]]:
    """Every kind there is in a municipality, with the roles that are told; no roles where only its
    Python knows. rules, words: see `choices_of`."""
    found = letter_names(words)
    found |= {rule.code: frozenset(map(str, rule.tell)) for rule in rules}
    return found | {kind: frozenset(map(str, roles)) for kind, roles in KINDS.items()}


def is_urgent(kind: str, role: str, rules: Collection[NoticeRule]) -> bool:
    """Whether it is told at once, as long as nobody chose otherwise."""
    return (kind, role) in URGENT or any(
        rule.code == kind and rule.urgent and role in rule.tell for rule in rules
    )


def titled(kind: str, known: Mapping[str, str], words: Mapping[str, str]) -> str:
    """What a kind is called: as known, else by what its letters are headed with."""
    return known.get(kind) or heading_of(kind, words) or kind


def choices_of(
    roles: Collection[str],
    seen: Collection[tuple[str, str]],
    chosen: Mapping[str, Preference],
    policy: LetterPolicy,
    rules: Collection[NoticeRule] = (),
    words: Mapping[str, str] | None = None,
) -> list[KindChoice]:
    """Every kind somebody in these roles may be told of, or was, in order of the kinds.

    rules: the municipality's own notices. words: its templates.
    """
    told: dict[str, set[str]] = {}
    for kind, role in seen:
        told.setdefault(kind, set()).add(role)
    for kind, named in told_kinds(rules, words or {}).items():
        mine = named & frozenset(roles)
        if mine:
            told.setdefault(kind, set()).update(mine)
    made = []
    for kind in sorted(told.keys() - ASKED_FOR):
        pairs = [(role, is_urgent(kind, role, rules)) for role in sorted(told[kind])]
        starts = min((policy.starts(kind, r, u) for r, u in pairs), key=_rank)
        settled = min(
            (settle(kind, r, u, chosen, policy) for r, u in pairs), key=lambda s: _rank(s.choice)
        )
        own = chosen.get(kind, Preference()).choice
        forced = any(policy.forces(kind, role) for role, _ in pairs)
        made.append(KindChoice(kind, tuple(sorted(told[kind])), starts, settled, own, forced))
    return made


def _rank(choice: Choice) -> int:
    return list(Choice).index(choice)
