"""Whatever is taken under a term is given back where a process begins alone."""

from connector.models import Base, Notice
from connector.runtime.claims import CLAIMED
from tests.guards.tree import none_of


def test_each_table_with_a_term_is_released_but_letters() -> None:
    with_a_term = {
        mapper.class_ for mapper in Base.registry.mappers if "lease_until" in mapper.columns
    }
    forgotten = with_a_term - set(CLAIMED) - {Notice}
    none_of(
        sorted(model.__name__ for model in forgotten),
        "Add them to CLAIMED in connector/runtime/claims.py, or their work waits for its term"
        " after each restart.",
    )
