"""Other rules for the towns of spine_town, and figures as somebody who looks would see them."""

from collections.abc import Mapping
from dataclasses import replace

from connector.bootstrap import Container
from connector.domain.because import Finding, SliceKind
from connector.domain.cases import Case, Moment
from connector.domain.dates import local_day
from connector.domain.periods import PeriodKind, period_containing
from connector.rulebook import MunicipalityRules
from connector.services.figures.figures import Figure, FigureService
from connector.services.folding.recounting import Recount
from tests.integration.spine.spine_town import Spine

Numbers = Mapping[tuple[str, str, str], tuple[int, int]]
"""Population and achieved by indicator, kind of slice and slice."""


def everybody_counts(rules: MunicipalityRules, mark: str = "a") -> MunicipalityRules:
    """Rules by which everybody of the population is diagnosed."""
    return replace(
        rules,
        digest=mark * 64,
        indicators=tuple(
            replace(one, achieved=one.population) if one.code.endswith(".diagnosed") else one
            for one in rules.indicators
        ),
    )


def one_fewer(rules: MunicipalityRules, mark: str = "b") -> MunicipalityRules:
    """Rules that know one indicator less, and by which the others' populations are the achieved."""
    changed = [replace(one, achieved=one.population) for one in rules.indicators[1:]]
    return replace(rules, digest=mark * 64, indicators=tuple(changed))


def shown(town: Spine | Container, municipality: str = "korolev") -> tuple[Figure, ...]:
    c = town.container if isinstance(town, Spine) else town
    with c.db.reading() as session:
        service = FigureService(session, c.rulebook, c.clock.now(), c.settings)
        found = service.figures(municipality, by=SliceKind.SCHOOL)
    # Without what is no figure: conditions, and that a page says how they came about.
    return tuple(
        replace(
            one,
            indicator=replace(one.indicator, population=_unseen, achieved=_unseen),
            is_frozen=False,
        )
        for one in found
    )


def _unseen(case: Case, moment: Moment) -> Finding:
    raise AssertionError


def numbers(figures: tuple[Figure, ...]) -> Numbers:
    found = {}
    for figure in figures:
        code = figure.indicator.code
        found[code, "whole", ""] = (figure.population, figure.achieved)
        for one in figure.slices:
            found[code, str(one.kind), one.code] = (one.population, one.achieved)
    return found


def recounted(
    town: Spine | Container, rules: MunicipalityRules | None = None, code: str = "korolev"
) -> Numbers:
    """The same, everything judged anew by the rules."""
    c = town.container if isinstance(town, Spine) else town
    rules = rules or c.rulebook.rules(code)
    today = local_day(c.clock.now(), rules.zone)
    period = period_containing(today, PeriodKind.YEAR)
    chosen = [one for one in rules.indicators if one.period is period.kind]
    with c.db.reading() as session:
        setting = c.settings.get(session, code, today)
        counts = Recount(session, c.rulebook, setting).counts(chosen, period, today)
    return {
        (indicator, str(one.kind), one.code): pair
        for indicator, slices in counts.items()
        for one, pair in slices.items()
        if one.kind in (SliceKind.WHOLE, SliceKind.SCHOOL) and (any(pair) or not one.code)
    }


def with_zeros(found: Numbers, codes: set[str]) -> Numbers:
    """An indicator in which nobody counts has a whole of nobody."""
    return {**{(code, "whole", ""): (0, 0) for code in codes}, **found}
