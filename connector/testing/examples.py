"""Worked examples beside the rules: read, judged, and checked for being complete.

Knows no test runner: each function answers with the disagreements it found, in Russian, each with
file and line, so that a test, a command and a page can show the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from importlib.resources.abc import Traversable

from connector.domain.because import SubjectKind
from connector.domain.cases import Case, Moment
from connector.domain.dossier import Setting
from connector.domain.indicators import Indicator, judge
from connector.domain.periods import AsOfBeforePeriod, NotAPeriod, parse_period
from connector.domain.words.staff import everybody
from connector.rulebook import MunicipalityRules, RuleFileFault, RulesRefused
from connector.rulebook.documents import Node, read_document
from connector.rulebook.schemas import load
from connector.services.cases.listed import registers_of
from connector.testing import builders
from connector.testing.example_cases import case_of, known_in, organisation, with_usual_places
from connector.testing.example_schemas import ExamplesFileSchema
from connector.testing.people_cases import Given, NotThere, span

LAST = date(2034, 12, 31)
"""Later than any day that an example speaks of."""


@dataclass(frozen=True, slots=True)
class Example:
    """A case with the judgement it must get. because: a reason code that must be among them."""

    name: str
    place: str
    indicator: str
    case: Case
    moment: Moment
    in_population: bool
    achieved: bool
    because: str | None


def read_examples(rules: MunicipalityRules, folder: Traversable) -> tuple[Example, ...]:
    """The examples of a rules folder (examples.yaml). Raises RulesRefused with all faults."""
    document = read_document((folder / "examples.yaml").read_bytes(), f"{rules.code}/examples.yaml")
    faults: list[RuleFileFault] = []
    loaded = load(ExamplesFileSchema(), document, faults)
    if loaded is None:
        raise RulesRefused(faults)
    ground = ground_of(rules, loaded["world"])
    ground = replace(ground, organisation=with_usual_places(ground.organisation))
    codes = {indicator.code: indicator for indicator in rules.indicators}
    found: list[Example] = []
    for number, given in enumerate(loaded["examples"]):
        node = document.at(("examples", number))
        try:
            case = case_of(given, ground)
        except NotThere as err:
            faults.append(node.fault(str(err)))
            continue
        moment = moment_of(given["period"], given["as_of"], node, faults)
        indicator = codes.get(given["indicator"])
        if indicator is None:
            faults.append(node.fault(f"indicator: нет показателя «{given['indicator']}»"))
        elif case is None or case.kind is not indicator.subject:
            faults.append(node.fault(f"ожидался один субъект вида {indicator.subject}"))
        elif moment is not None:
            place = f"{node.file}:{node.line}"
            found.append(
                Example(given["name"], place, indicator.code, case, moment, **given["expected"])
            )
    if faults:
        raise RulesRefused(faults)
    return tuple(found)


def ground_of(rules: MunicipalityRules, world: Given, today: date = LAST) -> Setting:
    """The common ground of a world as a file gives it, under these rules.

    today: what recurs is listed up to the end of the next year, as in the connector.
    """
    closed = [span(one) for one in world["closed_days"]]
    return builders.setting(
        rules.code,
        zone=rules.zone,
        known=known_in(world),
        organisation=organisation(world),
        calendar=builders.five_day_calendar(closed=closed),
        scales=rules.scales,
        stalls=rules.stalls,
        registers=registers_of(rules, today),
        peopled=rules.peopled,
    )


def moment_of(
    period: str, as_of: date | None, node: Node, faults: list[RuleFileFault]
) -> Moment | None:
    """When an example or an outcome is looked at; None, having noted why, where it never is."""
    try:
        parsed = parse_period(period)
        return Moment(parsed, parsed.as_of(as_of or parsed.last))
    except (NotAPeriod, AsOfBeforePeriod) as err:
        faults.append(node.fault(f"period: {err}"))
        return None


def disagreement(rules: MunicipalityRules, example: Example) -> str | None:
    """What an example expects and what its rule says instead; None where they agree."""
    judgement = judge(rules.indicator(example.indicator), example.case, example.moment)
    codes = [because.code for because in judgement.because]
    expected = (example.in_population, example.achieved)
    found = (judgement.in_population, judgement.achieved)
    if expected == found and (example.because is None or example.because in codes):
        return None
    return (
        f"{example.place}: {example.name}: ожидалось "
        f"{said(*expected, [example.because] if example.because else [])}, "
        f"получено {said(*found, codes)}"
    )


def said(in_population: bool, achieved: bool, codes: Sequence[str]) -> str:
    """A judgement in a few words, with the codes of its reasons."""
    words = ["учитывается" if in_population else "вне охвата"]
    words.append("засчитано" if achieved else "не засчитано")
    return ", ".join(words) + (f" ({', '.join(codes)})" if codes else "")


def lacking(rules: MunicipalityRules, examples: tuple[Example, ...]) -> list[str]:
    """Which indicators want an example: each needs one that achieves, one that does not, and one
    outside its population, if anybody can be outside."""
    wanting: list[str] = []
    for indicator in rules.indicators:
        own = [example for example in examples if example.indicator == indicator.code]
        if not any(e.achieved for e in own):
            wanting.append(f"{indicator.code}: нет примера, который засчитывается")
        if not any(e.in_population and not e.achieved for e in own):
            wanting.append(f"{indicator.code}: нет примера, который не засчитывается")
        if _has_outsiders(indicator) and all(e.in_population for e in own):
            wanting.append(f"{indicator.code}: нет примера вне охвата")
    return wanting


def _has_outsiders(indicator: Indicator) -> bool:
    """People leave, and with them their routes and completions; the municipality is alone; of other
    subjects everybody may be counted."""
    if indicator.subject in (SubjectKind.STAFF, SubjectKind.ROUTE, SubjectKind.COMPLETION):
        return True
    return indicator.subject is not SubjectKind.MUNICIPALITY and (
        indicator.population is not everybody
    )
