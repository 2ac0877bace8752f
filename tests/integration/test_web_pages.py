"""The pages: what they show to whom, in Russian, without a script."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from connector.models import Audit, Notice
from tests.integration.web_town import (
    M,
    WebTown,
    csrf_token,
    sign_in,
    web_town,
)

EVERY_PAGE = (
    f"/m/{M}/",
    f"/m/{M}/?by=school",
    f"/m/{M}/?by=association&period=2025",
    f"/m/{M}/?as_of=2026-03-01",
    f"/m/{M}/?period=2025/2026",
    f"/m/{M}/indicators/korolev.diagnosed",
    f"/m/{M}/indicators/korolev.diagnosed?standing=no&q=ёлкина",
    f"/m/{M}/indicators/korolev.teams",
    f"/m/{M}/indicators/korolev.mentoring",
    f"/m/{M}/indicators/korolev.monitoring",
    f"/m/{M}/indicators/korolev.diagnosed?school=S2&standing=out&as_of=2026-03-01",
    f"/m/{M}/indicators/korolev.diagnosed?association=RUS&nearest=1&all=1&page=9",
    f"/m/{M}/indicators/korolev.routes/passport",
    f"/m/{M}/passports",
    f"/m/{M}/snapshots/",
    f"/m/{M}/records/",
    f"/m/{M}/records/roadmap",
    f"/m/{M}/records/mentorships?q=крылова",
    f"/m/{M}/records/mentorships/row?key=T-3|T-8|2025-09-01",
    f"/m/{M}/records/decisions/new",
    f"/m/{M}/records/meetings/new",
    f"/m/{M}/records/support/removed",
    "/rules/",
    "/sources/",
    f"/m/{M}/staff",
    f"/m/{M}/staff?q=ёлкина&page=7",
    f"/m/{M}/staff/T-6",
    f"/m/{M}/staff/T-14",
    f"/m/{M}/routes",
    f"/m/{M}/routes?state=stalled",
    f"/m/{M}/letters",
    f"/m/{M}/letters/1",
    f"/m/{M}/notices",
    f"/m/{M}/notices?state=held",
    "/deliveries/",
    "/deliveries/?state=parked",
    "/deliveries/9",
    "/deliveries/14",
    "/accounts/",
)


class Outline(HTMLParser):
    """Collects what a page is made of."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture
def own(tmp_path: Path) -> Iterator[WebTown]:
    """A municipality of the test's own, to change."""
    with web_town(tmp_path) as made:
        yield made


@pytest.mark.parametrize("path", EVERY_PAGE)
def test_every_page_is_whole(town: WebTown, path: str) -> None:
    answer = town.client("methodist").get(path)
    assert answer.status_code == 200
    page = Outline(answer.text)
    assert page.all("html")[0]["lang"] == "ru"
    assert [one.get("id") for one in page.all("main")] == ["main"]
    assert len(page.all("h1")) == 1
    assert page.all("title")
    assert not page.all("script")
    assert not page.all("style")
    assert all("style" not in attributes for _, attributes in page.tags)
    assert all(not name.startswith("on") for _, attributes in page.tags for name in attributes)
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    for tag, name in (("a", "href"), ("form", "action"), ("link", "href"), ("iframe", "src")):
        for attributes in page.all(tag):
            target = attributes.get(name) or "#"
            assert target.startswith(("/", "#")), f"{tag} leads outside: {target}"
            assert not target.startswith("//")


def test_every_page_is_whole_on_postgresql(tmp_path: Path, postgres_url: str) -> None:
    with web_town(tmp_path, postgres_url) as town:
        client = town.client("methodist")
        paths = (*EVERY_PAGE, "/metrics", "/readyz")
        answers = {path: client.get(path).status_code for path in paths}
        assert answers == dict.fromkeys(paths, 200)
        for path in ("deliveries", f"municipalities/{M}/notices", f"municipalities/{M}/staff/T-6"):
            assert town.get(path).status_code == 200
        # PostgreSQL takes no NUL; it must not get that far.
        assert client.get(f"/m/{M}/staff/T%00").status_code == 400
        assert client.get("/deliveries/?source=%00").status_code == 400
        assert sign_in(town.client(), "me\x00").status_code == 400


