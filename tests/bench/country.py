"""Many municipalities on one installation: rules in folders, people copied from one to all."""

from pathlib import Path

import psycopg

from tests.bench import blocks, town
from tests.bench.installation import Installation
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


def found(product: Installation, municipalities: int) -> str:
    """One municipality imported and judged by the product, copied to all the others; the secret.

    Gives the installation its rules. All have one Moodle, as a region's municipalities may.
    """
    product.rules_dir = rules(product.folder / "one", 1)
    with product.container() as container:
        secret = town.found(container, product.folder / "sheets", code(0))
    blocks.copy(product.database_url, municipalities - 1, TABLES)
    product.rules_dir = rules(product.folder / "all", municipalities)
    with (
        product.container() as container,
        psycopg.connect(product.database_url, autocommit=True) as connection,
    ):
        for number in range(1, municipalities):
            # Judged by rules that say the same in other words; else everybody were judged anew.
            connection.execute(
                "UPDATE tenants SET rules_digest = %s WHERE municipality = %s",
                (container.rulebook.rules(code(number)).digest, code(number)),
            )
    town.finish(product.database_url)
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
