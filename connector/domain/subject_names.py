"""What a subject is called in a letter, in the nominative."""

from datetime import date

from connector.domain.cases import (
    AnalysisCase,
    AssociationCase,
    Case,
    CompletionCase,
    ContestCase,
    DocumentCase,
    MunicipalityCase,
    PracticeCase,
    RoadmapCase,
    RouteCase,
    SchoolCase,
    StaffCase,
    TeamCase,
)


def name_of(case: Case, day: date) -> str:
    """As on `day`; the code where nobody gave it a name."""
    match case:
        case StaffCase():
            return case.folded.dossier.person.full_name or case.code
        case SchoolCase():
            return case.school.at(day).name
        case AssociationCase():
            return case.association.at(day).name
        case TeamCase():
            school = case.setting.organisation.school(case.school, day)
            return school.name if school else case.school
        case CompletionCase():
            title = f": {case.completion.programme.title}" if case.completion else ""
            return f"{name_of(case.staff, day)}{title}"
        case RouteCase():
            number = f": ИОМ № {case.route.route.number}" if case.route else ""
            return f"{name_of(case.staff, day)}{number}"
        case RoadmapCase():
            return case.item.title
        case DocumentCase():
            return case.document.title
        case AnalysisCase():
            return f"Анализ № {case.analysis.number}"
        case PracticeCase():
            return case.practice.title
        case ContestCase():
            return case.contest.title
        case MunicipalityCase():
            return case.code
