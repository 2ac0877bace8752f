"""Routes as people work on them, on both databases: drafts, decisions, requests, proofs."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from connector.cli.figures import differences
from connector.clock import AdjustableClock
from connector.models import Draft, DraftWish, Import, Record, RouteChange, Subject
from connector.runtime.propose import Proposer
from connector.services.imports.importing import ImportService
from connector.services.records.entry import Making
from connector.services.routes.asked import Asked, RequestKind
from connector.services.routes.changes import ChangeKind, RouteEdit, RouteWriter
from connector.services.routes.contents import Contents, contents_of, texts
from connector.services.routes.desk import Picked, RouteDesk
from connector.services.routes.proofs import MOST_BYTES, ProofService, Upload
from connector.services.routes.queue import asking
from connector.services.routes.requests import RequestService
from connector.services.routes.story import story as whole_story
from connector.services.routes.wishes import WishService
from connector.services.routes.workbench import Origin, Workbench
from tests.integration.web_town import NOW, M, WebTown, attempt, post, user, web_town
from tests.services.copies import Copies


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def town(request: pytest.FixtureRequest, tmp_path_factory: Any) -> Iterator[WebTown]:
    folder: Path = tmp_path_factory.mktemp("drafts")
    with ExitStack() as stack:
        url = None
        if request.param == "postgresql":
            copies: Copies = request.getfixturevalue("migrated_copies")
            url = stack.enter_context(copies.lent())
        yield stack.enter_context(web_town(folder, url))


def work(town: WebTown) -> None:
    for _ in range(20):
        town.engine.settle()
        if not town.engine.proposer.run_once():
            return
    raise AssertionError("the proposing never ends")


def routes_of(town: WebTown, person: str) -> list[Contents]:
    with town.container.db.reading() as session:
        found = contents_of(session, M, [person])
    return [found[code] for code in sorted(found)]


def rows_of(town: WebTown, person: str) -> dict[str, str]:
    with town.container.db.reading() as session:
        rows = session.scalars(select(Draft).where(Draft.person == person))
        return {row.result: row.state for row in rows}


def story(town: WebTown, person: str) -> list[str]:
    with town.container.db.reading() as session:
        query = select(RouteChange.kind).where(RouteChange.person == person)
        return list(session.scalars(query.order_by(RouteChange.id)))


def diagnose(town: WebTown, serial: int, n: int, percents: tuple[int, int], day: str) -> None:
    event = attempt(serial, percents[0])
    taken = {**event["attempt"], "finished_at": f"{day}T10:00:00Z", "number": serial}
    taken["questions"] = [
        {**taken["questions"][0], "mark": percents[0]},
        {**taken["questions"][1], "mark": percents[1]},
    ]
    fresh = {**event, "user": user(n), "occurred_at": f"{day}T10:00:00Z", "attempt": taken}
    post(town, "mood", f"d{serial}", fresh)


def test_a_deficit_gets_one_draft_that_follows_the_results(town: WebTown) -> None:
    work(town)
    # 14 has no result yet; a first one leaves K1 open, and one programme covers it.
    assert routes_of(town, "T-14") == []
    diagnose(town, 1401, 14, (30, 80), "2026-06-01")
    work(town)
    (draft,) = routes_of(town, "T-14")
    assert draft.is_draft
    assert (draft.route["number"], draft.route["based_on"]) == ("2026-1", "DIAG")
    assert [step["target"] for step in draft.steps] == ["course:DPP"]
    assert story(town, "T-14") == ["proposed"]
    work(town)
    assert routes_of(town, "T-14") == [draft]

    # The same again, and everybody looked at once more: nothing new.
    diagnose(town, 1401, 14, (30, 80), "2026-06-01")
    with town.container.db.writing() as session:
        assert WishService(session).ask_all(M, NOW) > 3
    work(town)
    assert routes_of(town, "T-14") == [draft]
    assert story(town, "T-14") == ["proposed"]

    # A newer result with the same deficit takes the draft over, one without it takes it away.
    diagnose(town, 1402, 14, (35, 80), "2026-06-02")
    work(town)
    assert [one.route["number"] for one in routes_of(town, "T-14")] == ["2026-1"]
    assert sorted(rows_of(town, "T-14").values()) == ["proposed", "superseded"]
    diagnose(town, 1403, 14, (90, 80), "2026-06-03")
    work(town)
    assert routes_of(town, "T-14") == []
    assert story(town, "T-14")[-1] == "withdrawn"
    with town.container.db.reading() as session:
        assert session.scalars(select(DraftWish)).all() == []


def test_what_a_methodist_edited_stays(town: WebTown) -> None:
    diagnose(town, 1301, 13, (30, 80), "2026-06-01")
    work(town)
    (draft,) = routes_of(town, "T-13")
    step = {**draft.steps[0], "due_on": "2026-12-30"}
    edit = RouteEdit(draft.code, ChangeKind.EDITED, [("steps", texts("steps", step))])
    making = Making("methodist", NOW, NOW.date())
    with town.container.db.writing() as session:
        written = RouteWriter(session, M, ImportService()).write([edit], making)
    assert written.changed == {0}
    (edited,) = routes_of(town, "T-13")
    diagnose(town, 1302, 13, (20, 30), "2026-06-02")
    work(town)
    assert routes_of(town, "T-13") == [edited]
    # K2 is open and no programme covers it; the result is newer than the edited draft's.
    assert sorted(rows_of(town, "T-13").values()) == ["proposed", "uncovered"]
    assert story(town, "T-13") == ["proposed", "edited"]


def test_whoever_has_a_route_under_way_is_proposed_nothing_for_its_deficits(
    town: WebTown,
) -> None:
    # 5 and 7 have an approved route about K1 and open deficits in it.
    for person in ("T-5", "T-7"):
        assert [one.is_draft for one in routes_of(town, person)] == [False]


def test_a_draft_bears_on_no_figure(town: WebTown) -> None:
    with town.container.db.reading() as session:
        assert session.scalar(select(Record.key).where(Record.sheet == "routes").limit(1))
    assert differences(town.container, M) == []


def test_a_killed_proposer_leaves_its_people_to_the_next(town: WebTown) -> None:
    diagnose(town, 1201, 11, (10, 90), "2026-06-01")
    town.engine.settle()
    with town.container.db.writing() as session:
        assert WishService(session).claim([M], 10, timedelta(minutes=5), NOW) is not None
    assert town.engine.proposer.run_once() == 0
    clock = town.container.clock
    assert isinstance(clock, AdjustableClock)
    clock.move_to(NOW + timedelta(minutes=6))
    work(town)
    assert [one.is_draft for one in routes_of(town, "T-11")] == [True]


def test_two_proposers_at_once_write_one_draft_a_person(town: WebTown) -> None:
    # 1 had a good result and 9 too; both get a newer one that is not.
    diagnose(town, 1101, 1, (20, 90), "2026-06-04")
    diagnose(town, 1102, 9, (20, 90), "2026-06-04")
    town.engine.settle()
    gate = threading.Barrier(3)

    def propose() -> None:
        container = town.container
        proposer = Proposer(container.db, container.rulebook, container.settings, container.clock)
        gate.wait()
        while proposer.run_once():
            pass

    threads = [threading.Thread(target=propose) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    work(town)
    assert [story(town, person) for person in ("T-1", "T-9")] == [["proposed"], ["proposed"]]
    with town.container.db.reading() as session:
        setting = town.container.settings.get(session, M, NOW.date())
        lines = Workbench(session, setting, NOW.date()).lines()
    origins = {line.code[0]: line.origin for line in lines}
    assert (origins["T-1"], origins["T-13"]) == (Origin.PROPOSED, Origin.EDITED)
    assert not {"T-5", "T-6"} & origins.keys(), "approved routes are no drafts"


BY = Making("methodist", NOW, NOW.date())
TEACHER = Making("teacher", NOW, NOW.date())
PDF = b"%PDF-1.4 certificate"
SIX, SEVEN = ("T-6", "1"), ("T-7", "1")


def asks(town: WebTown, *args: Any) -> str:
    """What speaks against a request about T-7's route; nothing where it stands."""
    with town.container.db.writing() as session:
        setting = town.container.settings.get(session, M, NOW.date())
        return RequestService(session, setting).ask(SEVEN, Asked(*args), TEACHER) or ""


