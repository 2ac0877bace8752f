"""Letters: gathered notices in, one subject with text and HTML out.

The words of each kind stand once, in `letters/<kind>.<role>.txt` (or `<kind>.txt` for every role):
the first line, after `# `, is the heading and, alone, the subject; blank lines part paragraphs and
`- ` begins a list's line. Both forms of a letter are made from that, so they cannot say different
things, and HTML is escaped in one place.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from importlib.resources import files
from itertools import groupby
from typing import Any

from jinja2 import (
    ChoiceLoader,
    DictLoader,
    Environment,
    PackageLoader,
    StrictUndefined,
    Template,
    TemplateError,
    TemplatesNotFound,
)

from connector.domain.alarms import AlarmKind
from connector.domain.preferences import ASKED_FOR
from connector.domain.stall_lines import said_once
from connector.errors import ConnectorError
from connector.texts.log_ins import Needed
from connector.texts.words import plural, sandbox

_ORDER = (
    *(f"alarm_{kind}" for kind in AlarmKind),
    "alarm_over",
    "stall_handed",
    "route_stalled",
    "stall_check",
    "stall_reminder",
    "decision_overdue",
    "decision_due",
    "decision_addressed",
    "recommendation_addressed",
    "request_decided",
    "request_made",
    "request_waits",
    "deficits_found",
    "proof_expiring",
    "route_approved",
    "route_completed",
    "step_done",
    "stall_over",
    "decisions_waiting",
    "stalls_week",
    "plan_lost",
    "plan_met",
)
"""What needs somebody comes first; kinds that are not named here come last."""

_REASONS = {
    "teacher": "Вы получили это письмо, потому что оно о Вас.",
    "mentor": "Вы получили это письмо как наставник.",
    "head": "Вы получили это письмо как руководитель методического объединения.",
    "methodist": "Вы получили это письмо как методист.",
    "specialist": "Вы получили это письмо как специалист управления образования.",
    "addressee": "Вы получили это письмо, потому что решение адресовано Вам.",
    "administrator": "Вы получили это письмо как администратор системы.",
}


MOST_SUBJECT = 300


class TextFault(ConnectorError):
    """There are no words for a notice, or they do not fit it; whoever wrote them must mend them."""


@dataclass(frozen=True, slots=True)
class Told:
    """One notice to be put into words."""

    kind: str
    role: str
    params: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RenderedLetter:
    """subject: without personal data, whatever the notices are about."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Leads:
    """Where a letter's links lead, as whole addresses. hours: how long `url` signs in, 0: it does
    not. stop: switches such letters off; None: they are forced. choices: the page to choose on.
    page: where `url` leads in the end. parts: of a letter about several things, by kind and role,
    the link to each of them and the page it leads to. needed: the log-in without which the reader
    can open none of what some of it is about."""

    url: str
    hours: int = 0
    stop: str | None = None
    choices: str | None = None
    page: str = ""
    parts: Mapping[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    needed: Needed | None = None

    def kept(self, text: str) -> str:
        """A letter's text as others may read it later: without what only its reader may use."""
        if self.stop:
            text = text.replace(self.stop, self.choices or "")
        for url, page in ((self.url, self.page), *self.parts.values()):
            text = text.replace(url, page) if self.hours else text
        return text


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, or a list where `bullets`; lines of plain text."""

    lines: tuple[str, ...]
    bullets: bool


@dataclass(frozen=True, slots=True)
class Section:
    """url: of what it is about, where the letter is about other things, too."""

    title: str
    blocks: tuple[Block, ...]
    url: str | None = None


def render_letter(
    notices: Sequence[Told],
    municipality: str,
    url: str | None = None,
    words: Mapping[str, str] | None = None,
    leads: Leads | None = None,
    preface: str = "",
) -> RenderedLetter:
    """One letter for all of a recipient's notices. municipality: its title; url: where it leads;
    words: the municipality's own templates by file name, which win over those shipped here; leads:
    the recipient's own links, in place of what `url` would come to; preface: a sentence above
    everything.

    The order of `notices` does not matter; a stall that is told of twice is said once. Raises
    TextFault.
    """
    lines = said_once(notices)
    own = words or {}
    known = _words(tuple(sorted(own.items())))
    parts = leads.parts if leads is not None else {}
    try:
        sections = [
            replace(
                _section(known, own, kind, role, [notice.params for notice in group]),
                url=parts.get((kind, role), (None,))[0],
            )
            for (kind, role), group in _grouped(lines)
        ]
    except (TemplateError, TypeError, ValueError, AttributeError) as err:
        raise TextFault(f"{type(err).__name__}: {err}") from err
    subject = _subject(sections, len(lines))
    if leads is not None:
        url = leads.url
    # Who has just asked for a letter knows why it came.
    roles = {notice.role for notice in notices if notice.kind not in ASKED_FOR}
    reasons = [text for role, text in _REASONS.items() if role in roles]
    if leads is not None and leads.hours:
        reasons.append(_once(leads.hours))
    html = _frame().render(
        subject=subject,
        sections=sections,
        reasons=reasons,
        municipality=municipality,
        url=url,
        leads=leads,
        preface=preface,
    )
    text = _as_text(sections, reasons, municipality, url, leads)
    if preface:
        text = f"{preface}\n\n{text}"
    return RenderedLetter(subject, text, html)


def _once(hours: int) -> str:
    term = f"{hours} {plural(hours, 'часа', 'часов', 'часов')}"
    return (
        f"Ссылка из письма впускает без пароля, один раз и в течение {term}: не пересылайте письмо."
    )


def section_of(told: Told) -> Section:
    """One notice's words as a letter has them, for a page. Raises TextFault."""
    try:
        return _section(_words(()), {}, told.kind, told.role, [told.params])
    except (TemplateError, TypeError, ValueError, AttributeError) as err:
        raise TextFault(f"{type(err).__name__}: {err}") from err


def _grouped(notices: Iterable[Told]) -> Iterator[tuple[tuple[str, str], list[Told]]]:
    def rank(notice: Told) -> tuple[int, str, str, str, str]:
        place = _ORDER.index(notice.kind) if notice.kind in _ORDER else len(_ORDER)
        # The same notices make the same letter, in whatever order the database hands them out.
        whole = repr(sorted(notice.params.items()))
        return place, notice.kind, notice.role, str(notice.params.get("person", "")), whole

    ordered = sorted(notices, key=rank)
    for key, group in groupby(ordered, key=lambda notice: (notice.kind, notice.role)):
        yield key, list(group)


def _section(
    known: Environment,
    own: Mapping[str, str],
    kind: str,
    role: str,
    items: list[Mapping[str, Any]],
) -> Section:
    names = [f"{kind}.{role}.txt", f"{kind}.txt"]
    # A municipality's words for every role win over those shipped for one.
    mine = [name for name in names if name in own]
    try:
        template = known.select_template(mine or names)
    except TemplatesNotFound as err:
        raise TextFault(f"no words for {kind} to a {role}") from err
    title, _, body = template.render(items=items).strip().partition("\n")
    return Section(title.removeprefix("# ").strip(), tuple(_blocks(body)))


def _blocks(body: str) -> Iterator[Block]:
    """Paragraphs and lists. A list goes on over the blank lines that loops leave in it."""
    runs: list[tuple[bool, list[str]]] = []
    parted = True
    for line in map(str.strip, body.splitlines()):
        if not line:
            parted = True
            continue
        bullet = line.startswith("- ")
        if runs and runs[-1][0] == bullet and (bullet or not parted):
            runs[-1][1].append(line)
        else:
            runs.append((bullet, [line]))
        parted = False
    for bullet, lines in runs:
        yield Block(tuple(line.removeprefix("- ") for line in lines), bullet)


def _subject(sections: Sequence[Section], count: int) -> str:
    if len(sections) == 1:
        # As long as the mailbox holds; a letter that is sent and cannot be noted is sent again.
        return sections[0].title[:MOST_SUBJECT]
    messages = plural(count, "сообщение", "сообщения", "сообщений")
    return f"Методическая служба: {count} {messages}"


def _as_text(
    sections: Iterable[Section],
    reasons: Iterable[str],
    municipality: str,
    url: str | None,
    leads: Leads | None,
) -> str:
    parts = ["Здравствуйте!"]
    for section in sections:
        parts.append(f"{section.title}\n{'=' * len(section.title)}")
        for block in section.blocks:
            if block.bullets:
                parts.append("\n".join(f"- {line}" for line in block.lines))
            else:
                parts.append(" ".join(block.lines))
        if section.url:
            parts.append(f"Открыть: {section.url}")
    if leads is not None and leads.needed is not None:
        parts.append(f"{leads.needed.in_letter}\n{leads.needed.command}")
    if url:
        parts.append(f"Открыть в системе: {url}")
    footer = [*reasons, f"Методическая служба: {municipality}. На это письмо отвечать не нужно."]
    if leads is not None and leads.stop:
        footer.append(f"Не получать таких писем: {leads.stop}")
    if leads is not None and leads.choices:
        footer.append(f"Выбрать, какие письма получать: {leads.choices}")
    return "\n\n".join(parts) + "\n\n-- \n" + "\n".join(footer) + "\n"


@lru_cache(maxsize=64)
def _words(own: tuple[tuple[str, str], ...]) -> Environment:
    shipped = PackageLoader("connector.texts", "letters")
    return sandbox(ChoiceLoader([DictLoader(dict(own)), shipped]))


@lru_cache(maxsize=1)
def _frame() -> Template:
    environment = Environment(
        loader=PackageLoader("connector.texts", "letters"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["bound"] = _bound
    return environment.get_template("frame.html")


def _bound(line: str) -> str:
    """No line ends between a sign and its number."""
    return line.replace("№ ", "№\u00a0").replace(" %", "\u00a0%")


def letter_names(words: Mapping[str, str]) -> dict[str, frozenset[str]]:
    """The kinds there are words for, with the roles that have words of their own; `words`: the
    municipality's own templates. A kind without such roles is told to any."""
    found: dict[str, set[str]] = {}
    shipped = (entry.name for entry in files("connector.texts").joinpath("letters").iterdir())
    for name in {*shipped, *words}:
        kind, _, role = name.removesuffix(".txt").partition(".")
        if name.endswith(".txt") and not name.startswith("_"):
            found.setdefault(kind, set()).update([role] if role else [])
    return {kind: frozenset(roles) for kind, roles in found.items()}


def heading_of(kind: str, words: Mapping[str, str]) -> str | None:
    """What the letters of a kind are headed with, where that depends on nothing."""
    known = _words(tuple(sorted(words.items())))
    for name in (f"{kind}.txt", *(f"{kind}.{role}.txt" for role in _REASONS)):
        try:
            source, _, _ = known.loader.get_source(known, name) if known.loader else ("", "", "")
        except TemplateError:
            continue
        first = source.partition("\n")[0].removeprefix("# ").strip()
        if "{" not in first:
            return first
    return None
