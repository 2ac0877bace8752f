"""What a methodist writes is recognised in the document's wording, and nothing else is."""

import pytest

from connector.domain.wordings import meant, mentions

CRITERIA = (
    "Базовая подготовка",
    "Объективность результатов внешней оценки",
    "Условия осуществления образовательной деятельности",
    "Формирование кадрового резерва",
    "Квалификация в области управления",
)


@pytest.mark.parametrize(
    ("text", "which"),
    [
        ("Базовая подготовка", 0),
        ("по базовой подготовке", 0),
        ("БАЗОВАЯ ПОДГОТОВКА РУКОВОДИТЕЛЯ", 0),
        ("по объективности результатов внешней оценки", 1),
        ("объективность оценки", 1),
        ("Условия образовательной деятельности", 2),
        ("кадровый резерв", 3),
        ("Кадровый  резерв.", 3),
        ("управление", 4),
        ("1", 0),
        ("5.", 4),
        (" 4 ", 3),
    ],
)
def test_a_criterion_is_recognised(text: str, which: int) -> None:
    assert meant(text, CRITERIA) == CRITERIA[which]


@pytest.mark.parametrize("text", ["", "0", "6", "по", "Погода", "кадровая политика", "²"])
def test_something_else_is_not(text: str) -> None:
    assert meant(text, CRITERIA) is None


def test_what_fits_two_is_neither_unless_it_is_one_of_them() -> None:
    wordings = ("Кадровый резерв", "Кадровый резерв учителей")
    assert meant("кадровый", wordings) is None
    assert meant("кадровый резерв", wordings) == wordings[0]
    assert meant("Резерв кадровых учителей", wordings) == wordings[1]


def test_a_text_mentions_what_has_all_its_words() -> None:
    assert mentions("Индивидуальная консультация по химии", "консультации")
    assert mentions("Чёрный ящик", "черный")
    assert not mentions("Клуб", "консультация")
    assert not mentions("Клуб", "")