def decides(town: WebTown, code: tuple[str, str], grants: bool = True, why: str = "") -> str | None:
    with town.container.db.writing() as session:
        setting = town.container.settings.get(session, M, NOW.date())
        service = RequestService(session, setting)
        (number,) = [one.id for one in service.of_route(code) if one.state == "waiting"]
        if grants:
            return service.grant(number, why, ImportService(), BY)
        return service.refuse(number, why, BY)


def route(town: WebTown, code: tuple[str, str]) -> Contents:
    with town.container.db.reading() as session:
        return contents_of(session, M, [code[0]])[code]


def test_a_pause_is_asked_for_decided_about_and_written(town: WebTown) -> None:
    first, last = date(2026, 7, 1), date(2026, 7, 28)
    assert "последний день перерыва" in (asks(town, RequestKind.PAUSE, "отпуск", 0, first) or "")
    assert "раньше первого" in (asks(town, RequestKind.PAUSE, "отпуск", 0, last, first) or "")
    assert asks(town, RequestKind.PAUSE, " ", 0, first, last) == "напишите, почему"
    assert asks(town, RequestKind.PAUSE, "отпуск", 0, first, last) == ""
    assert asks(town, RequestKind.PAUSE, "отпуск", 0, first, last) != "", "once"
    assert decides(town, SEVEN) is None
    (pause,) = route(town, SEVEN).pauses
    assert (pause["from"], pause["until"]) == ("2026-07-01", "2026-07-28")
    assert pause["reason"] == "отпуск"
    overlapping = asks(town, RequestKind.PAUSE, "болезнь", 0, last, last + timedelta(3))
    assert overlapping == "эти дни пересекаются с перерывом с 01.07.2026 по 28.07.2026"
    with town.container.db.reading() as session:
        kinds = [one.kind for one in whole_story(session, M, SEVEN)]
    assert sorted(kinds) == ["asked", "imported", "paused", "request_granted"]


