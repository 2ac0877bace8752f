"""Words about completions of programmes, each a subject of its own."""

from connector.domain.because import Because, Finding, SubjectKind
from connector.domain.cases import Case, CompletionCase, Moment
from connector.domain.dates import Span
from connector.domain.indicators import Condition
from connector.domain.progress import ProgrammeCompletion
from connector.domain.words.learning import programme_finding
from connector.domain.words.vocabulary import Param, ParamType, Word

_COMPLETION = frozenset({SubjectKind.COMPLETION})


def _of(case: Case) -> tuple[CompletionCase, ProgrammeCompletion]:
    # One that was taken back is outside every population before any word is asked.
    assert isinstance(case, CompletionCase)
    assert case.completion is not None
    return case, case.completion


def completed_in_period(audience: str = "any") -> Condition:
    """In the period up to as_of, its final assessment passed by that day (domain 5)."""

    def condition(case: Case, moment: Moment) -> Finding:
        _, completion = _of(case)
        programme, day = completion.programme, completion.proof.day
        params = {"title": programme.title, "on": day.isoformat()}
        keys = (completion.proof.key,)
        if day not in Span(moment.period.first, moment.as_of):
            return Finding(False, (Because("completed_elsewhen", params, keys),))
        if audience not in ("any", str(programme.audience)):
            told = {**params, "audience": str(programme.audience)}
            return Finding(False, (Because("programme_for_others", told, keys),))
        if not completion.passed:
            return Finding(False, (Because("programme_final_not_passed", params, keys),))
        return Finding(True, (Because("programme", params, keys),))

    return condition


def completed_by_diagnosis() -> Condition:
    """Domain 5, "Programme by diagnosis"."""

    def condition(case: Case, moment: Moment) -> Finding:
        own, completion = _of(case)
        holds, because = programme_finding(own.staff, completion, by_diagnosis=True)
        return Finding(holds, (because,))

    return condition


WORDS = (
    Word(
        "completed_in_period",
        _COMPLETION,
        "программа освоена в периоде, итоговая аттестация сдана",
        "completed_in_period: {audience: staff}",
        completed_in_period,
        (
            Param(
                "audience",
                ParamType.CHOICE,
                "для кого программа: any — для любых, staff — для работников, teams — для команд",
                default="any",
                choices=("any", "staff", "teams"),
            ),
        ),
    ),
    Word(
        "completed_by_diagnosis",
        _COMPLETION,
        "программа была в федеральном реестре на день завершения и закрывала найденный дефицит",
        "completed_by_diagnosis: true",
        completed_by_diagnosis,
    ),
)
