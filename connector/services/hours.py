"""When a municipality's people may be written to, by its rules and its calendar."""

from connector.domain.calendar import WorkCalendar
from connector.domain.hours import PostHours
from connector.rulebook import MunicipalityRules


def post_hours(rules: MunicipalityRules, calendar: WorkCalendar) -> PostHours:
    return PostHours(rules.zone, calendar, rules.quiet.first, rules.quiet.until, rules.digest_hour)
