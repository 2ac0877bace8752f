"""Moodle's competency frameworks, as they are read to become the taxonomy."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from marshmallow import post_load

from connector.moodle.answers import Answers
from connector.moodle.competency_functions import CompetencyFunction
from connector.moodle.errors import MoodleRefused
from connector.moodle.fields import Answer, Id, Text
from connector.moodle.questions import Question
from connector.moodle.reading import Asks


@dataclass(frozen=True, slots=True)
class Framework:
    id: str
    idnumber: str | None
    name: str


@dataclass(frozen=True, slots=True)
class FoundCompetency:
    """One node of a framework's tree. parent: None at its top."""

    id: str
    idnumber: str | None
    name: str
    parent: str | None


class FrameworkSchema(Answer):
    id = Id(required=True)
    idnumber = Text(load_default=None, allow_none=True)
    shortname = Text(required=True)

    @post_load
    def _made(self, data: dict[str, Any], **kwargs: Any) -> Framework:
        return Framework(data["id"], (data["idnumber"] or "").strip() or None, data["shortname"])


class CompetencySchema(Answer):
    id = Id(required=True)
    idnumber = Text(load_default=None, allow_none=True)
    shortname = Text(required=True)
    parentid = Id(load_default="0")

    @post_load
    def _made(self, data: dict[str, Any], **kwargs: Any) -> FoundCompetency:
        idnumber = (data["idnumber"] or "").strip() or None
        parent = None if data["parentid"] == "0" else data["parentid"]
        return FoundCompetency(data["id"], idnumber, data["shortname"].strip(), parent)


_FRAMEWORKS, _COMPETENCIES = FrameworkSchema(many=True), CompetencySchema(many=True)


def every_framework() -> Question:
    """Those of the whole site and of every category."""
    given = {"context[contextlevel]": "system", "context[instanceid]": "0"}
    params = {"sort": "shortname", "includes": "children", **given}
    return Question.of(CompetencyFunction.FRAMEWORKS, **params)


def competencies_of(framework_id: str) -> Question:
    return Question.of(
        CompetencyFunction.COMPETENCIES,
        **{
            "filters[0][column]": "competencyframeworkid",
            "filters[0][value]": framework_id,
            "sort": "path",
        },
    )


def frameworks(client: Asks) -> list[Framework]:
    """Raises MoodleUnavailable, MoodleRefused."""
    found: list[Framework] = _told(client, every_framework(), _FRAMEWORKS)
    return found


def framework_called(found: Sequence[Framework], name: str) -> Framework | None:
    """By idnumber, else by number, as everything of Moodle is named in spreadsheets."""
    for fits in ("idnumber", "id"):
        named = [one for one in found if getattr(one, fits) == name]
        if len(named) == 1:
            return named[0]
    return None


def competencies(client: Asks, framework: Framework) -> list[FoundCompetency]:
    """Raises MoodleUnavailable, MoodleRefused."""
    found: list[FoundCompetency] = _told(client, competencies_of(framework.id), _COMPETENCIES)
    return found


def ancestors(
    one: FoundCompetency, by_id: Mapping[str, FoundCompetency]
) -> Iterator[FoundCompetency]:
    """The node itself, its parent, and so on to the top; a tree that bites its tail ends, too."""
    seen: set[str] = set()
    here: FoundCompetency | None = one
    while here is not None and here.id not in seen:
        seen.add(here.id)
        yield here
        here = by_id.get(here.parent) if here.parent else None


def _told(client: Asks, question: Question, schema: Any) -> Any:
    reading = client.call(question)
    if reading.status == "error":
        raise MoodleRefused(str(reading.errorcode))
    return Answers().load(reading, schema, list)
