"""Words about a person: employment, age, role, school, support, methodists."""

from collections.abc import Iterator

from connector.domain.because import Because, Finding, Slice, SubjectKind
from connector.domain.cases import Case, Moment, StaffCase
from connector.domain.dates import Span, add_years
from connector.domain.dossier import Dossier
from connector.domain.indicators import Condition
from connector.domain.people import Role, StaffMember
from connector.domain.slices import slices_of
from connector.domain.wordings import mentions
from connector.domain.words.vocabulary import Param, ParamType, Word

STAFF = frozenset({SubjectKind.STAFF})


def _staff(case: Case) -> StaffCase:
    assert isinstance(case, StaffCase)
    return case


def person_of(case: Case) -> StaffMember:
    return _staff(case).folded.dossier.person


def everybody(case: Case, moment: Moment) -> Finding:
    """The condition that nobody fails, known by its identity."""
    return Finding(True)


def everyone() -> Condition:
    return everybody


def role(role: str) -> Condition:
    def condition(case: Case, moment: Moment) -> Finding:
        held = person_of(case).at(moment.as_of).role
        return Finding(held == Role(role), (Because("role", {"role": str(held)}),))

    return condition


def younger_than(years: int) -> Condition:
    def condition(case: Case, moment: Moment) -> Finding:
        person = person_of(case)
        younger = person.is_younger_than(years, moment.as_of)
        if younger is None or person.birth_date is None:
            return Finding(False, (Because("no_birth_date"),))
        birthday = add_years(person.birth_date, years)
        code = "younger_than" if younger else "not_younger_than"
        because = Because(code, {"years": years, "birthday": birthday.isoformat()})
        return Finding(younger, (because,), birthday)

    return condition


def in_first_years_of_work(years: int) -> Condition:
    def condition(case: Case, moment: Moment) -> Finding:
        span = person_of(case).first_years(years)
        if span is None or span.first is None or span.last is None:
            return Finding(False, (Because("no_teaching_since"),))
        holds = moment.as_of in span
        code = "in_first_years" if holds else "not_in_first_years"
        params = {"years": years, "from": span.first.isoformat(), "until": span.last.isoformat()}
        return Finding(holds, (Because(code, params),), span.next_change(moment.as_of))

    return condition


def in_form_of_support(in_first_years: int = 0, named: tuple[str, ...] = ()) -> Condition:
    """On some day of the period up to as_of; with `in_first_years`, one in those years.

    A form of support is a participation, and being a mentee (domain 5; korolev VI.5); with `named`,
    a participation whose form mentions one of these.
    """

    def condition(case: Case, moment: Moment) -> Finding:
        dossier = _staff(case).folded.dossier
        window: Span | None = Span(moment.period.first, moment.as_of)
        turn = None
        if in_first_years:
            years = dossier.person.first_years(in_first_years)
            if years is None:
                return Finding(False, (Because("no_teaching_since"),))
            window = years.overlap(Span(moment.period.first, moment.as_of))
            # A support that is already going on begins to count on the first day of work.
            turn = years.next_change(moment.as_of)
        if window is None:
            because = Because("no_support_in_first_years", {"years": in_first_years})
            return Finding(False, (because,), turn)
        reasons = tuple(supports_in(dossier, window, named))
        if reasons:
            return Finding(True, reasons)
        if named:
            return Finding(False, (Because("no_support_named", {"named": list(named)}),))
        return Finding(False, (Because("no_support"),))

    return condition


def supports_in(dossier: Dossier, window: Span, named: tuple[str, ...] = ()) -> Iterator[Because]:
    """Each form of support on some day of `window`; with `named`, those that mention one of it."""
    for support in dossier.supports:
        fits = not named or any(mentions(support.form, one) for one in named)
        if fits and support.span.overlap(window) is not None:
            yield Because("support", {"form": support.form, **_ends(support.span)})
    if named:
        return
    for mentorship in dossier.mentorships:
        if mentorship.span.overlap(window) is not None:
            yield Because("mentored", {"mentor": mentorship.mentor, **_ends(mentorship.span)})


def _ends(span: Span) -> dict[str, str | None]:
    return {
        "from": span.first.isoformat() if span.first else None,
        "until": span.last.isoformat() if span.last else None,
    }


def regional_methodist() -> Condition:
    def condition(case: Case, moment: Moment) -> Finding:
        since = person_of(case).at(moment.as_of).regional_methodist_since
        if since is not None and since <= moment.as_of:
            return Finding(True, (Because("regional_methodist", {"since": since.isoformat()}),))
        return Finding(False, (Because("not_regional_methodist"),))

    return condition


