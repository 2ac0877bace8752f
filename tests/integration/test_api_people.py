"""People, routes, notices and deliveries over JSON (contract 4), and who may see them."""

import pytest
from sqlalchemy import select

from connector.models import Audit
from tests.integration.web_town import M, WebTown, as_json

STAFF = f"municipalities/{M}/staff"


def test_a_person_is_profile_routes_evidence_notices(town: WebTown) -> None:
    told = as_json(town.get(f"{STAFF}/T-6"))
    assert (told["number"], told["name"]) == ("T-6", "Дроздов Павел Андреевич")
    competency = {one["code"]: one for one in told["profile"]}["K1"]
    assert competency["title"] == "Решение задач повышенной сложности"
    assert (competency["state"], competency["level"]) == ("addressed", "below_base")
    assert competency["percent"] == 30.0
    assert told["results"][0]["level"] == "below_base"
    (route,) = told["routes"]
    assert (route["state"], route["stalled_because"]) == ("active", "idle")
    assert [step["done_on"] for step in route["steps"]] == ["2026-04-20", None]
    assert {one["key"].partition(":")[0] for one in told["evidence"]} == {"attempt", "completion"}
    assert {one["kind"] for one in told["notices"]} == {"route_stalled"}


@pytest.mark.parametrize(("role", "own"), [("head", "T-2"), ("teacher", "T-4")])
def test_what_others_were_told_of_a_person_is_not_told_on(
    town: WebTown, role: str, own: str
) -> None:
    told = [as_json(town.get(f"{STAFF}/T-4", who))["notices"] for who in ("methodist", role)]
    every, seen = ({one["recipient"] for one in notices} for notices in told)
    assert every - {own}
    assert seen <= {own}


def test_each_look_is_written_down(town: WebTown) -> None:
    town.get(f"{STAFF}/T-13")
    with town.container.db.reading() as session:
        looks = session.scalars(select(Audit).where(Audit.person == "T-13")).all()
    assert [look.action for look in looks] == ["profile.looked_at"]
    assert looks[0].actor.startswith("token:")
    assert looks[0].municipality == M


@pytest.mark.parametrize(
    ("role", "number", "status"),
    [
        ("methodist", "T-99", 404),
        ("specialist", "T-14", 200),
        ("head", "T-5", 200),
        ("head", "T-14", 403),
        ("mentor", "T-8", 200),
        ("mentor", "T-5", 403),
        ("teacher", "T-4", 200),
        ("teacher", "T-5", 403),
        ("teacher", "T-99", 403),
        ("viewer", "T-4", 403),
        ("administrator", "T-4", 403),
        ("stranger", "T-4", 403),
    ],
)
def test_who_may_see_whom(town: WebTown, role: str, number: str, status: int) -> None:
    assert town.get(f"{STAFF}/{number}", role).status_code == status


def test_stalled_routes_come_longest_first(town: WebTown) -> None:
    told = as_json(town.get(f"municipalities/{M}/routes", state="stalled"))
    assert [one["subject"] for one in told["routes"]] == ["T-5", "T-7", "T-4", "T-6"]
    assert told["routes"][0]["stalled_since"] == "2026-03-12"
    assert as_json(town.get(f"municipalities/{M}/routes", state="completed"))["routes"] == []
    own = as_json(town.get(f"municipalities/{M}/routes", "teacher"))
    assert [one["subject"] for one in own["routes"]] == ["T-4"]
    assert town.get(f"municipalities/{M}/routes", state="lost").status_code == 422


def test_notices_of_all_for_a_methodist_and_own_ones_for_others(town: WebTown) -> None:
    path = f"municipalities/{M}/notices"
    every = as_json(town.get(path))["notices"]
    assert {one["kind"] for one in every} >= {"route_stalled"}
    own = as_json(town.get(path, "head"))["notices"]
    assert own
    assert {one["recipient"] for one in own} == {"T-2"}
    assert as_json(town.get(path, "teacher", state="sent"))["notices"] == []
    assert town.get(path, "viewer").status_code == 403


