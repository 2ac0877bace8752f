"""Hooks, words and keys of rule files, against the guides for their authors (docs/*/rules.md)."""

import ast
import re
import shlex
from importlib import import_module
from importlib.resources import files
from itertools import takewhile
from pathlib import Path

import pytest
from marshmallow import Schema, fields

from connector.cli import parser
from connector.domain.words import CORE, Word
from connector.rulebook import (
    RulesRefused,
    dated,
    load_rules,
    notice_files,
    register_files,
    sample_files,
    schemas,
    stall_files,
)
from connector.rulebook.amendments import parse_amendment
from connector.rulebook.documents import read_document
from connector.rulebook.grammar import GRAMMAR, ConditionReader
from connector.rulebook.passports import shared_passports
from connector.testing.example_schemas import ExamplesFileSchema
from connector.testing.examples import disagreement, read_examples
from connector.testing.scenario_schemas import ScenariosFileSchema
from connector.testing.scenarios import disagreements, read_scenarios
from tests.guards.tree import ROOT, none_of, parse
from tests.unit.rulebook.memory_folder import MemoryFolder

GUIDES = {language: ROOT / "docs" / language / "rules.md" for language in ("ru", "en")}
SHIPPED = (
    "connector_khankaysky",
    "connector_korolev",
    "connector_kuznetsk",
    "connector_todzhinsky",
    "connector_verkhnyaya_pyshma",
)
SCHEMAS = (
    schemas.MunicipalitySchema,
    stall_files.StallSchema,
    stall_files.KindSchema,
    schemas.ScaleSchema,
    schemas.QuietSchema,
    schemas.MoodleSchema,
    schemas.CohortSchema,
    schemas.CohortMembersSchema,
    schemas.IndicatorSchema,
    schemas.PlanSchema,
    schemas.BasisSchema,
    schemas.IndicatorsFileSchema,
    schemas.PassportsFileSchema,
    dated.DatedNumberSchema,
    register_files.DocumentSchema,
    register_files.PlannedItemSchema,
    notice_files.NoticeSchema,
    notice_files.ThenSchema,
    sample_files.SampleSchema,
    sample_files.SamplesFileSchema,
)

every_guide = pytest.mark.parametrize("guide", GUIDES.values(), ids=GUIDES)


def signatures() -> dict[str, str]:
    """Each hook as its source declares it, without the body."""
    tree = parse(ROOT / "connector" / "hookspecs.py")
    return {
        node.name: ast.unparse(node).splitlines()[1].removesuffix(":")
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
    }


def row_of(guide: Path, word: str) -> str:
    rows = [
        line for line in guide.read_text("utf-8").splitlines() if line.startswith(f"| `{word}`")
    ]
    assert rows, f"{guide.name}: no row for {word}"
    return rows[-1]


def written(guide: Path) -> list[tuple[str, str]]:
    """The YAML examples of a guide with the file each of them names in its first line."""
    blocks = re.findall(r"```yaml\n# (\S+)\n(.*?)```", guide.read_text("utf-8"), re.DOTALL)
    assert len(blocks) == guide.read_text("utf-8").count("```yaml")
    return [(name, text) for name, text in blocks]


@every_guide
def test_every_hook_is_documented_with_its_signature(guide: Path) -> None:
    text = guide.read_text("utf-8")
    none_of(
        (f"{guide.parent.name}: {s}" for s in signatures().values() if f"\n{s}\n" not in text),
        "describe the hook, its signature as it stands in hookspecs.py, alone in a line:",
    )


@every_guide
def test_no_hook_is_documented_that_is_not_there(guide: Path) -> None:
    named = set(re.findall(r"\bdef (connector_\w+)", guide.read_text("utf-8")))
    assert named == set(signatures())


def test_every_hook_is_used_by_a_shipped_plugin_and_tested() -> None:
    plugins = [import_module(name) for name in SHIPPED]
    tests = "".join(p.read_text("utf-8") for p in (ROOT / "tests" / "unit").rglob("*.py"))
    none_of(
        (
            hook
            for hook in signatures()
            if hook not in tests or not any(hasattr(plugin, hook) for plugin in plugins)
        ),
        "a hook ships only with a plugin that uses it and a test that asks it:",
    )


@every_guide
@pytest.mark.parametrize("word", CORE.values(), ids=CORE)
def test_every_word_is_documented_with_its_example(guide: Path, word: Word) -> None:
    row = row_of(guide, word.name)
    assert f"`{word.example}`" in row
    none_of(
        (param.name for param in word.params if f"`{param.name}`" not in row),
        f"parameters of {word.name} that the guide does not name:",
    )


@pytest.mark.parametrize("word", CORE.values(), ids=CORE)
def test_the_russian_guide_has_the_words_own_summary(word: Word) -> None:
    assert word.summary in row_of(GUIDES["ru"], word.name)


@every_guide
def test_no_word_is_documented_that_is_not_there(guide: Path) -> None:
    lines = guide.read_text("utf-8").splitlines()
    first = next(n for n, line in enumerate(lines) if line.startswith("| `everyone`"))
    rows = takewhile(lambda line: line.startswith("| `"), lines[first:])
    assert [re.match(r"\| `(\w+)`", row)[1] for row in rows] == list(CORE)  # type: ignore[index]


@every_guide
def test_the_grammar_is_documented(guide: Path) -> None:
    for word in GRAMMAR:
        assert row_of(guide, word)


