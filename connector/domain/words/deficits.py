"""Words about deficits that diagnostics found, and what was given for them."""

from collections.abc import Iterator, Mapping

from connector.domain.because import Because, Finding
from connector.domain.cases import Case, Moment, StaffCase
from connector.domain.catalogue import TargetKind
from connector.domain.deficits import Deficit, DeficitState
from connector.domain.indicators import Condition
from connector.domain.proofs import Proof
from connector.domain.words.staff import STAFF
from connector.domain.words.vocabulary import Param, ParamType, Word

_STATES = (str(DeficitState.OPEN), str(DeficitState.ADDRESSED))


def _case(case: Case) -> StaffCase:
    assert isinstance(case, StaffCase)
    return case


def has_deficit(states: tuple[str, ...] = _STATES) -> Condition:
    """At as_of, whichever quiz found it and whenever."""
    wanted = frozenset(DeficitState(state) for state in states)

    def condition(case: Case, moment: Moment) -> Finding:
        staff = _case(case)
        found = _deficits(staff, moment, wanted)
        if not found:
            return Finding(False, (Because("no_deficit"),))
        keys = tuple(sorted({deficit.latest.key for deficit in found.values()}))
        because = Because("deficit", {"competencies": _titles(staff, found)}, keys)
        return Finding(True, (because,))

    return condition


def given_programme_for_deficit() -> Condition:
    """For at least one deficit that is open or addressed at as_of: a course that covers it is a
    step of a route approved by then, or a programme that covers it was completed since it was
    found. A course done before that answered something else."""

    def condition(case: Case, moment: Moment) -> Finding:
        staff = _case(case)
        deficits = _deficits(staff, moment, frozenset((DeficitState.OPEN, DeficitState.ADDRESSED)))
        because = (*_steps(staff, deficits, moment), *_completions(staff, deficits, moment))
        if because:
            return Finding(True, because)
        params = {"competencies": _titles(staff, deficits)}
        return Finding(False, (Because("no_programme_given", params),))

    return condition


def _deficits(
    staff: StaffCase, moment: Moment, states: frozenset[DeficitState]
) -> dict[str, Deficit]:
    found = staff.folded.deficits(moment.as_of)
    return {code: deficit for code, deficit in found.items() if deficit.state in states}


def _steps(staff: StaffCase, deficits: Mapping[str, Deficit], moment: Moment) -> Iterator[Because]:
    for progress in staff.folded.routes:
        if not progress.route.is_approved(moment.as_of):
            continue
        cancelled = progress.route.is_cancelled(moment.as_of)
        for step in progress.steps:
            done = step.done if step.done and step.done.day <= moment.as_of else None
            # What was never done of a cancelled route is given no more.
            if step.step.target.kind is not TargetKind.COURSE or (cancelled and not done):
                continue
            for code in step.competencies:
                if code in deficits and _answers(done, deficits[code]):
                    params = {
                        "number": progress.route.number,
                        "course": _course(staff, step.step.target.ref),
                        "competency": _title(staff, code),
                    }
                    yield Because("programme_given", params, (done.key,) if done else ())


def _completions(
    staff: StaffCase, deficits: Mapping[str, Deficit], moment: Moment
) -> Iterator[Because]:
    for completion in staff.folded.completions:
        proof = completion.proof
        if not completion.passed or proof.day > moment.as_of:
            continue
        for code in completion.programme.competencies:
            if code in deficits and _answers(proof, deficits[code]):
                params = {
                    "title": completion.programme.title,
                    "on": proof.day.isoformat(),
                    "competency": _title(staff, code),
                }
                yield Because("programme_for_deficit", params, (proof.key,))


def _answers(done: Proof | None, deficit: Deficit) -> bool:
    found = deficit.opened_by
    return done is None or found is None or done.at > found.taken_at


def _course(staff: StaffCase, ref: str) -> str:
    programme = staff.setting.catalogue.programme_called(ref)
    return programme.title if programme else ref


def _titles(staff: StaffCase, codes: Mapping[str, Deficit]) -> list[str]:
    return [_title(staff, code) for code in codes]


def _title(staff: StaffCase, code: str) -> str:
    return staff.setting.catalogue.competency(code).title or code


WORDS = (
    Word(
        "has_deficit",
        STAFF,
        "есть профессиональный дефицит на отчётную дату: открытый или уже в работе",
        "has_deficit: [open, addressed]",
        has_deficit,
        (
            Param(
                "states",
                ParamType.CHOICES,
                "open — открыт, addressed — в работе: пройдена программа или сделан шаг ИОМ",
                default=_STATES,
                choices=_STATES,
            ),
        ),
    ),
    Word(
        "given_programme_for_deficit",
        STAFF,
        "дана программа под дефицит: курс в утверждённом ИОМ или программа, освоенная после"
        " выявления",
        "given_programme_for_deficit: true",
        given_programme_for_deficit,
    ),
)
