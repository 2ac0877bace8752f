"""The reminder has words, in the manner of the core's letters."""

from connector.rulebook import Rulebook
from connector.texts.letters import Told, render_letter

WORDS = Rulebook.open().rules("todzhinsky").letters


def test_the_specialist_reads_which_day_is_due_until_when() -> None:
    params = {
        "title": "Проведение Дня методической службы",
        "occurrence": "2026-Q2",
        "due_on": "2026-06-30",
    }
    told = Told("methodical_day_due", "specialist", params)
    letter = render_letter([told], "Тоджинский кожуун", words=WORDS)
    assert letter.subject == "Подходит срок Дня методической службы"
    assert (
        "- провести до 30.06.2026 (II квартал 2026): Проведение Дня методической службы"
        in letter.text
    )
    assert "30.06.2026" in letter.html


def test_an_occurrence_without_a_name_is_told_by_its_day() -> None:
    params = {"title": "День", "occurrence": "", "due_on": "2026-06-30"}
    told = Told("methodical_day_due", "methodist", params)
    letter = render_letter([told], "Тоджинский кожуун", words=WORDS)
    assert "- провести до 30.06.2026: День" in letter.text
