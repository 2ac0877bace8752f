"""Tests a source's connection to its Moodle, outside any transaction, and keeps what was found."""

from collections.abc import Sequence

from connector.bootstrap import Container
from connector.moodle.findings import Finding
from connector.moodle.probing import probe
from connector.runtime.reconcile_owners import Ground, Owners
from connector.services.sources.source_checks import SourceCheckService
from connector.services.sources.sources import SourceDetails


def check_source(made: Container, source: SourceDetails) -> Sequence[Finding] | None:
    """Some thirty questions; half a minute at most where the site is slow.

    None where the source has no address or token to test.
    """
    client = made.moodles.trial(source)
    if client is None or source.url is None:
        return None
    ground = Ground(made.db, made.rulebook, made.settings, made.clock)
    wanted = Owners(ground, source).wanted()
    findings = probe(client, source.url, wanted, made.clock.now)
    with made.db.writing() as session:
        SourceCheckService(session).keep(source.code, findings, made.clock.now())
    return findings