@pytest.mark.parametrize("word", CORE.values(), ids=CORE)
def test_a_words_example_is_a_condition(word: Word) -> None:
    faults: list[object] = []
    node = read_document(word.example.encode(), "example")
    for subject in word.subjects:
        reader = ConditionReader(CORE, subject, lambda named: None, faults)  # type: ignore[arg-type]
        assert reader.read(node) is not None, faults


@pytest.mark.parametrize("word", CORE)
def test_every_word_is_used_by_a_shipped_plugin(word: str) -> None:
    texts = [
        path.read_text("utf-8")
        for folder in ("plugins", "rules")
        for path in (ROOT / folder).rglob("*.yaml")
        if path.name not in ("examples.yaml", "scenarios.yaml")
    ]
    assert any(re.search(rf"\b{word}:", text) for text in texts)


@every_guide
def test_every_key_of_a_rule_file_is_documented(guide: Path) -> None:
    text = guide.read_text("utf-8")
    keys = {
        field.data_key or name
        for schema in SCHEMAS
        for name, field in schema().fields.items()
        if isinstance(field, fields.Field)
    }
    none_of(
        sorted(k for k in keys if f"`{k}`" not in text and not re.search(rf"\b{k}:", text)),
        f"{guide.parent.name}: keys that the guide does not name:",
    )


@every_guide
def test_every_shared_passport_is_documented(guide: Path) -> None:
    text = guide.read_text("utf-8")
    none_of((n for n in shared_passports() if f"`{n}`" not in text), "shared passports unnamed:")


@every_guide
def test_the_examples_of_a_guide_work(guide: Path) -> None:
    """Each example is tried with the first file of every other kind that the guide shows."""
    blocks = written(guide)
    whole: dict[str, str] = {}
    for name, text in blocks:
        whole.setdefault(name, text)
    tried = set()
    for name, text in blocks:
        folder = MemoryFolder({**whole, name: text})
        try:
            rules = load_rules("settlement", [folder])  # type: ignore[list-item]
        except RulesRefused as refused:
            pytest.fail(f"{guide.parent.name}: {name}: {refused}")
        if name == "examples.yaml":
            examples = read_examples(rules, folder)  # type: ignore[arg-type]
            assert [disagreement(rules, example) for example in examples] == [None] * len(examples)
            tried.add(name)
        if name == "scenarios.yaml":
            played = read_scenarios(rules, folder)  # type: ignore[arg-type]
            assert [disagreements(rules, scenario) for scenario in played] == [[]]
            tried.add(name)
    assert tried == {"examples.yaml", "scenarios.yaml"}


def commands(guide: Path) -> list[list[str]]:
    """What the guide has people type, without the program's name."""
    blocks = re.findall(r"```sh\n(.*?)```", guide.read_text("utf-8"), re.DOTALL)
    lines = [shlex.split(line) for block in blocks for line in block.splitlines()]
    return [words[1:] for words in lines if words and words[0] == "connector"]


@every_guide
def test_every_command_of_a_guide_is_one(guide: Path) -> None:
    shown = commands(guide)
    assert {words[1] for words in shown} == {"new", "check", "diff"}
    for words in shown:
        assert parser().parse_args(words).command == "plugins"


@every_guide
def test_every_what_if_of_a_guide_changes_its_rules(guide: Path) -> None:
    whole: dict[str, str] = {}
    asked = [
        words[n + 1] for words in commands(guide) for n, w in enumerate(words) if w == "--what-if"
    ]
    assert len(asked) == 3
    for name, text in written(guide):
        if name == "indicators.yaml":
            whole[f"indicators/{len(whole)}.yaml"] = text
        elif name in ("municipality.yaml", "passports.yaml"):
            whole.setdefault(name, text)
    folder = MemoryFolder(whole)
    plain = load_rules("settlement", [folder])  # type: ignore[list-item]
    for text in asked:
        amended = load_rules("settlement", [folder], amendments=[parse_amendment(text)])  # type: ignore[list-item]
        assert (amended.digest, str(amended.indicators[0].plans)) != (
            plain.digest,
            str(plain.indicators[0].plans),
        )


def keys_of(schema: Schema) -> set[str]:
    """Of a file, with those of everything in it."""
    found: set[str] = set()
    for name, field in schema.fields.items():
        found.add(field.data_key or name)
        inner = field.inner if isinstance(field, fields.List) else field
        if isinstance(inner, fields.Nested):
            found |= keys_of(inner.schema)
    return found


@every_guide
@pytest.mark.parametrize("schema", [ExamplesFileSchema, ScenariosFileSchema])
def test_every_key_of_examples_and_scenarios_is_documented(
    guide: Path, schema: type[Schema]
) -> None:
    text = guide.read_text("utf-8")
    keys = keys_of(schema())
    assert {"people", "until", "agenda"} & keys, "the schemas are read"
    none_of(
        sorted(k for k in keys if f"`{k}`" not in text and not re.search(rf"\b{k}:", text)),
        f"{guide.parent.name}: keys that the guide does not name:",
    )


@every_guide
def test_the_one_line_of_a_plugins_tests_is_the_one_that_new_plugins_have(guide: Path) -> None:
    made = (files("connector.testing") / "templates" / "test_rules.py.tmpl").read_text("utf-8")
    line = made.splitlines()[-1].replace("@code@", "settlement")
    assert f"\n{line}\n" in guide.read_text("utf-8")


def test_both_guides_show_the_same_examples() -> None:
    assert written(GUIDES["ru"]) == written(GUIDES["en"])
