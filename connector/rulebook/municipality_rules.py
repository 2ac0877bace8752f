"""All rules of one municipality, as the rest of the connector asks for them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from connector.domain.because import SubjectKind
from connector.domain.calendar import WorkCalendar
from connector.domain.dossier import DraftPolicy
from connector.domain.hours import PostHours
from connector.domain.indicators import Indicator
from connector.domain.letter_samples import LetterSample
from connector.domain.levels import Scales
from connector.domain.preferences import STANDARD, LetterPolicy
from connector.domain.records import Document
from connector.domain.roadmaps import PlannedItem
from connector.domain.rule_notices import NoticeRule
from connector.domain.stall_policy import StallPolicy
from connector.domain.wishes import MoodleWishes
from connector.rulebook.faults import UnknownIndicator


@dataclass(frozen=True, slots=True)
class MunicipalityRules:
    """One municipality's rules. indicators: in the order of its files.

    closing_hour: local hour at which plans are judged; digest_hour: at which digests go out unless
    the person chose another; quiet_from, quiet_until: when nobody is written to (`PostHours`).
    digest: SHA-256 (hex) of everything that affects judging; titles,
    plans and hours do not. letters: templates of a plugin's own notices, by file name. documents,
    roadmap: what the rules say there ought to be. notices: what the rule files themselves have
    people told. samples: what the letters of its Python are shown with. numbers: those of the
    indicators' words, by the name under which a trial may change them. moodle: what it wants done
    in its Moodles. weekly_stalls: whether stalled routes are summed up once a week.
    """

    code: str
    title: str
    zone: ZoneInfo
    indicators: tuple[Indicator, ...]
    scales: Scales
    stalls: StallPolicy
    auto_match_email: bool
    closing_hour: int
    digest_hour: int
    quiet_from: int
    quiet_until: int
    digest: str
    letters: Mapping[str, str] = field(default_factory=dict)
    documents: tuple[Document, ...] = ()
    roadmap: tuple[PlannedItem, ...] = ()
    numbers: Mapping[str, int] = field(default_factory=dict)
    notices: tuple[NoticeRule, ...] = ()
    samples: tuple[LetterSample, ...] = ()
    drafts: DraftPolicy = field(default_factory=DraftPolicy)
    moodle: MoodleWishes = field(default_factory=MoodleWishes)
    letter_policy: LetterPolicy = STANDARD
    weekly_stalls: bool = True

    def indicator(self, code: str) -> Indicator:
        """Raises UnknownIndicator."""
        for indicator in self.indicators:
            if indicator.code == code:
                return indicator
        raise UnknownIndicator(self.code, code)

    def post_hours(self, calendar: WorkCalendar) -> PostHours:
        """When people may be written to, by the municipality's hours and this calendar."""
        return PostHours(
            self.zone,
            calendar,
            self.quiet_from,
            self.quiet_until,
            self.digest_hour,
            self.letter_policy,
        )

    @property
    def _rules(self) -> tuple[Indicator | NoticeRule, ...]:
        return (*self.indicators, *self.notices)

    @property
    def subjects(self) -> frozenset[SubjectKind]:
        """The kinds that anything is judged of."""
        return frozenset(rule.subject for rule in self._rules)

    @property
    def peopled(self) -> frozenset[SubjectKind]:
        """Kinds of places whose judging looks at the people there."""
        return frozenset(rule.subject for rule in self._rules if rule.looks_at_people)

    def about(self, subject: SubjectKind) -> tuple[Indicator, ...]:
        """The indicators that count subjects of this kind."""
        return tuple(i for i in self.indicators if i.subject is subject)
