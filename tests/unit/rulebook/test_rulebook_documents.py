"""YAML is read with its lines, and whatever could surprise is refused."""

import contextlib
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.rulebook import RulesRefused
from connector.rulebook.documents import MAX_BYTES, MAX_DEPTH, Node, read_document


def read(text: str) -> Node:
    return read_document(text.encode("utf-8"), "f.yaml")


def refusals(text: str) -> list[str]:
    with pytest.raises(RulesRefused) as refused:
        read(text)
    return [str(fault) for fault in refused.value.faults]


def test_plain_scalars_mean_what_they_look_like() -> None:
    text = "{a: 1, b: 33.3, c: true, d: 2026-09-01, e: null, f: no, g: 1_000, h: 12:30, i: '1'}"
    assert read(text).plain == {
        "a": 1,
        "b": Decimal("33.3"),
        "c": True,
        "d": date(2026, 9, 1),
        "e": None,
        "f": "no",
        "g": "1_000",
        "h": "12:30",
        "i": "1",
    }


def test_a_value_knows_the_line_of_its_key() -> None:
    node = read("a:\n  b: 1\n  c:\n    - x\n    - y\n")
    assert node.at(("a", "c")).line == 3
    assert node.at(("a", "c", 1)).line == 5


def test_a_path_that_ends_early_gives_the_last_node_there_is() -> None:
    node = read("a:\n  b: 1\n")
    assert node.at(("a", "missing", 0)).line == 1
    assert node.at(("a", "b", "deeper")).line == 2


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("a: 1\nb: 2\na: 3\n", "f.yaml:3: ключ «a» повторён (впервые в строке 1)"),
        ("a: &x 1\n", "f.yaml:1: якоря YAML (&x) не допускаются"),
        ("a: 1\nb: *x\n", "f.yaml:2: ссылки YAML (*x) не допускаются: повторите значение"),
        (
            "a: !!python/object:os.system 1\n",
            "f.yaml:1: теги YAML (tag:yaml.org,2002:python/object:os.system) не допускаются",
        ),
        ("? [1]\n: 2\n", "f.yaml:1: ключом может быть только слово"),
        ("a: 1\n---\nb: 2\n", "f.yaml:2: в файле больше одного документа (строка «---»)"),
        ("a:\n\tb: 1\n", "f.yaml:2: не YAML: табуляция; отступают пробелами"),
        ('a: "\\0"\n', "f.yaml:1: недопустимый символ в тексте"),
        ('a: "\\ud800"\n', "f.yaml:1: недопустимый символ в тексте"),
        ('a: "\\UFFFFFFFF"\n', "f.yaml: не YAML: недопустимый символ"),
    ],
)
def test_what_could_surprise_is_refused(text: str, fault: str) -> None:
    assert fault in refusals(text)


def test_all_faults_come_at_once() -> None:
    assert len(refusals("a: 1\na: 2\nb: &x 1\nc: !t 1\n")) == 3


def test_a_bomb_is_refused_before_it_goes_off() -> None:
    lines = ["a: &a [x, x, x, x]"] + [f"{n}: &{n} [*a, *a, *a, *a]" for n in "bcdefgh"]
    assert any("якоря" in fault for fault in refusals("\n".join(lines)))


@pytest.mark.parametrize("opening", ["[", "{a: ", "- "])
def test_depth_is_limited(opening: str) -> None:
    assert refusals(opening * 5_000) == [f"f.yaml:1: глубже {MAX_DEPTH} уровней"]


def test_size_and_number_are_limited() -> None:
    assert refusals("#" * (MAX_BYTES + 1)) == ["f.yaml: файл больше 256 КиБ"]
    assert refusals("a: [" + "1," * 10_100 + "]") == ["f.yaml:1: слишком много значений"]


def test_another_encoding_is_refused() -> None:
    with pytest.raises(RulesRefused, match="UTF-8"):
        read_document("а: б".encode("cp1251"), "f.yaml")


@given(st.binary(max_size=300) | st.text(alphabet="ab:-[]{}&*!%|>'\"#?, \n\t\\U0é", max_size=80))
def test_no_bytes_break_the_reader(content: bytes | str) -> None:
    raw = content if isinstance(content, bytes) else content.encode("utf-8")
    with contextlib.suppress(RulesRefused):
        assert read_document(raw, "f.yaml").file == "f.yaml"
