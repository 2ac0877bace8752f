"""Every reason the domain can give has a sentence, and every sentence a reason."""

import ast
import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain.because import Because
from connector.domain.cases import Case, CompletionCase, Moment
from connector.domain.indicators import Condition
from connector.domain.periods import PeriodKind, period_containing
from connector.domain.words import CORE
from connector.texts.because import because_text, sentences
from tests.guards.tree import parse, python_files
from tests.unit.domain.random_cases import LAST, cases
from tests.unit.domain.random_pieces import pieces
from tests.unit.domain.random_places import places

SENTENCES = sentences()
CODE = re.compile(r"[a-z]+(_[a-z]+)*")


def codes_in(tree: ast.AST) -> Iterator[str]:
    """What stands where a code is made: as regular expressions, for some are put together."""
    makers = {"Because"} | {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.args.args and node.args.args[0].arg == "code"
    }
    sources: list[ast.expr] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in makers and node.args:
            sources.append(node.args[0])
        elif isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "code":
            sources.append(node.value)
    called = {getattr(s.func, "id", "") for s in sources if isinstance(s, ast.Call)}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name in called:
            sources += [r.value for r in ast.walk(node) if isinstance(r, ast.Return) and r.value]
    for source in sources:
        yield from _strings(source)


def _strings(node: ast.expr) -> Iterator[str]:
    match node:
        case ast.Constant(value=str(text)):
            yield re.escape(text)
        case ast.JoinedStr(values=parts):
            yield "".join(
                re.escape(str(part.value)) if isinstance(part, ast.Constant) else "[a-z_]+"
                for part in parts
            )
        case ast.IfExp(body=one, orelse=other):
            yield from _strings(one)
            yield from _strings(other)


USED = {code for path in python_files("connector/domain") for code in codes_in(parse(path))}


def test_every_code_has_a_sentence() -> None:
    lacking = [c for c in USED if not any(re.fullmatch(c, known) for known in SENTENCES)]
    assert not lacking


def test_every_sentence_has_a_code() -> None:
    assert not [known for known in SENTENCES if not any(re.fullmatch(c, known) for c in USED)]


def test_the_guard_sees_codes_however_they_are_made() -> None:
    text = (
        "def _told(code, x): return Because(code)\n"
        "def _why(): return 'b' if x else 'c'\n"
        "def f():\n"
        "    code = 'd' if x else 'e'\n"
        "    _told('a', 1), _told(_why(), 1)\n"
        "    return Because(f'no_{x}'), Because(code), Because('f')"
    )
    assert set(codes_in(ast.parse(text))) == {"a", "b", "c", "d", "e", "f", "no_[a-z_]+"}


EXAMPLES: dict[str, dict[str, Any]] = {
    "role": {"role": "teacher"},
    "school_kind": {"kind": "school"},
    "diagnosed": {"level": "base"},
    "younger_than": {"years": 35},
    "in_first_years_of_work": {"years": 3},
    "in_form_of_support": {"in_first_years": 3},
    "looks_after_staff": {"role": "teacher"},
    "school_since": {"field": "mentoring"},
    "association_level": {"level": "municipal"},
    "has_route": {"based_on_diagnosis": True},
    "route_completed": {"based_on_diagnosis": True},
    "completed_programme": {"by_diagnosis": True},
    "record_complete": {"fields": ("name", "birth_date", "subjects")},
    "teaches_subjects_at_least": {"count": 2},
    "assessed_on_all": {"criteria": ("клуб", "кадровый резерв"), "recommendation": True},
    "school_is": {"trait": "rural"},
    "completed_in_period": {"audience": "staff"},
    "document_present": {"link": True},
    "practice_published": {"link": True},
    "contest_held": {"in_period": True},
    "school_has": {"any_of": ("rural", "low_results")},
    "followed_by_decision": {"days": 10},
    "tied_to_association": {"levels": ("municipal",)},
    "every_competency_measured": {"days": 30},
}


def conditions() -> Iterator[tuple[Condition, frozenset[Any]]]:
    for word in CORE.values():
        params = EXAMPLES.get(word.name, {})
        required = {p.name for p in word.params if p.required}
        assert required <= params.keys(), f"{word.name} needs an example"
        yield word.build(**params), frozenset(word.subjects)


CONDITIONS = list(conditions())


@given(st.one_of(cases, pieces, places))
def test_every_reason_ever_given_becomes_a_sentence(case: Case) -> None:
    for kind in (PeriodKind.YEAR, PeriodKind.ACADEMIC_YEAR):
        moment = Moment(period_containing(LAST, kind), LAST)
        for condition, subjects in CONDITIONS:
            if case.kind not in subjects:
                continue
            if isinstance(case, CompletionCase) and case.completion is None:
                continue
            for because in condition(case, moment).because:
                text = because_text(because)
                assert not CODE.fullmatch(text), f"{because} could not be put into words"
                assert "None" not in text
                assert "\n" not in text


@pytest.mark.parametrize(
    ("because", "text"),
    [
        (
            Because(
                "diagnosed",
                {"title": "Входная", "on": "2026-03-12", "level": "base", "percent": 61.5},
            ),
            "Диагностика «Входная» 12.03.2026, уровень базовый → засчитано",
        ),
        (
            Because("in_first_years", {"years": 3, "from": "2024-09-01", "until": "2027-08-31"}),
            "Первые 3 года работы: с 01.09.2024 по 31.08.2027",
        ),
        (
            Because("support", {"form": "клуб\n- {{ x }}", "from": None, "until": None}),
            "Форма поддержки «клуб - {{ x }}», бессрочно → засчитано",
        ),
        (Because("of_a_plugin", {"x": 1}), "of_a_plugin"),
        (Because("diagnosed", {"title": "без остального"}), "diagnosed"),
    ],
)
def test_sentences_read_well(because: Because, text: str) -> None:
    assert because_text(because) == text
