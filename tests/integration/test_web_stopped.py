"""The page of addresses that letters do not reach."""

from connector.domain.calendar import WorkCalendar
from connector.domain.hours import PostHours
from connector.domain.preferences import EMAIL
from connector.services.notices.stopping import StopService
from tests.integration.web_town import NOW, M, WebTown, csrf_token

HOURS = PostHours(NOW.tzinfo, WorkCalendar(NOW.date(), NOW.date(), ()))  # type: ignore[arg-type]


def test_a_stopped_address_is_shown_and_tried_again(town: WebTown) -> None:
    with town.container.db.writing() as session:
        StopService(session).stop(M, "T-12", EMAIL, "t12@school.example", "bounced", HOURS, NOW)
    client = town.client("methodist")
    page = client.get(f"/m/{M}/addresses").text
    assert "t12@school.example" in page
    assert "на этот адрес" in client.get(f"/m/{M}/staff/T-12/letters").text
    way = page.partition('name="way" value="')[2].partition('"')[0]
    form = {"csrf_token": csrf_token(page), "way": way}
    assert client.post(f"/m/{M}/addresses", data=form).status_code == 302
    assert "Попробуем ещё раз" in client.get(f"/m/{M}/addresses").text
    assert client.post(f"/m/{M}/addresses", data=form).status_code == 404
    assert client.post(f"/m/{M}/addresses", data={**form, "way": "x"}).status_code == 400
    assert town.client("teacher").get(f"/m/{M}/addresses").status_code == 403
