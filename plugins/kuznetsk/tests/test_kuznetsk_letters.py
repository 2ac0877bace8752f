"""The reminder has words, in the manner of the core's letters."""

from connector.rulebook import Rulebook
from connector.texts.letters import Told, render_letter

WORDS = Rulebook.open().rules("kuznetsk").letters


def test_the_head_reads_which_plan_is_missing() -> None:
    params = {
        "association": "ММО учителей физики",
        "academic_year": "2026/2027",
        "due_on": "2026-09-15",
    }
    letter = render_letter([Told("work_plan_missing", "head", params)], "Кузнецк", words=WORDS)
    assert letter.subject == "План работы объединения не опубликован"
    assert "- ММО учителей физики: план на 2026/2027 учебный год" in letter.text
    assert "ММО учителей физики" in letter.html
