"""Tests a source's connection to its Moodle, outside any transaction, and keeps what was found."""

from collections.abc import Sequence

from connector.bootstrap import Container
from connector.moodle.findings import Finding
from connector.moodle.orders import ActingFunction
from connector.moodle.probing import probe
from connector.rulebook import Rulebook
from connector.rulebook.faults import RulesRefused, UnknownMunicipality
from connector.runtime.reconcile_owners import Ground, Owners
from connector.services.sources.source_checks import SourceCheckService
from connector.services.sources.sources import SourceDetails


def acting_functions(rulebook: Rulebook, source: SourceDetails) -> tuple[ActingFunction, ...]:
    """What the source's service needs besides reading, as its municipalities wish."""
    wishes = []
    for code in source.municipalities:
        try:
            wishes.append(rulebook.rules(code).moodle)
        except (RulesRefused, UnknownMunicipality):
            continue
    wanted: list[ActingFunction] = []
    if any(one.enrol for one in wishes):
        wanted += [ActingFunction.USER_COURSES, ActingFunction.ENROL]
    cohorts = [cohort for one in wishes for cohort in one.cohorts]
    if any(cohort.source in (None, source.code) for cohort in cohorts):
        wanted += [
            ActingFunction.COHORTS,
            ActingFunction.COHORT_MEMBERS,
            ActingFunction.ADD_MEMBERS,
            ActingFunction.REMOVE_MEMBERS,
        ]
    return tuple(wanted)


def check_source(made: Container, source: SourceDetails) -> Sequence[Finding] | None:
    """Some thirty questions; half a minute at most where the site is slow.

    None where the source has no address or token to test.
    """
    client = made.moodles.trial(source)
    if client is None or source.url is None:
        return None
    ground = Ground(made.db, made.rulebook, made.settings, made.clock)
    wanted = Owners(ground, source).wanted()
    acting = acting_functions(made.rulebook, source)
    findings = probe(client, source.url, wanted, made.clock.now, acting)
    with made.db.writing() as session:
        SourceCheckService(session).keep(source.code, findings, made.clock.now())
    return findings