def test_the_overview_says_what_is_missing(town: WebTown) -> None:
    text = town.client("methodist").get(f"/m/{M}/").text
    assert "прошедших диагностику" in text
    assert "50,0\u00a0%" in text
    assert "не хватает: 2" in text
    assert "некого считать" in text
    assert "VI, показатель 1" in text


def test_a_share_opens_to_the_person_and_the_event(town: WebTown) -> None:
    client = town.client("methodist")
    text = client.get(f"/m/{M}/indicators/korolev.diagnosed").text
    assert f"/m/{M}/staff/T-4" in text
    assert "/deliveries/4" in text
    assert "Входная диагностика учителя математики" in text
    assert "&#34;T-4&#34;" in client.get("/deliveries/4").text


def test_the_list_can_be_searched_with_e_for_yo(town: WebTown) -> None:
    client = town.client("methodist")
    text = client.get(f"/m/{M}/indicators/korolev.diagnosed?q=елкина").text
    assert "Ёлкина Мария Юрьевна" in text
    assert "Абрамова" not in text
    out = client.get(f"/m/{M}/indicators/korolev.programmes?standing=out").text
    assert "Абрамова" in out
    assert "Белов" not in out


def test_people_are_found_by_name_among_those_one_may_see(town: WebTown) -> None:
    text = town.client("methodist").get(f"/m/{M}/staff?q=дроздов").text
    assert "Нашлось: 1" in text
    assert "2 дефицита" in text
    assert "остановился" in text
    assert "Всего: 2" in town.client("mentor").get(f"/m/{M}/staff").text
    assert town.client("viewer").get(f"/m/{M}/staff").status_code == 403


def test_indicators_of_another_kind_of_year_are_one_press_away(town: WebTown) -> None:
    client = town.client("administrator")
    assert "?period=2025/2026" in client.get("/m/kuznetsk/").text
    assert "?period=2026" in client.get("/m/kuznetsk/?period=2025/2026").text


def test_a_parked_event_says_what_to_do(town: WebTown) -> None:
    text = town.client("methodist").get("/deliveries/?state=parked").text
    assert "не описан в справочнике диагностик" in text
    assert "Опрос о питании" in text
    assert "Учётные записи" in text


def test_a_letter_is_shown_in_a_frame_that_can_do_nothing(town: WebTown) -> None:
    client = town.client("methodist")
    page = Outline(client.get(f"/m/{M}/letters/1").text)
    (frame,) = page.all("iframe")
    assert frame["sandbox"] is None
    body = client.get(str(frame["src"]))
    policy = body.headers["Content-Security-Policy"]
    assert "sandbox" in policy
    assert "script-src" not in policy
    assert "default-src 'none'" in policy
    assert body.headers["X-Frame-Options"] == "SAMEORIGIN"


