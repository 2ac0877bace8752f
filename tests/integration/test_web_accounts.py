"""Accounts decided about on the page: what follows equals a full recount, and comes undone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from connector.models import Account, Audit, Delivery, Subject
from connector.services.figures.profiles import ProfileService
from connector.services.folding.rebuilding import Rebuild
from connector.services.folding.recounting import Recount
from tests.contract.native_events import native_event
from tests.integration.web_town import M, WebTown, attempt, csrf_token, post, user, web_town


@pytest.fixture
def own(tmp_path: Path, database_url: str) -> Iterator[WebTown]:
    with web_town(tmp_path / "town", database_url) as made:
        yield made


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebTown]:
    """One for tests that leave its people's evidence as it was."""
    with web_town(tmp_path_factory.mktemp("accounts")) as made:
        yield made


def send(town: WebTown, where: str, role: str = "methodist", **form: str) -> str:
    """Posts a form of the accounts page and shows the page after it; everything is worked off."""
    client = town.client(role)
    form["csrf_token"] = csrf_token(client.get("/accounts/").text)
    answer = client.post(f"/accounts/{where}", data=form)
    assert answer.status_code == 302, answer.text
    town.engine.settle()
    assert_proven(town)
    return str(client.get(answer.headers["Location"]).text)


def assert_proven(town: WebTown) -> None:
    c = town.container
    with c.db.snapshot() as session:
        today = c.clock.now().date()
        setting = c.settings.get(session, M, today)
        assert Recount(session, c.rulebook, setting).differences(today) == []
        assert Rebuild(session, c.rulebook, M).differences() == []
        assert session.scalar(select(Subject.id).where(Subject.dirty).limit(1)) is None


def results(town: WebTown, number: str) -> int:
    """How much evidence the person has."""
    with town.container.db.reading() as session:
        c = town.container
        found = ProfileService(session, c.rulebook, c.clock.now()).profile(M, number)
        return len(found.evidence)


def last_decision(town: WebTown) -> str:
    with town.container.db.reading() as session:
        query = select(Audit.id).where(Audit.action.like("account.%")).order_by(Audit.id.desc())
        return str(session.scalars(query).first())


def test_what_is_decided_has_full_effect_and_comes_undone(own: WebTown) -> None:
    page = own.client("methodist").get("/accounts/").text
    assert "Похоже по адресу почты" in page
    assert "Миронова Ольга Павловна" in page
    ann = {"source": "mood", "user_id": "901"}

    # By surname: the one who is called so.
    page = send(own, "confirm", **ann, number="миронова")
    assert "Соответствие подтверждено" in page
    assert results(own, "T-12") == 1
    assert send(own, "decide", **ann, decision="part").count("Учётная запись отвязана") == 1
    assert results(own, "T-12") == 0
    with own.container.db.reading() as session:
        row = session.scalars(select(Delivery).where(Delivery.user_id == "901")).one()
        assert (row.state, row.reason, row.subject_id) == ("parked", "unknown_person", None)

    # Moodle goes on talking of it: nobody gets it back without a person.
    post(own, "mood", "later", {**attempt(303, 60), "user": {**user(12), "id": 901}})
    own.engine.settle()
    assert results(own, "T-12") == 0
    assert "Учётную запись отвязали" in own.client("methodist").get("/accounts/").text

    assert "не наша" in send(own, "decide", **ann, decision="ignore")
    assert results(own, "T-12") == 0
    with own.container.db.reading() as session:
        rows = session.scalars(select(Delivery).where(Delivery.user_id == "901")).all()
        assert {(one.state, one.reason) for one in rows} == {("done", "account_ignored")}

    for expected in (0, 2):
        # First that it is not ours, then that it was taken from her.
        with own.container.db.reading() as session:
            decisions = session.scalars(
                select(Audit.id)
                .where(Audit.action.in_(("account.ignored", "account.parted")))
                .order_by(Audit.id.desc())
            ).all()
        number = decisions[0] if expected == 0 else decisions[-1]
        assert "Решение отменено" in send(own, "take-back", decision=str(number))
        assert results(own, "T-12") == expected
    # What was undone already is not the latest any more.
    assert "Отменить нельзя" in send(own, "take-back", decision=str(decisions[-1]))


def test_a_name_that_changed_in_moodle_moves_nothing_until_somebody_says_so(
    shared: WebTown,
) -> None:
    """The account of T-5 is given the personnel number of T-13: a hijack, or a mistake mended."""
    before = results(shared, "T-5")
    assert before == 1
    stolen = native_event(
        "user.updated",
        500,
        user={**user(5), "idnumber": "T-13"},
        occurred_at="2026-06-01T10:00:00Z",
    )
    post(shared, "mood", "stolen", stolen)
    shared.engine.settle()
    client = shared.client("methodist")
    page = client.get("/accounts/").text
    assert "теперь табельный номер другого человека" in page
    assert (results(shared, "T-5"), results(shared, "T-13")) == (1, 0)

    account = {"source": "mood", "user_id": "5", "municipality": M}
    page = send(shared, "confirm", **account, number="T-13")
    assert (results(shared, "T-5"), results(shared, "T-13")) == (0, 1)
    assert "теперь табельный номер другого человека" not in page
    send(shared, "take-back", decision=last_decision(shared))
    assert (results(shared, "T-5"), results(shared, "T-13")) == (1, 0)
    page = client.get("/accounts/").text
    assert "теперь табельный номер другого человека" in page

    # Kept where it is: not asked about again while it is called so.
    page = send(shared, "confirm", **account, number="T-5")
    assert "теперь табельный номер другого человека" not in page


def test_nobody_decides_about_what_is_not_theirs(shared: WebTown) -> None:
    client = shared.client("methodist")
    token = csrf_token(client.get("/accounts/").text)
    theirs = {"source": "both", "user_id": "902", "csrf_token": token}
    assert client.post("/accounts/confirm", data={**theirs, "number": "T-1"}).status_code == 404
    assert client.post("/accounts/decide", data={**theirs, "decision": "part"}).status_code == 404
    teacher = shared.client("teacher")
    assert teacher.get("/accounts/").status_code == 403
    several = {"source": "mood", "user_id": "900", "csrf_token": token, "number": "на"}
    answer = client.post("/accounts/confirm", data=several)
    assert answer.status_code == 422
    assert "Кто из них?" in answer.text


def test_accounts_of_several_moodles_and_records_of_one_person_are_merged(shared: WebTown) -> None:
    client = shared.client("administrator")
    assert "902" in client.get("/accounts/").text
    assert "902" not in shared.client("methodist").get("/accounts/").text
    account = {"source": "both", "user_id": "902", "municipality": M, "number": "T-14"}
    send(shared, "confirm", "administrator", **account)
    assert results(shared, "T-14") == 1

    # T-14 was hired anew under another number, and had been T-3 before.
    page = send(shared, "merge", into="T-3", number="T-14", next=f"/m/{M}/staff/T-3")
    assert "both, № 902" in page
    assert "mood, № 3" in page
    assert (results(shared, "T-3"), results(shared, "T-14")) == (2, 0)
    with shared.container.db.reading() as session:
        assert session.get_one(Account, ("both", "902")).match == "confirmed"
    send(shared, "take-back", decision=last_decision(shared))
    assert (results(shared, "T-3"), results(shared, "T-14")) == (1, 1)
