"""Верхняя Пышма and Ханкайский from sheets and events to shares, reasons and notices."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from connector.cli import main
from connector.models import Notice
from connector.services.access.logins import TokenService
from connector.services.access.visibility import Role
from connector.web.app import create_app
from tests.integration.places.places_town import (
    KHANKA,
    PYSHMA,
    REPORT,
    SUMMER,
    TOWNS,
    bring,
    places_town,
    proven,
    snap,
    tell,
)
from tests.integration.places.two_years import (
    KHANKA_SHEETS,
    PYSHMA_SHEETS,
    khanka_events,
    pyshma_events,
)
from tests.integration.spine.spine_town import Spine

# achieved, population on the last day of 2026: worked out in the plugins' year tests.
YEAR = {
    "vp.specifics": (1, 2),
    "vp.young_support": (2, 3),
    "vp.association_links": (2, 4),
    "vp.analytics": (2, 3),
    "vp.decisions": (1, 3),
    "vp.monitoring": (3, 3),
    "vp.cycle": (1, 1),
    "vp.growth": (4, 5),
    "khankaysky.deficits_identified": (2, 7),
    "khankaysky.training_effect": (1, 2),
    "khankaysky.associations_effective": (0, 2),
    "khankaysky.low_results_support": (1, 4),
}


def live_through(town: Spine) -> None:
    bring(town, PYSHMA, PYSHMA_SHEETS)
    bring(town, KHANKA, KHANKA_SHEETS)
    town.drain()
    snap(town, PYSHMA)
    tell(town, pyshma_events() + khanka_events())
    town.drain()
    town.clock.move_to(REPORT)
    town.drain()


def said(capsys: pytest.CaptureFixture[str], *command: str) -> Any:
    capsys.readouterr()
    assert main([*command, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_the_year_comes_out_of_sheets_and_events(
    tmp_path: Path,
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with places_town(tmp_path / "town", database_url) as town:
        live_through(town)
        proven(town)
        owed = notices(town)
    monkeypatch.setenv("CONNECTOR_DATA_DIR", str(tmp_path / "town"))
    monkeypatch.setenv("CONNECTOR_DATABASE_URL", database_url)
    monkeypatch.setenv("CONNECTOR_CLOCK", REPORT.isoformat())
    found: dict[str, tuple[int, int]] = {}
    for municipality in TOWNS:
        told = said(capsys, "shares", municipality, "--period", "2026")
        found |= {i["code"]: (i["achieved"], i["population"]) for i in told["indicators"]}
    assert found == YEAR
    by_school = slices(said(capsys, "shares", PYSHMA, "--period", "2026", "--by", "school"))
    assert by_school["vp.specifics"] == {"s1": (0, 1), "s2": (1, 1)}
    assert by_school["vp.decisions"] == {"s1": (1, 1), "k1": (0, 1)}
    because = reasons(said(capsys, "explain", PYSHMA, "vp.specifics", "--period", "2026"))
    assert because["s1"].startswith("Программами и ИОМ охвачено дефицитов: 1 из 3")
    assert because["s2"].endswith("→ засчитано")
    because = reasons(said(capsys, "explain", KHANKA, "khankaysky.training_effect"))
    assert "до неё 40.0 %, после неё (20.05.2026) 70.0 % → засчитано" in because["H1"]
    assert said(capsys, "recount", "--verify")["differences"] == 0
    # g2, which has no head, last met in September. 3's term ends on this very day.
    assert owed == {("meeting_missing", "meeting_missing:g2:2026-Q4:nobody")}


def test_the_specialist_hears_of_an_analysis_without_a_decision(tmp_path: Path) -> None:
    with places_town(tmp_path / "town") as town:
        live_through(town)
        town.clock.move_to(REPORT + timedelta(days=1))
        town.drain()
        late = {key for kind, key in notices(town) if kind == "decision_missing"}
        assert late == {"decision_missing:3:P6"}
        decided = "number,analysis,scope,decided_on\n9,3,school:k1,2027-01-01\n"
        bring(town, PYSHMA, {"decisions": decided})
        town.drain()
        assert not any(kind == "decision_missing" for kind, _ in notices(town))
        proven(town)


def notices(town: Spine) -> set[tuple[str, str]]:
    kinds = ("meeting_missing", "decision_missing")
    with town.container.db.reading() as session:
        rows = session.execute(
            select(Notice.kind, Notice.key).where(
                Notice.kind.in_(kinds), Notice.state.in_(("waiting", "held"))
            )
        )
        return {(kind, key) for kind, key in rows}


def slices(told: Any) -> dict[str, dict[str, tuple[int, int]]]:
    return {
        indicator["code"]: {
            one["code"]: (one["achieved"], one["population"])
            for one in indicator["slices"]
            if one["population"]
        }
        for indicator in told["indicators"]
    }


def reasons(told: Any) -> dict[str, str]:
    """The last reason of each subject, by code."""
    told_of = [one for one in told["subjects"] if one["because"]]
    return {one["subject"]: one["because"][-1]["text"] for one in told_of}


def test_a_stall_climbs_from_the_methodist_to_the_specialist_past_the_head(tmp_path: Path) -> None:
    """khankaysky 4.3, 4.5: H5 looks after the school of H3, H6 leads H5; H4 heads the ММО."""
    may, june = SUMMER - timedelta(days=1), SUMMER
    with places_town(tmp_path / "town", now=may) as town:
        bring(town, KHANKA, KHANKA_SHEETS)
        tell(town, khanka_events())
        town.drain()
        assert stalls(town) == set()
        # The route of 1 May has not moved for twenty working days on 1 June; five more on 8 June.
        told = {}
        for day in (1, 7, 8):
            town.clock.move_to(june.replace(day=day))
            town.drain()
            told[day] = stalls(town)
        assert told[1] == told[7] == {("methodist", "H5")}
        assert told[8] == {("methodist", "H5"), ("specialist", "H6")}


def stalls(town: Spine) -> set[tuple[str, str | None]]:
    with town.container.db.reading() as session:
        rows = session.execute(
            select(Notice.role, Notice.recipient).where(
                Notice.kind == "route_stalled", Notice.key.startswith("route_stalled:H3/")
            )
        )
        return {(role, recipient) for role, recipient in rows}


def test_a_notice_of_the_rule_files_is_owed_withdrawn_and_owed_again(tmp_path: Path) -> None:
    """khankaysky 1.3: H1 (her route is done) and H2 of a school with low results have no route."""
    with places_town(tmp_path / "town", now=SUMMER - timedelta(days=1)) as town:
        bring(town, KHANKA, KHANKA_SHEETS)
        bring(town, KHANKA, {"assignments": "personnel_no,duty,of\nH5,methodist,low\n"})
        tell(town, khanka_events())
        town.drain()
        spring = {"H1": "H5", "H2": "H5", "H5": None}
        assert without_route(town, "2026-Q2") == spring
        routes = "personnel_no,number,based_on,starts_on,approved_by\nH2,1,,2026-05-15,H5\n"
        bring(town, KHANKA, {"routes": routes})
        town.drain()
        del spring["H2"]
        assert without_route(town, "2026-Q2") == spring
        town.clock.move_to(SUMMER.replace(month=7))
        town.drain()
        assert without_route(town, "2026-Q3") == spring
        proven(town)


def without_route(town: Spine, quarter: str) -> dict[str, str | None]:
    """Who is told of whom, as long as it is owed."""
    with town.container.db.reading() as session:
        rows = session.execute(
            select(Notice.key, Notice.recipient).where(
                Notice.kind == "low_results_without_route", Notice.state != "withdrawn"
            )
        )
        return {key.split(":")[2]: to for key, to in rows if f":{quarter}:" in key}


def test_a_viewer_sees_the_share_of_schools_but_not_what_their_people_lack(tmp_path: Path) -> None:
    with places_town(tmp_path / "town") as town:
        live_through(town)
        whole = asked_by(town, "methodist", "vp.specifics")
        assert {one["subject"] for one in whole} == {"s1", "s2", "k1"}
        assert asked_by(town, "viewer", "vp.specifics") == []
        open_to_all = {one["subject"] for one in asked_by(town, "viewer", "vp.analytics")}
        assert open_to_all == {"s1", "s2", "k1"}


def asked_by(town: Spine, role: str, code: str) -> Any:
    """The subjects of an indicator, as the API gives them to a token of this role."""
    c = town.container
    with c.db.writing() as session:
        token = TokenService(session).issue(Role(role), PYSHMA, REPORT)
    client = create_app(c, town.engine.nudge).test_client()
    path = f"/api/v1/municipalities/{PYSHMA}/indicators/{code}/subjects?period=2026"
    answer = client.get(path, headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200, answer.text
    return answer.json