def test_each_role_finds_only_its_own_doors(town: WebTown) -> None:
    def doors(role: str, path: str = f"/m/{M}/") -> list[str]:
        text = town.client(role).get(path).text
        menus = re.findall(r'<nav class="(?:menu|rooms)".*?</nav>', text, re.S)
        return re.findall(r"<a [^>]*>([^<]+)</a>", "".join(menus))

    assert doors("methodist") == [
        "Показатели", "Люди", "Маршруты", "Записи", "Письма", "Moodle", "Правила",
    ]  # fmt: skip
    assert doors("teacher") == ["Показатели", "Мой профиль", "Люди", "Маршруты", "Письма"]
    assert doors("viewer") == ["Показатели", "Письма"]
    assert doors("administrator") == ["Показатели", "Записи", "Письма", "Moodle", "Правила"]
    inside = doors("methodist", f"/m/{M}/routes")
    assert inside[7:] == ["Все маршруты", "Остановились", "Черновики", "Просьбы и файлы"]
    assert doors("teacher", f"/m/{M}/routes")[5:] == []
    # An administrator who has entered no municipality yet.
    assert doors("administrator", "/sources/") == [
        "Письма", "Moodle", "Правила",
        "События Moodle", "Учётные записи", "Источники", "Неполадки", "Вебхуки",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("role", "path", "status"),
    [
        ("teacher", f"/m/{M}/staff/T-4", 200),
        ("teacher", f"/m/{M}/staff/T-5", 403),
        ("teacher", "/deliveries/", 403),
        ("teacher", "/accounts/", 403),
        ("viewer", f"/m/{M}/routes", 403),
        ("viewer", f"/m/{M}/letters", 403),
        ("viewer", f"/m/{M}/indicators/korolev.diagnosed", 200),
        ("administrator", f"/m/{M}/staff/T-4", 403),
        ("administrator", f"/m/{M}/letters/1", 403),
        ("administrator", "/deliveries/14", 200),
        ("head", f"/m/{M}/letters/1", 200),
        ("teacher", f"/m/{M}/letters/1", 404),
        ("methodist", "/m/kuznetsk/", 403),
        ("methodist", "/m/atlantis/", 404),
        ("administrator", "/m/kuznetsk/", 200),
        ("methodist", f"/m/{M}/staff/T-99", 404),
        ("methodist", f"/m/{M}/indicators/nothing", 404),
        ("methodist", f"/m/{M}/?as_of=2025-01-01", 200),
        ("methodist", f"/m/{M}/?as_of=tomorrow", 422),
        ("methodist", f"/m/{M}/?period=1", 422),
        ("methodist", f"/m/{M}/letters/{9**30}", 404),
        ("methodist", f"/deliveries/{9**30}", 404),
    ],
)
def test_who_may_open_what(town: WebTown, role: str, path: str, status: int) -> None:
    answer = town.client(role).get(path)
    assert answer.status_code == status
    if status != 200:
        assert len(Outline(answer.text).all("h1")) == 1
        assert "Traceback" not in answer.text


def test_figures_only_shows_no_names(town: WebTown) -> None:
    text = town.client("viewer").get(f"/m/{M}/indicators/korolev.diagnosed").text
    assert "Вам доступны только числа" in text
    assert "Абрамова" not in text
    assert "скрыто: группа слишком мала" in text


def test_a_person_reads_who_looked(own: WebTown) -> None:
    own.client("methodist").get(f"/m/{M}/staff/T-4")
    teacher = own.client("teacher")
    teacher.get(f"/m/{M}/staff/T-4")
    text = teacher.get(f"/m/{M}/staff/T-4").text
    assert "Кто смотрел профиль (1)" in text
    assert "methodist" in text


def test_a_letters_own_address_is_a_look_too(own: WebTown) -> None:
    body = own.client("methodist").get(f"/m/{M}/letters/1/body")
    assert body.status_code == 200
    with own.container.db.reading() as session:
        looks = session.scalars(select(Audit).where(Audit.action == "letter.looked_at")).all()
    assert [look.actor for look in looks] == ["methodist"]


def test_a_confirmed_account_lets_its_events_through(own: WebTown) -> None:
    client = own.client("methodist")
    page = client.get("/accounts/").text
    assert "Миронова Ольга Павловна" in page
    form = {"source": "mood", "user_id": "901", "number": "T-12", "csrf_token": csrf_token(page)}
    wrong = client.post("/accounts/confirm", data={**form, "number": "T-99"})
    assert "«T-99» нет" in client.get(wrong.headers["Location"]).text
    answer = client.post("/accounts/confirm", data=form)
    assert "Соответствие подтверждено" in client.get(answer.headers["Location"]).text
    own.engine.settle()
    assert "45,0" in client.get(f"/m/{M}/staff/T-12").text
    # It is decided now: the same form again changes nothing.
    assert client.post("/accounts/confirm", data=form).status_code == 302
    own.engine.settle()
    assert "45,0" in client.get(f"/m/{M}/staff/T-12").text


