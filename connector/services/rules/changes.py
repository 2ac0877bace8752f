"""What another rule set would change, as values: what commands, pages and scripts show."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from connector.domain.because import Because, SliceKind, SubjectKind
from connector.domain.owed import Owed
from connector.domain.periods import Period


@dataclass(frozen=True, slots=True)
class Standing:
    """One slice under one rule set. share: rounded as the API shows it. plan: 0..1."""

    population: int
    achieved: int
    share: float | None
    plan: float | None
    met: bool | None
    missing: int | None


@dataclass(frozen=True, slots=True)
class SliceChange:
    """before, after: None where that rule set has no such indicator."""

    kind: SliceKind
    code: str
    name: str
    before: Standing | None
    after: Standing | None

    @property
    def differs(self) -> bool:
        return self.before != self.after


@dataclass(frozen=True, slots=True)
class Verdict:
    in_population: bool
    achieved: bool
    because: tuple[Because, ...]


@dataclass(frozen=True, slots=True)
class Turned:
    """A subject that changes sides: counted or not, achieved or not."""

    kind: SubjectKind
    code: str
    name: str
    before: Verdict
    after: Verdict


@dataclass(frozen=True, slots=True)
class IndicatorChange:
    """One indicator under both rule sets.

    whole: of the municipality. slices: only those that differ. turned: the first of those who
    change sides, turned_count: how many do in all.
    """

    code: str
    title: str
    subject: SubjectKind
    period: Period
    as_of: date
    whole: SliceChange
    slices: tuple[SliceChange, ...]
    turned: tuple[Turned, ...]
    turned_count: int

    @property
    def is_new(self) -> bool:
        return self.whole.before is None

    @property
    def is_gone(self) -> bool:
        return self.whole.after is None

    @property
    def differs(self) -> bool:
        return bool(self.whole.differs or self.slices or self.turned_count)


@dataclass(frozen=True, slots=True)
class NoticeChange:
    """is_new: owed by the other rule set and not by the one in force; else the opposite."""

    owed: Owed
    is_new: bool
    about: str


@dataclass(frozen=True, slots=True)
class RuleChanges:
    """day: the local day of notices. notices: the first of them; counts: of all, by whether they
    are new and by kind. faults: of rules that could not say, each once, whose subjects are left
    out."""

    municipality: str
    day: date
    indicators: tuple[IndicatorChange, ...]
    notices: tuple[NoticeChange, ...]
    notice_counts: Mapping[tuple[bool, str], int]
    subjects: int
    faults: tuple[str, ...]

    @property
    def differs(self) -> bool:
        return any(one.differs for one in self.indicators) or bool(self.notice_counts)
