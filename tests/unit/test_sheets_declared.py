"""The sheets as contract 3 names them, and headers that can be told apart."""

from connector.spreadsheets.sheets import SHEETS, sheet_called
from connector.spreadsheets.spelling import plain

CONTRACT = {
    "schools": "code name kind rural low_results biased_results head mentoring_since "
    "internship_since",
    "associations": "code name level school parent head",
    "staff": "personnel_no last_name first_name middle_name email role position school subjects "
    "associations birth_date teaching_since attestation_on employed_from employed_until "
    "regional_methodist_since regional_methodist",
    "assignments": "personnel_no duty of from until",
    "mentorships": "mentor mentee from until",
    "support": "personnel_no form from until",
    "teams": "school personnel_no from until",
    "closed_days": "from until title",
    "competencies": "code title area",
    "programmes": "source course title register_no register_from register_until hours audience "
    "competencies final",
    "diagnostics": "source quiz title policy",
    "questions": "source quiz slot category competency",
    "routes": "personnel_no number based_on starts_on approved_by approved_on cancelled_on "
    "cancel_reason",
    "steps": "personnel_no number order target competencies due_on required",
    "pauses": "personnel_no number from until reason",
    "evidence": "id personnel_no kind target happened_at document",
    "roadmap": "scope number title level term occurrence due_on responsible expected_result "
    "started_on done_on proof",
    "plans": "association academic_year published_on link",
    "documents": "code title present_since link",
    "practices": "title author school published_on link",
    "contests": "personnel_no title level held_on result",
    "meetings": "association held_on topic agenda",
    "analyses": "number scope made_on about link",
    "decisions": "number analysis scope decided_on due_on responsible done_on",
    "assessments": "personnel_no criterion assessed_on result recommendation",
}

BEYOND = {"decisions": {"text", "basis"}}
"""What a sheet may hold besides. Nobody must fill it in: files of the contract stay as they are."""


def test_sheets_and_columns_are_those_of_the_contract() -> None:
    declared = {
        name: [c.name for c in sheet.columns if c.name not in BEYOND.get(name, ())]
        for name, sheet in SHEETS.items()
    }
    assert declared == {name: columns.split() for name, columns in CONTRACT.items()}


def test_what_is_beyond_the_contract_may_be_left_out() -> None:
    for name, more in BEYOND.items():
        found = {c.name: c.required for c in SHEETS[name].columns if c.name in more}
        assert found == dict.fromkeys(more, False)


def test_no_two_columns_of_a_sheet_share_a_header() -> None:
    for sheet in SHEETS.values():
        titles = [plain(t) for c in sheet.columns for t in (c.name, *c.titles)]
        assert len(titles) == len(set(titles)), sheet.name


def test_no_two_sheets_share_a_name() -> None:
    for sheet in SHEETS.values():
        for title in (sheet.name, *sheet.titles, sheet.titles[0].upper()):
            assert sheet_called(title) is sheet
        assert len(sheet.titles[0]) <= 31, "Excel cuts longer names"


def test_every_column_has_a_russian_header() -> None:
    for sheet in SHEETS.values():
        assert all(column.titles for column in sheet.columns)


def test_keys_people_and_spans_are_columns() -> None:
    for sheet in SHEETS.values():
        named = {*sheet.key, *filter(None, (sheet.person, sheet.related))}
        assert named <= sheet.by_name.keys()


def test_only_places_and_people_keep_their_history() -> None:
    history = {name for name, sheet in SHEETS.items() if sheet.history}
    assert history == {"staff", "schools", "associations"}
