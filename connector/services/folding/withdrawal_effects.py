"""What would no longer count if people agreed that facts were never so: a rehearsal."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from connector.domain.dossier import Setting
from connector.domain.evidence import Evidence
from connector.rulebook import Rulebook
from connector.services.cases.casefiles import CaseFiles
from connector.services.folding.memberships import judge_case
from connector.services.folding.withdrawals import Waiting

MOST = 100
"""So many people are judged for it."""


@dataclass(frozen=True, slots=True)
class Effect:
    """One figure: how many of the people would stop counting, and how many would begin to."""

    title: str
    period: str
    fewer: int
    more: int


def effects(
    session: Session, rulebook: Rulebook, setting: Setting, waiting: Sequence[Waiting], today: date
) -> list[Effect] | None:
    """Of indicators of people, this period and the last one. None: too many people. Reads only."""
    gone: dict[str, set[str]] = {}
    for one in waiting:
        gone.setdefault(one.number, set()).add(one.withdrawn.fact.key)
    if len(gone) > MOST:
        return None
    files = CaseFiles(session, setting)
    before = files.staff(sorted(gone))
    kept = {
        number: _without(case.folded.dossier.evidence, gone[number])
        for number, case in before.items()
    }
    after = files.staff(sorted(gone), kept)
    rules = rulebook.rules(setting.municipality)
    changed: dict[tuple[str, str], list[int]] = {}
    for number in sorted(before.keys() & after.keys()):
        former = judge_case(rulebook, rules, before[number], today).rows
        latter = judge_case(rulebook, rules, after[number], today).rows
        for key in former.keys() & latter.keys():
            counted, counts = former[key]["achieved"], latter[key]["achieved"]
            if counted != counts:
                changed.setdefault(key, [0, 0])[int(counts)] += 1
    titles = {one.code: one.title for one in rules.indicators}
    return [
        Effect(titles.get(code, code), period, fewer, more)
        for (code, period), (fewer, more) in sorted(changed.items())
    ]


def _without(evidence: Iterable[Evidence], keys: set[str]) -> list[Evidence]:
    return [one for one in evidence if one.key not in keys]
