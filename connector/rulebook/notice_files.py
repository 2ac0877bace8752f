"""notices.yaml: if, unless, then. Whom to tell of what, in a methodist's own words."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from marshmallow import fields

from connector.domain.because import SubjectKind
from connector.domain.letter_kinds import KINDS
from connector.domain.owed import Recipient
from connector.domain.periods import PeriodKind
from connector.domain.roadmaps import Recurrence
from connector.domain.rule_notices import NoticeRule
from connector.rulebook.documents import Node
from connector.rulebook.faults import RuleFileFault
from connector.rulebook.fields import MESSAGES, Choice, RuleSchema, Text, YesNo
from connector.rulebook.indicator_files import IndicatorReader
from connector.rulebook.schemas import load

_NOT_THEIRS = (Recipient.ADMINISTRATOR, Recipient.ADDRESSEE)
"""Who is told by the connector alone: of its own troubles, and of what names its addressee."""

ROLES = tuple(str(role) for role in Recipient if role not in _NOT_THEIRS)
NAMES = {"name": "name", "stretch": "stretch|occurrence"}
"""What a text may put in, and how a template has it: the subject's name, and the month, quarter or
year that is meant, which is kept as 2026-Q2 while people write II квартал 2026."""

_CODE = re.compile(r"[a-z][a-z0-9_]{2,39}")
_PLACE = re.compile(r"\{\{ ?([a-z_]+) ?\}\}")


class ThenSchema(RuleSchema):
    """title: without names, because it may become a letter's subject. text: one line a subject."""

    tell = fields.List(Choice(ROLES), required=True, error_messages=MESSAGES)
    title = Text(required=True)
    text = Text(required=True)
    urgent = YesNo(load_default=False)


class NoticeSchema(RuleSchema):
    code = Text(required=True)
    subject = Choice([str(kind) for kind in SubjectKind], required=True)
    period = Choice([str(kind) for kind in PeriodKind], load_default="year")
    once_a = Choice([str(one) for one in Recurrence], load_default="quarter")
    condition = fields.Raw(data_key="if", required=True, error_messages=MESSAGES)
    unless = fields.Raw(load_default=None)
    then = fields.Nested(ThenSchema, required=True, error_messages=MESSAGES)
    note = Text(load_default=None)


class NoticesFileSchema(RuleSchema):
    notices = fields.List(fields.Raw(), required=True, error_messages=MESSAGES)


@dataclass(frozen=True, slots=True)
class NoticeFiles:
    """rules: in the order of the file. letters: their words, as templates by file name.

    judging: what the owing of each depends on, as JSON values. roles: those told by code, also of
    rules that are faulty otherwise.
    """

    rules: tuple[NoticeRule, ...] = ()
    letters: Mapping[str, str] = field(default_factory=dict)
    judging: tuple[Any, ...] = ()
    roles: Mapping[str, frozenset[str]] = field(default_factory=dict)


def notices_in(
    nodes: Iterable[Node], reader: IndicatorReader, faults: list[RuleFileFault]
) -> NoticeFiles:
    """What can be read of the files, with every fault noted. reader: has read the indicators."""
    rules: dict[str, NoticeRule] = {}
    letters: dict[str, str] = {}
    judging: list[Any] = []
    first: dict[str, Node] = {}
    roles: dict[str, frozenset[str]] = {}
    for node in nodes:
        if load(NoticesFileSchema(), node, faults) is None:
            continue
        for one in node.entries["notices"].items:
            loaded = load(NoticeSchema(), one, faults)
            roles[_code_of(one)] = frozenset(loaded["then"]["tell"]) if loaded else frozenset()
            rule = _rule(one, loaded, reader, faults) if loaded is not None else None
            if loaded is None or rule is None:
                continue
            if rule.code in first:
                held = first[rule.code]
                told = f"код «{rule.code}» уже есть: {held.file}:{held.line}"
                faults.append(one.fault(told))
                continue
            first[rule.code] = one
            rules[rule.code] = rule
            letters[f"{rule.code}.txt"] = _template(loaded["then"])
            judging.append([loaded[key] for key in ("code", "subject", "period", "once_a")])
            judging.append([loaded["condition"], loaded["unless"], loaded["then"]["tell"]])
    return NoticeFiles(tuple(rules.values()), letters, tuple(judging), roles)


def _code_of(node: Node) -> str:
    code = node.entries.get("code")
    return str(code.plain) if code is not None else ""


def _rule(
    node: Node, loaded: Mapping[str, Any], reader: IndicatorReader, faults: list[RuleFileFault]
) -> NoticeRule | None:
    before = len(faults)
    faults += _faults(node, loaded)
    subject = SubjectKind(loaded["subject"])
    # `achieved_in` compares periods, and this one may stand on its default.
    user = Node({**node.entries, "period": Node(loaded["period"], node.file, node.line)},
                node.file, node.line)  # fmt: skip
    condition, looks = reader.condition(node.entries["if"], subject, user)
    unless, looks_too = None, False
    if "unless" in node.entries:
        unless, looks_too = reader.condition(node.entries["unless"], subject, user)
    if condition is None or len(faults) > before:
        return None
    return NoticeRule(
        loaded["code"],
        subject,
        PeriodKind(loaded["period"]),
        Recurrence(loaded["once_a"]),
        condition,
        unless,
        tuple(dict.fromkeys(Recipient(role) for role in loaded["then"]["tell"])),
        loaded["then"]["urgent"],
        looks or looks_too,
    )


def _faults(node: Node, loaded: Mapping[str, Any]) -> Iterator[RuleFileFault]:
    code, then = loaded["code"], loaded["then"]
    place = node.at(("code",))
    if not _CODE.fullmatch(code):
        yield place.fault("code: латинские строчные буквы, цифры и _, от 3 до 40 знаков")
    if code in KINDS:
        yield place.fault(f"code: «{code}» занят сообщением самого коннектора")
    if not then["tell"]:
        yield node.at(("then", "tell")).fault("then.tell: назовите хотя бы одну роль")
    if "teacher" in then["tell"] and loaded["subject"] != SubjectKind.STAFF:
        yield node.at(("then", "tell")).fault("then.tell: teacher - только при subject: staff")
    for key in ("title", "text"):
        yield from _text_faults(key, then[key], node.at(("then", key)))


def _text_faults(key: str, text: str, node: Node) -> Iterator[RuleFileFault]:
    names = _PLACE.findall(text)
    rest = _PLACE.sub("", text)
    if "{" in rest or "}" in rest:
        yield node.fault(f"then.{key}: фигурные скобки - только в подстановке: {{{{ name }}}}")
    for name in names:
        if name not in NAMES:
            yield node.fault(f"then.{key}: нет подстановки «{name}», есть: {', '.join(NAMES)}")
    if key == "title" and names:
        yield node.fault("then.title: без подстановок: заголовок виден в теме письма")
    if "\n" in text.strip():
        yield node.fault(f"then.{key}: одна строка")


def _template(then: Mapping[str, Any]) -> str:
    """The words as every letter has them; nothing but the names above is ever put in."""
    line = _PLACE.sub(lambda found: f"{{{{ one.{NAMES[found[1]]} }}}}", then["text"])
    return f"# {then['title']}\n\n{{% for one in items %}}\n- {line}\n{{% endfor %}}\n"
