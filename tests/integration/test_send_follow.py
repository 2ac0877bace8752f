"""A change of the organisation reaches what is being told."""

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from connector.models import Notice
from connector.services.access.logins import LoginService
from tests.integration.web_town import PASSWORD, M, WebTown, web_town

NOW = datetime(2026, 6, 15, 9, 0, tzinfo=UTC)


def alerts(town: WebTown) -> set[tuple[str, str | None, str | None]]:
    """Alerts to methodists: state, recipient, address."""
    with town.container.db.reading() as session:
        rows = session.scalars(
            select(Notice).where(Notice.kind == "route_stalled", Notice.role == "methodist")
        )
        return {(row.state, row.recipient, row.address) for row in rows}


def test_a_methodist_who_comes_later_hears_of_stalls_that_are_going_on(tmp_path: Path) -> None:
    with web_town(tmp_path) as town:
        assert alerts(town) == {("held", None, None)}
        with town.container.db.writing() as session:
            LoginService(session).add(
                "petrova", PASSWORD, "methodist", M, NOW, email="p@example.org"
            )
        town.engine.settle()
        assert alerts(town) == {
            ("withdrawn", None, None),
            ("waiting", "login:petrova", "p@example.org"),
        }
        assert town.engine.ticker.run_once() == 0
