"""What the rule files have people told, beside what the core and the plugin's Python say."""

from dataclasses import replace
from datetime import date, timedelta

from connector.domain.cases import Case
from connector.domain.dates import earliest
from connector.domain.owed import Circle, Owed
from connector.domain.rule_notices import owed_by
from connector.rulebook.answers import Answer
from connector.rulebook.faults import RuleFault
from connector.rulebook.municipality_rules import MunicipalityRules


def with_files(
    answer: Answer, rules: MunicipalityRules, case: Case, circle: Circle, day: date
) -> Answer:
    """The answer with the files' notices. A rule that fails is a fault of its own, and then the
    silence of the answer proves nothing."""
    owed = {notice.key: notice for notice in answer.owed}
    faults: list[RuleFault] = []
    turn = answer.turn
    for rule in rules.notices:
        try:
            found, next_turn = owed_by(rule, case, circle, day)
        # Whatever a word does with a record it was not made for: the other rules go on.
        except Exception as err:
            told = f"{type(err).__name__}: {err}"
            faults.append(RuleFault(rules.code, f"{rules.code}: {rule.code}", told))
            turn = earliest(turn, day + timedelta(days=1))
            continue
        turn = earliest(turn, next_turn)
        for notice in found:
            owed.setdefault(notice.key, notice)
    return replace(
        answer,
        owed=tuple(owed[key] for key in sorted(owed)),
        turn=turn,
        faults=(*answer.faults, *faults),
        is_whole=answer.is_whole and not faults,
    )


def owed_by_files(
    rules: MunicipalityRules, case: Case, circle: Circle, day: date
) -> tuple[Owed, ...]:
    """The files' notices alone, for authors' tests. Raises whatever a condition raises."""
    return tuple(n for rule in rules.notices for n in owed_by(rule, case, circle, day)[0])