def _methodist_of(case: StaffCase, moment: Moment) -> StaffMember | None:
    """The regional methodist with the status at as_of whom the person is assigned to."""
    named = case.folded.dossier.person.at(moment.as_of).regional_methodist
    for methodist in case.folded.dossier.regional_methodists:
        if methodist.personnel_no == named and _has_status(methodist, moment):
            return methodist
    return None


def _has_status(methodist: StaffMember, moment: Moment) -> bool:
    term = methodist.at(moment.as_of)
    return methodist.is_employed(moment.as_of) and term.is_regional_methodist(moment.as_of)


def assigned_to_regional_methodist() -> Condition:
    def condition(case: Case, moment: Moment) -> Finding:
        methodist = _methodist_of(_staff(case), moment)
        if methodist is None:
            return Finding(False, (Because("no_regional_methodist"),))
        return Finding(True, (Because("assigned_to", {"number": methodist.personnel_no}),))

    return condition


def looks_after_staff(role: str) -> Condition:
    """A regional methodist with staff of the role; counts in the slices of those it looks after."""

    def condition(case: Case, moment: Moment) -> Finding:
        staff = _staff(case)
        me = staff.folded.dossier.person
        if not _has_status(me, moment):
            return Finding(False, (Because("not_regional_methodist"),))
        slices: set[Slice] = set()
        count = 0
        for colleague in staff.folded.dossier.assigned:
            term = colleague.at(moment.as_of)
            if not colleague.is_employed(moment.as_of) or term.role != Role(role):
                continue
            if term.regional_methodist == me.personnel_no:
                count += 1
                slices.update(slices_of(colleague, moment.as_of))
        if count == 0:
            return Finding(False, (Because("looks_after_nobody"),))
        because = Because("looks_after", {"count": count})
        return Finding(True, (because,), slices=tuple(sorted(slices)))

    return condition


WORDS = (
    Word(
        "everyone",
        frozenset(SubjectKind),
        "все без исключения (работники, школы, объединения — о ком показатель)",
        "everyone: true",
        everyone,
    ),
    Word(
        "role",
        STAFF,
        "должностная роль: педагог или руководитель",
        "role: teacher",
        role,
        (
            Param(
                "role",
                ParamType.CHOICE,
                "teacher — педагогический работник, manager — управленческий кадр",
                required=True,
                choices=("teacher", "manager"),
            ),
        ),
    ),
    Word(
        "younger_than",
        STAFF,
        "моложе стольких лет на отчётную дату; без даты рождения не учитывается",
        "younger_than: 35",
        younger_than,
        (Param("years", ParamType.INTEGER, "лет", required=True),),
    ),
    Word(
        "in_first_years_of_work",
        STAFF,
        "в первые столько лет педагогической работы на отчётную дату",
        "in_first_years_of_work: 3",
        in_first_years_of_work,
        (Param("years", ParamType.INTEGER, "лет", required=True),),
    ),
    Word(
        "in_form_of_support",
        STAFF,
        "участвовал в форме поддержки (клуб, мастерская, наставничество) в отчётном периоде",
        "in_form_of_support: {in_first_years: 3}",
        in_form_of_support,
        (
            Param(
                "in_first_years",
                ParamType.INTEGER,
                "день участия должен приходиться на первые столько лет работы; 0 — не важно",
                default=0,
            ),
            Param(
                "named",
                ParamType.TEXTS,
                "только формы, в названии которых есть одно из этих слов; наставник не в счёт",
                default=(),
            ),
        ),
    ),
    Word(
        "regional_methodist",
        STAFF,
        "имеет статус регионального методиста на отчётную дату",
        "regional_methodist: true",
        regional_methodist,
    ),
    Word(
        "assigned_to_regional_methodist",
        STAFF,
        "закреплён за региональным методистом, имеющим статус на отчётную дату",
        "assigned_to_regional_methodist: true",
        assigned_to_regional_methodist,
    ),
    Word(
        "looks_after_staff",
        STAFF,
        "региональный методист, за которым закреплены работники с этой ролью",
        "looks_after_staff: teacher",
        looks_after_staff,
        (
            Param(
                "role",
                ParamType.CHOICE,
                "чья роль учитывается",
                required=True,
                choices=("teacher", "manager"),
            ),
        ),
    ),
)
