"""Too many notices at once, decided as a methodist does it: looked at, let go, given up."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from connector.models import Notice
from tests.browser.conftest import Street, Visit
from tests.integration.test_send_letters import COMPLETED
from tests.integration.web_town import NOW, M

CONTRAST = (Path(__file__).parent / "contrast.js").read_text(encoding="utf-8")

Begin = Callable[..., Visit]


def park(street: Street, role: str, *recipients: str) -> None:
    with street.town.container.db.writing() as session:
        session.add_all(
            Notice(
                municipality=M, key=f"crowded:{role}:{one}", kind="route_completed", role=role,
                recipient=one, params=COMPLETED, urgent=False, state="held", reason="burst",
                created_at=NOW - timedelta(hours=2), not_before=NOW, attempts=0,
            )
            for one in recipients
        )  # fmt: skip


def states(street: Street, role: str) -> set[str]:
    with street.town.container.db.reading() as session:
        query = select(Notice.state).where(Notice.key.like(f"crowded:{role}:%"))
        return set(session.scalars(query))


def test_a_burst_is_looked_at_and_decided_on_a_phone(visit: Begin, street: Street) -> None:
    park(street, "teacher", *(f"T-{n}" for n in range(1, 8)))
    park(street, "mentor", "T-3")
    seen = visit(java_script_enabled=False, width=375)
    page = seen.open(f"/m/{M}/")
    page.get_by_role("link", name="задержанных уведомлений").click()
    page.wait_for_load_state()
    teachers, mentors = page.get_by_role("region").filter(has_text="Маршрут завершён").all()
    assert "7 уведомлений" in teachers.inner_text()
    teachers.get_by_role("link", name="Показать одно письмо").click()
    letter = page.frame_locator("iframe").locator(".card")
    assert "Маршрут завершён" in letter.first.inner_text()
    page.get_by_role("link", name="← Задержано: слишком много сразу").click()

    mentors.get_by_text("Не отправлять…").click()
    mentors.get_by_role("button", name="Не отправлять").click()
    assert "Отклонено: 1 уведомление." in page.get_by_role("status").inner_text()
    assert states(street, "mentor") == {"withdrawn"}
    assert states(street, "teacher") == {"held"}
    page.get_by_role("button", name="Отправить").click()
    assert "Отправка разрешена: 7 уведомлений." in page.get_by_role("status").inner_text()
    assert "held" not in states(street, "teacher")
    assert seen.complaints == []


def test_a_burst_is_seen_in_light_and_dark_without_scrolling_aside(
    visit: Begin, street: Street
) -> None:
    park(street, "head", "T-8", "T-9")
    park(street, "methodist", "T-10")
    for scheme, width in (("light", 1280), ("dark", 375)):
        page = visit(width=width, color_scheme=scheme).open(f"/m/{M}/notices/bursts")
        page.get_by_text("Не отправлять ничего…").click()
        assert page.evaluate(CONTRAST) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("button", name="Не отправлять ничего").click()
    assert "Ничего не задержано" in page.locator("main").inner_text()