def test_a_step_is_prolonged_to_a_working_day_only(town: WebTown) -> None:
    prolong = RequestKind.PROLONG
    assert "позже прежнего" in (asks(town, prolong, "не успеваю", 2, None, date(2026, 9, 1)) or "")
    # 12 December 2026 is a Saturday.
    closed = asks(town, prolong, "не успеваю", 2, None, date(2026, 12, 12))
    assert closed == "12.12.2026 — нерабочий день; ближайший рабочий — 14.12.2026"
    assert asks(town, prolong, "не успеваю", 9, None, date(2026, 12, 14)) != ""
    assert asks(town, prolong, "не успеваю", 2, None, date(2026, 12, 14)) == ""
    assert decides(town, SEVEN, False) is not None, "a refusal needs its reason"
    assert decides(town, SEVEN, False, "времени достаточно") is None
    assert route(town, SEVEN).steps[1]["due_on"] == "2026-12-01"
    assert asks(town, prolong, "болею", 2, None, date(2026, 12, 14)) == ""
    assert decides(town, SEVEN) is None
    assert route(town, SEVEN).steps[1]["due_on"] == "2026-12-14"


def test_a_step_is_excused_but_not_the_last_one_and_a_route_dropped(town: WebTown) -> None:
    assert asks(town, RequestKind.NOT_RELEVANT, "уже училась", 1) == ""
    assert decides(town, SEVEN) is None
    assert route(town, SEVEN).steps[0]["required"] is False
    only = asks(town, RequestKind.NOT_RELEVANT, "и это", 2)
    assert "единственный обязательный шаг" in only
    assert asks(town, RequestKind.DROP, "ухожу на пенсию") == ""
    assert decides(town, SEVEN, why="жаль") is None
    assert route(town, SEVEN).route["cancel_reason"] == "ухожу на пенсию"
    assert asks(town, RequestKind.PAUSE, "x", 0, date(2026, 7, 1), date(2026, 7, 2)) == (
        "маршрут отменён"
    )
    town.engine.settle()
    assert differences(town.container, M) == []


def sends(town: WebTown, content: bytes, name: str = "справка.pdf", **more: Any) -> str | None:
    upload = Upload(2, name, content, **{"done_on": date(2026, 6, 1), **more})
    with town.container.db.writing() as session:
        return ProofService(session, M).upload(SIX, upload, TEACHER)


def reviews(town: WebTown, why: str | None = None) -> str | None:
    with town.container.db.writing() as session:
        service = ProofService(session, M)
        number = service.of_route(SIX)[0].id
        if why is None:
            return service.accept(number, ImportService(), BY)
        return service.give_back(number, why, ImportService(), BY)


