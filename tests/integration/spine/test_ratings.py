"""What people are rated in Moodle's plans is found, shown, and addresses a deficit."""

from pathlib import Path

from sqlalchemy import select

from connector.domain.deficits import DeficitState
from connector.domain.folding import Folded
from connector.domain.wishes import MoodleWishes
from connector.models import EvidenceSlot
from connector.services.cases.casefiles import CaseFiles
from tests.contract.living_moodle import Competency, Plan
from tests.integration.spine.acting_town import wish
from tests.integration.spine.living_town import LivingTown, living_town
from tests.integration.spine.test_reconcile import assert_proven

ALG, GEO = "7", "8"


def plan(town: LivingTown, person: str, *competencies: str) -> Plan:
    moodle = town.moodle
    for id_, code in ((ALG, "ALG"), (GEO, "GEO")):
        moodle.competencies[id_] = Competency(id_, code, code)
    made = Plan(str(len(moodle.plans) + 1), town.users[person], competencies)
    moodle.plans[made.id] = made
    return made


def folded(town: LivingTown, person: str) -> Folded:
    c = town.spine.container
    with c.db.reading() as session:
        setting = c.settings.get(session, "korolev", town.spine.clock.now().date())
        return CaseFiles(session, setting).staff([person])[person].folded


def state(town: LivingTown, competency: str) -> DeficitState:
    today = town.spine.clock.now().date()
    return folded(town, "ST-1").deficits(today)[competency].state


def rated(town: LivingTown) -> list[tuple[str, str | None, bool]]:
    return [(r.code, r.value, r.proficient) for _, r in folded(town, "ST-1").ratings]


def test_a_rating_addresses_a_deficit_and_only_a_diagnosis_closes_it(tmp_path: Path) -> None:
    with living_town(tmp_path) as town:
        wish(town.spine.container.rulebook, MoodleWishes(ratings=True))
        made, anna = plan(town, "ST-1", ALG, GEO), town.users["ST-1"]
        town.moodle.rate(anna, ALG, 3)
        town.later()
        town.moodle.take(anna, "1", [1, 1])
        found = town.reconcile()
        assert found["rating"] == 1
        # Rated before the attempt: that says nothing of what the attempt found.
        assert (state(town, "ALG"), state(town, "GEO")) == (DeficitState.OPEN, DeficitState.OPEN)

        town.moodle.rate(anna, ALG, 4)
        town.moodle.rate(anna, GEO, 1, enough=False)
        assert town.reconcile()["rating"] == 1
        assert rated(town) == [("ALG", "уровень 4", True), ("GEO", "уровень 1", False)]
        assert state(town, "ALG") is DeficitState.ADDRESSED
        assert state(town, "GEO") is DeficitState.OPEN
        assert "rating" not in town.reconcile()
        assert_proven(town)

        # A copy in a completed plan bears another moment, and is passed over.
        made.complete = True
        assert "rating" not in town.reconcile()
        assert state(town, "ALG") is DeficitState.ADDRESSED

        made.complete = False
        town.moodle.rate(anna, ALG, None)
        assert town.reconcile()["rating"] == 1
        assert state(town, "ALG") is DeficitState.OPEN
        assert rated(town) == [("GEO", "уровень 1", False)]
        assert town.missed() == {}
        assert_proven(town)


def test_nobody_is_asked_who_did_not_want_it_and_a_lack_of_functions_stops_nothing_else(
    tmp_path: Path,
) -> None:
    with living_town(tmp_path) as town:
        plan(town, "ST-1", ALG)
        town.moodle.rate(town.users["ST-1"], ALG, 3)
        assert "rating" not in town.reconcile()
        assert not any("competency" in function for function, _ in town.rest.calls)

        wish(town.spine.container.rulebook, MoodleWishes(ratings=True))
        town.rest.lacking = frozenset({"core_competency_list_user_plans"})
        town.moodle.take(town.users["ST-2"], "1", [5, 5])
        found = town.reconcile()
        assert found["attempt"] == 1
        assert "rating" not in found
        assert town.pass_of().last["refused"] == {"accessexception": 1}  # type: ignore[attr-defined]

        town.rest.lacking = frozenset()
        assert town.reconcile()["rating"] == 1
        with town.spine.container.db.reading() as session:
            kinds = session.scalars(
                select(EvidenceSlot.object_ref).where(EvidenceSlot.kind == "rating")
            ).all()
        assert kinds == [f"competency:{ALG}"]
