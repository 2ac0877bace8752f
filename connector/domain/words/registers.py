"""Words about what Moodle knows nothing of: roadmap items, documents, practices, contests."""

from connector.domain.because import Because, Finding, SubjectKind
from connector.domain.cases import (
    Case,
    ContestCase,
    DocumentCase,
    Moment,
    PracticeCase,
    RoadmapCase,
)
from connector.domain.dates import Span
from connector.domain.indicators import Condition
from connector.domain.words.vocabulary import Param, ParamType, Word


def roadmap_item_due() -> Condition:
    """Due by as_of, in whichever year; without a due date never."""

    def condition(case: Case, moment: Moment) -> Finding:
        assert isinstance(case, RoadmapCase)
        due_on = case.item.due_on
        if due_on is None:
            return Finding(False, (Because("roadmap_item_undated", {"term": case.item.term}),))
        is_due = due_on <= moment.as_of
        code = "roadmap_item_due" if is_due else "roadmap_item_not_due"
        return Finding(is_due, (Because(code, {"due_on": due_on.isoformat()}),))

    return condition


def roadmap_item_done() -> Condition:
    """Done by as_of, late or not."""

    def condition(case: Case, moment: Moment) -> Finding:
        assert isinstance(case, RoadmapCase)
        done_on = case.item.done_on
        if done_on is None or done_on > moment.as_of:
            return Finding(False, (Because("roadmap_item_not_done"),))
        params = {"on": done_on.isoformat(), "proof": case.item.proof}
        return Finding(True, (Because("roadmap_item_done", params),))

    return condition


def document_listed() -> Condition:
    def condition(case: Case, moment: Moment) -> Finding:
        assert isinstance(case, DocumentCase)
        code = "document_listed" if case.is_listed else "document_not_listed"
        return Finding(case.is_listed, (Because(code),))

    return condition


def document_present(link: bool = False) -> Condition:
    def condition(case: Case, moment: Moment) -> Finding:
        assert isinstance(case, DocumentCase)
        since = case.document.present_since
        if since is None or since > moment.as_of:
            return Finding(False, (Because("no_document"),))
        params = {"since": since.isoformat()}
        if link and not case.document.link:
            return Finding(False, (Because("document_without_link", params),))
        return Finding(True, (Because("document_present", params),))

    return condition


def practice_published(link: bool = False) -> Condition:
    """By as_of, in whichever year: a register keeps what it holds."""

    def condition(case: Case, moment: Moment) -> Finding:
        assert isinstance(case, PracticeCase)
        on = case.practice.published_on
        if on is None or on > moment.as_of:
            return Finding(False, (Because("practice_not_published"),))
        params = {"on": on.isoformat()}
        if link and not case.practice.link:
            return Finding(False, (Because("practice_without_link", params),))
        return Finding(True, (Because("practice_published", params),))

    return condition


def contest_held(in_period: bool = False) -> Condition:
    """Held by as_of. in_period: not before the period."""

    def condition(case: Case, moment: Moment) -> Finding:
        assert isinstance(case, ContestCase)
        contest = case.contest
        if contest.held_on is None or contest.held_on > moment.as_of:
            return Finding(False, (Because("contest_not_held"),))
        params = {"title": contest.title, "on": contest.held_on.isoformat()}
        if in_period and contest.held_on not in Span(moment.period.first, moment.as_of):
            return Finding(False, (Because("contest_earlier", params),))
        return Finding(True, (Because("contest", params),))

    return condition


_LINK = Param("link", ParamType.BOOLEAN, "true — нужна и ссылка", default=False)

WORDS = (
    Word(
        "roadmap_item_due",
        frozenset({SubjectKind.ROADMAP_ITEM}),
        "срок мероприятия наступил к отчётной дате, в каком бы году; без срока — не наступает",
        "roadmap_item_due: true",
        roadmap_item_due,
    ),
    Word(
        "roadmap_item_done",
        frozenset({SubjectKind.ROADMAP_ITEM}),
        "мероприятие выполнено к отчётной дате, в срок или позже",
        "roadmap_item_done: true",
        roadmap_item_done,
    ),
    Word(
        "document_listed",
        frozenset({SubjectKind.DOCUMENT}),
        "документ назван в перечне правил (documents.yaml)",
        "document_listed: true",
        document_listed,
    ),
    Word(
        "document_present",
        frozenset({SubjectKind.DOCUMENT}),
        "документ есть на отчётную дату",
        "document_present: {link: true}",
        document_present,
        (_LINK,),
    ),
    Word(
        "practice_published",
        frozenset({SubjectKind.PRACTICE}),
        "практика опубликована к отчётной дате, в каком бы году",
        "practice_published: {link: true}",
        practice_published,
        (_LINK,),
    ),
    Word(
        "contest_held",
        frozenset({SubjectKind.CONTEST}),
        "конкурс прошёл к отчётной дате",
        "contest_held: {in_period: true}",
        contest_held,
        (
            Param(
                "in_period",
                ParamType.BOOLEAN,
                "true — не раньше начала отчётного периода",
                default=False,
            ),
        ),
    ),
)