@pytest.mark.parametrize(
    ("decision", "state", "reason"),
    [("release", "waiting", "released"), ("discard", "withdrawn", "discarded")],
)
def test_a_parked_burst_is_decided_on_the_page(
    own: WebTown, decision: str, state: str, reason: str
) -> None:
    with own.container.db.writing() as session:
        stalled = update(Notice).where(Notice.kind == "route_stalled")
        session.execute(stalled.values(state="held", reason="burst"))
        last = session.scalars(select(func.max(Notice.id))).one()
    client, path = own.client("methodist"), f"/m/{M}/notices"
    form = {
        "csrf_token": csrf_token(client.get(path).text), "decision": decision,
        "kind": "route_stalled", "last": last,
    }  # fmt: skip
    assert client.post(f"{path}/bursts", data=form).status_code == 302
    page = client.get(path).text
    assert "уведомлени" in page
    assert "Слишком много сразу" not in page
    with own.container.db.reading() as session:
        query = select(Notice.state, Notice.reason).where(Notice.kind == "route_stalled")
        to_somebody = query.where(Notice.recipient.is_not(None))
        assert set(session.execute(to_somebody.distinct()).all()) == {(state, reason)}
        to_nobody = set(session.execute(query.where(Notice.recipient.is_(None))).all())
        # Released or not, it still shows that there is nobody to tell.
        assert to_nobody <= {("held", "no_recipient"), ("withdrawn", "discarded")}
        acts = session.scalars(select(Audit.action).where(Audit.action.like("burst.%"))).all()
    assert acts == [f"burst.{'released' if decision == 'release' else 'discarded'}"]
    teacher = own.client("teacher")
    form["csrf_token"] = csrf_token(teacher.get(path).text)
    assert teacher.post(f"{path}/bursts", data=form).status_code == 403


def test_an_event_can_be_worked_through_again(own: WebTown) -> None:
    client = own.client("methodist")
    token = csrf_token(client.get("/deliveries/4").text)
    answer = client.post("/deliveries/4/replay", data={"csrf_token": token})
    text = client.get(answer.headers["Location"]).text
    assert "поставлено в очередь" in text
    assert "в очереди" in text
    own.engine.settle()
    assert "обработано" in client.get("/deliveries/4").text


def test_a_form_without_its_token_changes_nothing(town: WebTown) -> None:
    client = town.client("methodist")
    for path in ("/deliveries/4/replay", "/accounts/confirm", "/logout"):
        answer = client.post(path, data={"source": "mood"})
        assert answer.status_code == 400
        assert "Форма устарела" in answer.text
    assert client.get("/deliveries/").status_code == 200


def test_signing_in_leads_back_and_never_to_a_stranger(town: WebTown) -> None:
    client = town.client()
    answer = client.get("/deliveries/?state=parked")
    assert answer.headers["Location"] == "/login?next=/deliveries/?state%3Dparked"
    entered = sign_in(client, "methodist", next="/deliveries/?state=parked")
    assert entered.headers["Location"] == "/deliveries/?state=parked"
    for target in ("https://evil.example/", "//evil.example", "/\\evil.example", "/a\r\nb"):
        entered = sign_in(town.client(), "methodist", next=target)
        assert entered.headers["Location"] == "/"


def test_a_wrong_password_is_told_kindly_and_signing_out_ends_it(town: WebTown) -> None:
    client = town.client()
    answer = sign_in(client, "specialist", "wrong")
    assert answer.status_code == 401
    assert "Имя или пароль не подходят" in answer.text
    client = town.client("specialist")
    token = csrf_token(client.get(f"/m/{M}/").text)
    assert client.post("/logout", data={"csrf_token": token}).status_code == 302
    assert client.get(f"/m/{M}/").status_code == 302


def test_an_administrator_chooses_the_municipality(town: WebTown) -> None:
    client = town.client("administrator")
    text = client.get("/").text
    assert f"/m/{M}/" in text
    assert "/m/kuznetsk/" in text
    assert town.client("methodist").get("/").headers["Location"] == f"/m/{M}/"
