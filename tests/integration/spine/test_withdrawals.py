"""Results of past years that Moodle withdrew: asked about, answered, taken back, in any order."""

import itertools
from pathlib import Path

from sqlalchemy import select

from connector.models import Subject, Withdrawal
from connector.services.cases.casefiles import CaseFiles
from connector.services.folding.withdrawal_effects import effects
from connector.services.folding.withdrawals import WithdrawalService
from tests.integration.spine.native_stream import Event, _text, arrivals, attempt_id, event, graded
from tests.integration.spine.spine_town import NOW, Spine, spine
from tests.integration.spine.state_of import assert_proven, state_of

LAST_YEAR = NOW.replace(year=2025, month=12, day=20)
RESET = NOW.replace(month=2, day=3)


def completed(number: str) -> Event:
    return event("course.completed", number, LAST_YEAR, completed_at=_text(LAST_YEAR))


def uncompleted(number: str, day: int = 3) -> Event:
    at = RESET.replace(day=day)
    return event("course.completion_retracted", number, at, completed_at=_text(LAST_YEAR))


def deleted(number: str) -> Event:
    attempt = {"id": str(attempt_id(number, 1))}
    quiz = {"id": "7", "cmid": "70", "idnumber": "DIAG", "name": "Диагностика"}
    return event("quiz.attempt_retracted", number, RESET, quiz=quiz, attempt=attempt)


def numbered(*events: Event, first: int = 1) -> list[Event]:
    return [{"id": f"e{n}", "seq": n, **one} for n, one in enumerate(events, first)]


class Deciding:
    def __init__(self, town: Spine) -> None:
        self.town = town

    def tell(self, *events: Event, first: int = 1) -> None:
        self.town.post(arrivals(numbered(*events, first=first)))
        self.town.drain()

    def waiting(self) -> list[tuple[str, str]]:
        c = self.town.container
        with c.db.reading() as session:
            found = WithdrawalService(session, c.rulebook, "korolev").waiting()
            counted = session.scalars(select(Subject.withdrawn).where(Subject.withdrawn > 0)).all()
        assert sum(counted) == len(found)
        return [(one.number, one.object_ref) for one in found]

    def answer(self, is_agreed: bool, *numbers: str) -> int:
        c = self.town.container
        with c.db.writing() as session:
            service = WithdrawalService(session, c.rulebook, "korolev")
            tokens = {o.token for o in service.waiting() if not numbers or o.number in numbers}
            count = service.decide(tokens, is_agreed, "курс сброшен", "anna", c.clock.now())
        self.town.drain()
        assert_proven(self.town)
        return count

    def take_back(self) -> None:
        c = self.town.container
        with c.db.writing() as session:
            query = select(Withdrawal.id).where(Withdrawal.revoked_at.is_(None))
            number = session.scalars(query.order_by(Withdrawal.id.desc())).first()
            assert number is not None
            service = WithdrawalService(session, c.rulebook, "korolev")
            assert service.take_back(number, "anna", c.clock.now())
            assert not service.take_back(number, "anna", c.clock.now())
        self.town.drain()
        assert_proven(self.town)

    def completions(self) -> list[str]:
        """Who is judged to have completed something."""
        c = self.town.container
        with c.db.reading() as session:
            setting = c.settings.get(session, "korolev", c.clock.now().date())
            cases = CaseFiles(session, setting).staff(["K1", "K2", "K3"])
        return [number for number, case in sorted(cases.items()) if case.folded.completions]


def test_a_reset_of_last_years_course_waits_for_a_yes_or_a_no(
    tmp_path: Path, database_url: str
) -> None:
    url = None if database_url.startswith("sqlite") else database_url
    with spine(tmp_path / "town", url) as town:
        town.import_everything()
        people = Deciding(town)
        people.tell(*(completed(n) for n in ("K1", "K2", "K3")))
        people.tell(*(uncompleted(n) for n in ("K1", "K2", "K3")), first=10)
        assert people.waiting() == [(n, "course:5") for n in ("K1", "K2", "K3")]
        assert people.completions() == ["K1", "K2", "K3"]

        # No: the fact stays, and the same is not asked about when Moodle says it once more.
        assert people.answer(False, "K1") == 1
        people.tell(uncompleted("K1", 9), first=20)
        assert people.waiting() == [("K2", "course:5"), ("K3", "course:5")]
        assert people.answer(True, "K2") == 1
        assert people.completions() == ["K1", "K3"]

        # Taken back, as if it had never been said.
        people.take_back()
        assert people.completions() == ["K1", "K2", "K3"]
        assert people.waiting() == [("K2", "course:5"), ("K3", "course:5")]

        # All at once; what Moodle says anew stands, and its next withdrawal is asked about.
        assert people.answer(True) == 2
        assert people.completions() == ["K1"]
        anew = {**completed("K3"), "occurred_at": _text(RESET.replace(day=20))}
        people.tell(anew, first=30)
        assert people.completions() == ["K1", "K3"]
        people.tell(uncompleted("K3", 25), first=40)
        assert people.waiting() == [("K3", "course:5")]
        assert_proven(town)


def test_what_a_yes_would_change_is_told_before(tmp_path: Path) -> None:
    with spine(tmp_path / "town") as town:
        town.import_everything()
        people = Deciding(town)
        people.tell(graded("K1", 1, LAST_YEAR, 1, 1), deleted("K1"))
        c = town.container
        with c.db.reading() as session:
            waiting = WithdrawalService(session, c.rulebook, "korolev").waiting()
            today = c.clock.now().date()
            setting = c.settings.get(session, "korolev", today)
            told = effects(session, c.rulebook, setting, waiting, today) or []
        found = [(one.period, one.fewer, one.more) for one in told]
        assert ("2025", 1, 0) in found


def test_the_order_of_decisions_and_deliveries_does_not_matter(tmp_path: Path) -> None:
    """A yes may come before a regrade that is older than the withdrawal, or after it."""
    told = numbered(
        graded("K1", 1, LAST_YEAR, 1, 0),
        deleted("K1"),
        graded("K1", 1, LAST_YEAR, 1, 1),
        completed("K1"),
        uncompleted("K1"),
    )
    states = []
    for number, order in enumerate(itertools.islice(itertools.permutations(told[2:]), 0, 6, 2)):
        with spine(tmp_path / str(number)) as town:
            town.import_everything()
            people = Deciding(town)
            town.post(arrivals(told[:2]))
            town.drain()
            if number:
                people.answer(True)
            for one in order:
                town.post(arrivals([one]))
                town.drain()
            people.answer(True)
            assert people.waiting() == []
            states.append({k: v for k, v in state_of(town).items() if k != "deliveries"})
    assert states[0] == states[1] == states[2]
