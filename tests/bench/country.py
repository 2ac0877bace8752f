"""Many municipalities on one installation: rules in folders, people copied from one to all."""

from pathlib import Path

import psycopg

from connector.bootstrap import Container
from tests.bench import blocks, town
from tests.bench.rows.rejudge import written_rules

INDICATORS = 5


def code(number: int) -> str:
    """Holds the mark of a block: a municipality is a block with everything in it."""
    return f"townb{number:07}"


def rules(folder: Path, municipalities: int) -> Path:
    """A folder for CONNECTOR_RULES_DIR."""
    for number in range(municipalities):
        written_rules(folder, code(number), INDICATORS)
    return folder


def found(container: Container, folder: Path, address: str, municipalities: int) -> str:
    """One municipality imported and judged by the product, copied to all the others; the secret.

    All have one Moodle, as a region's municipalities may.
    """
    secret = town.found(container, folder, code(0))
    blocks.copy(address, municipalities - 1, TABLES)
    with psycopg.connect(address, autocommit=True) as connection:
        for number in range(1, municipalities):
            # Judged by rules that say the same in other words; else everybody were judged anew.
            connection.execute(
                "UPDATE tenants SET rules_digest = %s WHERE municipality = %s",
                (container.rulebook.rules(code(number)).digest, code(number)),
            )
    town.finish(address)
    return secret


_OF_IT = "municipality LIKE '%{mark}%'"
TABLES = {
    "subjects": _OF_IT,
    "records": _OF_IT,
    "memberships": _OF_IT,
    "notices": _OF_IT,
    "shares": _OF_IT,
    "tenants": _OF_IT,
    "source_municipalities": _OF_IT,
}
