"""The two rule sets of a trial, each with what its cases are folded and judged by."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

from connector.domain.because import SubjectKind
from connector.domain.cases import Moment
from connector.domain.dossier import Setting
from connector.domain.indicators import Indicator
from connector.rulebook import MunicipalityRules, Rulebook
from connector.services.cases.setting import Ground

_RECORDED = ("municipality", "catalogue", "organisation", "calendar")
"""What of a setting comes from records, and is the same whatever the rules say."""


@dataclass(frozen=True, slots=True)
class Side:
    """One rule set. setting: what its cases are folded with. moments: by indicator."""

    rulebook: Rulebook
    rules: MunicipalityRules
    setting: Setting
    moments: Mapping[str, Moment]

    def about(self, kind: SubjectKind) -> list[Indicator]:
        return [i for i in self.rules.indicators if i.subject is kind and i.code in self.moments]

    @property
    def by_code(self) -> dict[str, Indicator]:
        """The indicators that are judged."""
        return {i.code: i for i in self.rules.indicators if i.code in self.moments}


def brought_together(held: Ground, other: Ground) -> tuple[Ground, Ground]:
    """Both with the records of `held`, and as the very same value where the rules say the same.

    What is read from the database twice is equal and yet not the same, and would be folded twice.
    """
    peopled = held.setting.peopled | other.setting.peopled
    ours = replace(held.setting, peopled=peopled)
    recorded = {name: getattr(ours, name) for name in _RECORDED}
    theirs = replace(other.setting, **recorded, peopled=peopled)
    if all(getattr(ours, one.name) == getattr(theirs, one.name) for one in fields(Setting)):
        theirs = ours
    return replace(held, setting=ours), replace(held, setting=theirs)


def say_the_same(old: Side, new: Side) -> bool:
    """Whether what is owed about a subject must be the same: it depends on its case alone."""
    python = [side.rulebook.python_of(side.rules.code) for side in (old, new)]
    return old.setting is new.setting and python[0] == python[1]
