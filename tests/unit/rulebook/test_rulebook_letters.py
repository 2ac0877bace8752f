"""A plugin's own notices bring their words; faults that can be seen are told with their line."""

from typing import Any

import pytest

from connector.rulebook import RulesRefused
from connector.rulebook.letters import read_letters
from connector.texts.letters import TextFault, Told, render_letter
from tests.unit.rulebook.memory_folder import MemoryFolder


class Letters:
    """A rules folder that holds letters only."""

    def __init__(self, **texts: str) -> None:
        self._folder = MemoryFolder({f"{n.replace('__', '.')}.txt": t for n, t in texts.items()})

    def __truediv__(self, name: str) -> Any:
        assert name == "letters"
        return self._folder


def read(**texts: str) -> Any:
    return read_letters("test", [Letters(**texts)])  # type: ignore[list-item]


def test_letters_are_read_by_their_names() -> None:
    text = "# Заголовок\nТекст.\n"
    assert read(reminded=text, reminded__head=text) == {
        "reminded.txt": text,
        "reminded.head.txt": text,
    }


@pytest.mark.parametrize(
    ("texts", "fault"),
    [
        ({"reminded": "Без заголовка"}, "test/letters/reminded.txt:1: первая строка"),
        ({"reminded": "# Т\n{% for x in items %}\n"}, "test/letters/reminded.txt:2: шаблон"),
        ({"reminded__boss": "# Т\n"}, "test/letters/reminded.boss.txt: ожидалось имя"),
        ({"Reminded": "# Т\n"}, "ожидалось имя"),
    ],
)
def test_a_faulty_letter_is_told(texts: dict[str, str], fault: str) -> None:
    with pytest.raises(RulesRefused) as refused:
        read(**texts)
    assert fault in str(refused.value)


def test_own_words_for_every_role_win_over_those_shipped_for_one() -> None:
    told = [Told("step_done", "teacher", {})]
    letter = render_letter(told, "Город", words={"step_done.txt": "# Своё\nДля всех."})
    assert letter.subject == "Своё"
    own = {"step_done.txt": "# Своё\n", "step_done.teacher.txt": "# Своё педагогу\n"}
    assert render_letter(told, "Город", words=own).subject == "Своё педагогу"


def test_own_words_are_used_and_see_nothing_but_their_values() -> None:
    words = {
        "reminded.txt": "# Напоминание\n{% for one in items %}\n- {{ one.what }}\n{% endfor %}"
    }
    told = [Told("reminded", "head", {"what": "план"})]
    assert "- план" in render_letter(told, "Город", words=words).text
    with pytest.raises(TextFault):
        render_letter(told, "Город")
    peeping = {"reminded.txt": "# Т\n{{ items.__class__.__mro__ }}"}
    with pytest.raises(TextFault):
        render_letter(told, "Город", words=peeping)