def test_parked_deliveries_say_why(town: WebTown) -> None:
    told = as_json(town.get("deliveries", state="parked"))
    assert {one["reason"] for one in told["deliveries"]} == {
        "unknown_person", "match_proposed", "unknown_quiz",
    }  # fmt: skip
    assert told["counts"]["parked"] == 3
    assert all(one["state"] == "parked" for one in told["deliveries"])


def test_deliveries_go_on_from_the_last_one_seen(town: WebTown) -> None:
    first = as_json(town.get("deliveries", limit="3"))["deliveries"]
    rest = as_json(town.get("deliveries", before=str(first[-1]["id"])))["deliveries"]
    assert [one["id"] for one in first + rest] == list(range(16, 0, -1))


def test_a_delivery_shows_event_evidence_and_conflicts(town: WebTown) -> None:
    listed = as_json(town.get("deliveries", limit="50"))["deliveries"]
    shown = {one["id"]: as_json(town.get(f"deliveries/{one['id']}")) for one in listed}
    first, winner = sorted(number for number, one in shown.items() if one["conflict"])
    assert shown[first]["conflicts"] == [winner]
    assert shown[first]["body"]["type"] == "quiz.attempt_graded"
    assert [one["key"] for one in shown[winner]["evidence"]] == ["attempt:mood:9"]


@pytest.mark.parametrize(
    ("role", "status"),
    [("administrator", 200), ("specialist", 200), ("head", 403), ("teacher", 403), ("viewer", 403)],
)
def test_deliveries_are_for_those_who_mend_them(town: WebTown, role: str, status: int) -> None:
    assert town.get("deliveries", role).status_code == status
    assert town.get("deliveries/1", role).status_code == status


def test_deliveries_of_another_municipality_are_not_there(town: WebTown) -> None:
    assert as_json(town.get("deliveries", "stranger"))["deliveries"] == []
    assert town.get("deliveries/1", "stranger").status_code == 404
    for number in ("0", "999", str(2**63), "9" * 40):
        assert town.get(f"deliveries/{number}").status_code == 404


def test_whoever_belongs_to_nobody_yet_is_the_administrators_business(town: WebTown) -> None:
    """A shared source's unknown person could be of either municipality (domain 1)."""
    seen = as_json(town.get("deliveries", "administrator", source="both"))["deliveries"]
    assert [one["reason"] for one in seen] == ["unknown_person"]
    path = f"deliveries/{seen[0]['id']}"
    for role in ("methodist", "stranger"):
        assert as_json(town.get("deliveries", role, source="both"))["deliveries"] == []
        assert town.get(path, role).status_code == 404
    assert "№ 902" in town.client("administrator").get("/accounts/").text
    assert "№ 902" not in town.client("methodist").get("/accounts/").text


def test_events_are_read_on_from_the_last_one_seen(town: WebTown) -> None:
    while town.engine.publisher.run_once():
        pass
    path = f"municipalities/{M}/events"
    first = as_json(town.get(path, limit="2"))
    assert len(first["events"]) == 2
    assert first["next"] == first["events"][-1]["number"]
    rest = as_json(town.get(path, after=str(first["next"])))
    numbers = [event["number"] for event in (*first["events"], *rest["events"])]
    assert numbers == sorted(set(numbers))
    stalled = as_json(town.get(path, type="route.stalled"))["events"]
    assert {event["subject"] for event in stalled} <= {"T-4", "T-5", "T-6", "T-7"}
    assert stalled
    assert as_json(town.get(path, after=str(rest["next"]))) == {
        "municipality": M, "events": [], "next": rest["next"]
    }  # fmt: skip


@pytest.mark.parametrize(
    ("role", "status"),
    [("specialist", 200), ("head", 403), ("teacher", 403), ("viewer", 403), ("stranger", 403)],
)
def test_events_are_for_those_who_see_everybody(town: WebTown, role: str, status: int) -> None:
    assert town.get(f"municipalities/{M}/events", role).status_code == status
