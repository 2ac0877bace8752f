"""Words about what is written down of a person: the register of staff, heads of schools."""

from connector.domain.because import Because, Finding
from connector.domain.cases import Case, Moment, StaffCase
from connector.domain.dates import Span
from connector.domain.indicators import Condition
from connector.domain.people import Role, StaffMember, StaffTerm
from connector.domain.turns import next_turn
from connector.domain.wordings import meant
from connector.domain.words.staff import STAFF, person_of
from connector.domain.words.vocabulary import Param, ParamType, Word

_FIELDS = (
    "name",
    "birth_date",
    "position",
    "school",
    "teaching_since",
    "subjects",
    "associations",
    "email",
    "attestation_on",
)


def record_complete(fields: tuple[str, ...], of_teachers: tuple[str, ...] = ()) -> Condition:
    def condition(case: Case, moment: Moment) -> Finding:
        person = person_of(case)
        term = person.at(moment.as_of)
        wanted = fields + (of_teachers if term.role is Role.TEACHER else ())
        lacking = [name for name in wanted if not _is_written(name, person, term)]
        if lacking:
            return Finding(False, (Because("record_lacks", {"fields": lacking}),))
        return Finding(True, (Because("record_complete"),))

    return condition


def _is_written(name: str, person: StaffMember, term: StaffTerm) -> bool:
    if name == "name":
        return bool(person.last_name and person.first_name)
    held = getattr(term, name) if hasattr(term, name) else getattr(person, name)
    return bool(held)


def teaches_subjects_at_least(count: int) -> Condition:
    """Different ones, by name without case, at as_of."""

    def condition(case: Case, moment: Moment) -> Finding:
        written = person_of(case).at(moment.as_of).subjects
        subjects = {name.strip().casefold(): name.strip() for name in written if name.strip()}
        if not subjects:
            return Finding(False, (Because("no_subjects"),))
        because = Because("subjects", {"subjects": list(subjects.values())})
        return Finding(len(subjects) >= count, (because,))

    return condition


def heads_a_school() -> Condition:
    """Any school names the person as its head at as_of, wherever they work."""

    def condition(case: Case, moment: Moment) -> Finding:
        me = person_of(case).personnel_no
        headed = [
            school
            for school in case.setting.organisation.schools.values()
            if any(version.head == me for _, version in school.versions)
        ]
        # A person's case does not look at schools it only heads, so their turns are told here.
        days = (day for school in headed for day, _ in school.versions)
        turn = next_turn(days, moment.as_of)
        today = [school.at(moment.as_of) for school in headed]
        names = [school.name for school in today if school.head == me]
        if not names:
            return Finding(False, (Because("heads_no_school"),), turn)
        return Finding(True, (Because("heads_school", {"schools": names}),), turn)

    return condition


def assessed_on_all(criteria: tuple[str, ...], recommendation: bool = False) -> Condition:
    """On each criterion in the period up to as_of, on one day or several. recommendation: one of
    these assessments names an addressed recommendation."""

    def condition(case: Case, moment: Moment) -> Finding:
        assert isinstance(case, StaffCase)
        window = Span(moment.period.first, moment.as_of)
        made = [
            (criterion, assessment)
            for assessment in case.folded.dossier.assessments
            if assessment.assessed_on in window
            and (criterion := meant(assessment.criterion, criteria)) is not None
        ]
        if not made:
            return Finding(False, (Because("not_assessed"),))
        assessed = {criterion for criterion, _ in made}
        lacking = [criterion for criterion in criteria if criterion not in assessed]
        if lacking:
            return Finding(False, (Because("not_assessed_on", {"criteria": lacking}),))
        latest = max(assessment.assessed_on for _, assessment in made).isoformat()
        if recommendation and not any(one.recommendation for _, one in made):
            return Finding(False, (Because("no_addressed_recommendation", {"on": latest}),))
        params = {"count": len(criteria), "on": latest}
        return Finding(True, (Because("assessed_on_all", params),))

    return condition


WORDS = (
    Word(
        "record_complete",
        STAFF,
        "в записи работника заполнены эти сведения",
        "record_complete: [name, birth_date, email]",
        record_complete,
        (
            Param("fields", ParamType.CHOICES, "сведения", required=True, choices=_FIELDS),
            Param(
                "of_teachers",
                ParamType.CHOICES,
                "сведения, которые нужны только у педагогов",
                default=(),
                choices=_FIELDS,
            ),
        ),
    ),
    Word(
        "teaches_subjects_at_least",
        STAFF,
        "ведёт не меньше стольких разных предметов на отчётную дату",
        "teaches_subjects_at_least: 2",
        teaches_subjects_at_least,
        (Param("count", ParamType.INTEGER, "предметов", required=True),),
    ),
    Word(
        "heads_a_school",
        STAFF,
        "руководит образовательной организацией на отчётную дату",
        "heads_a_school: true",
        heads_a_school,
    ),
    Word(
        "assessed_on_all",
        STAFF,
        "в периоде оценён по каждому из критериев",
        "assessed_on_all: {criteria: [Базовая подготовка, Кадровый резерв], recommendation: true}",
        assessed_on_all,
        (
            Param(
                "criteria",
                ParamType.TEXTS,
                "критерии словами документа; в листе оценок узнаются по номеру или по словам",
                required=True,
            ),
            Param(
                "recommendation",
                ParamType.BOOLEAN,
                "true — среди этих оценок есть адресная рекомендация",
                default=False,
            ),
        ),
    ),
)