@pytest.mark.parametrize(
    ("content", "more", "why"),
    [
        (b"", {}, "выберите файл"),
        (b"MZ\x90 a program", {}, "не принимаются"),
        (b"<html>", {"name": "справка.pdf"}, "не принимаются"),
        (b"PK\x03\x04 no archive", {"name": "a.docx"}, "не принимаются"),
        (PDF + b" " * MOST_BYTES, {}, "больше 5 МБ"),
        (PDF, {"done_on": None}, "укажите дату"),
        (PDF, {"done_on": date(2026, 6, 16)}, "ещё не наступила"),
        (PDF, {"done_on": date(2026, 2, 9)}, "старше маршрута"),
        (PDF, {"valid_until": date(2026, 6, 14)}, "истёк"),
    ],
)
def test_a_file_that_proves_nothing_is_not_kept(
    town: WebTown, content: bytes, more: dict[str, Any], why: str
) -> None:
    assert why in (sends(town, content, **more) or "")
    with town.container.db.reading() as session:
        assert asking(session, M) == []


def test_an_accepted_file_does_the_step_and_a_returned_one_undoes_it(town: WebTown) -> None:
    assert sends(town, PDF, '..\\отчёт"<b>.exe', valid_until=date(2027, 6, 1)) is None
    assert sends(town, PDF) == "этот файл уже приложен к шагу"
    with town.container.db.reading() as session:
        (file,) = ProofService(session, M).waiting()
        assert (file.name, file.type) == ("отчётb.pdf", "application/pdf")
        assert ProofService(session, "kuznetsk").find(file.id) is None
        assert ProofService(session, "kuznetsk").content(file.id) is None
    assert reviews(town) is None
    assert reviews(town) == "этот файл уже посмотрели"
    town.engine.settle()
    with town.container.db.reading() as session:
        row = session.scalars(select(Record).where(Record.key == f"proof-{file.id}")).one()
        assert (row.body["target"], row.body["happened_at"]) == ("1/2", "2026-06-01")
    states = {one["number"]: one["done"] for one in state_of(town, "T-6")["routes"]}
    assert states == {"1": 2}
    assert reviews(town, "не та страница") is None
    town.engine.settle()
    assert {one["done"] for one in state_of(town, "T-6")["routes"]} == {1}
    assert differences(town.container, M) == []


def state_of(town: WebTown, person: str) -> dict[str, Any]:
    with town.container.db.reading() as session:
        query = select(Subject.state).where(Subject.code == person, Subject.municipality == M)
        return dict(session.scalars(query).one() or {})


def test_thirty_are_approved_at_once_while_somebody_edits_one(town: WebTown) -> None:
    for n in range(30):
        imported(town, f"N-{n:02}")
    picked = [Picked(("T-12", f"N-{n:02}"), routed(town, f"N-{n:02}")) for n in range(30)]
    gate = threading.Barrier(2)
    outcomes: dict[str, Any] = {}

    def approve() -> None:
        gate.wait()
        with town.container.db.writing() as session:
            desk = RouteDesk(session, M, ImportService())
            outcomes["approved"] = desk.approve(picked, "T-1", BY)

    def edit() -> None:
        gate.wait()
        step = {"target": "course:DPP", "due_on": "2026-12-02", "required": "да"}
        with town.container.db.writing() as session:
            desk = RouteDesk(session, M, ImportService())
            outcomes["edited"] = desk.edit(picked[7], "2026-07-01", [step], TEACHER)

    threads = [threading.Thread(target=one) for one in (approve, edit)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    refused = {one.code[1]: one.why for one in outcomes["approved"] if one.why is not None}
    # Whoever came second was told; nobody approved what they had not seen.
    if outcomes["edited"].why is None:
        assert list(refused) == ["N-07"]
        assert "изменился" in refused["N-07"]
    else:
        assert (refused, "утверждён" in outcomes["edited"].why) == ({}, True)
    with town.container.db.reading() as session:
        imports = session.scalar(
            select(func.count()).select_from(Import).where(Import.made_by == "methodist")
        )
        changed = session.scalar(
            select(func.count()).select_from(RouteChange).where(RouteChange.kind == "approved")
        )
    assert changed == 30 - len(refused)
    assert imports is not None
    town.engine.settle()
    assert differences(town.container, M) == []


def imported(town: WebTown, number: str) -> None:
    whose = {"personnel_no": "T-12", "number": number}
    step = {**whose, "order": "1", "target": "course:DPP", "due_on": "2026-12-01", "required": "да"}
    edit = RouteEdit(
        ("T-12", number),
        ChangeKind.EDITED,
        [("routes", {**whose, "starts_on": "2026-07-01"}), ("steps", step)],
    )
    with town.container.db.writing() as session:
        RouteWriter(session, M, ImportService()).write([edit], BY)


def routed(town: WebTown, number: str) -> str:
    return route(town, ("T-12", number)).version
