"""Worked examples beside the rules: read, judged, and checked for being complete.

Knows no test runner: each function answers with the disagreements it found, in Russian, each with
file and line, so that a test, a command and a page can show the same.
"""

from dataclasses import dataclass
from datetime import date
from importlib.resources.abc import Traversable

from connector.domain.because import SubjectKind
from connector.domain.cases import Case, Moment
from connector.domain.indicators import Indicator, judge
from connector.domain.periods import AsOfBeforePeriod, NotAPeriod, parse_period
from connector.domain.words.staff import everybody
from connector.rulebook import MunicipalityRules, RuleFileFault, RulesRefused
from connector.rulebook.documents import Node, read_document
from connector.rulebook.schemas import load
from connector.testing import builders
from connector.testing.example_cases import case_of, known_in, organisation
from connector.testing.example_schemas import ExamplesFileSchema


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
    ground = builders.setting(
        rules.code,
        zone=rules.zone,
        known=known_in(loaded["world"]),
        organisation=organisation(loaded["world"]),
        scales=rules.scales,
        stalls=rules.stalls,
    )
    codes = {indicator.code: indicator for indicator in rules.indicators}
    found: list[Example] = []
    for number, given in enumerate(loaded["examples"]):
        node = document.at(("examples", number))
        case = case_of(given, ground)
        moment = _moment(given["period"], given["as_of"], node, faults)
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


def _moment(
    period: str, as_of: date | None, node: Node, faults: list[RuleFileFault]
) -> Moment | None:
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
        f"{_said(*expected, [example.because] if example.because else [])}, "
        f"получено {_said(*found, codes)}"
    )


def _said(in_population: bool, achieved: bool, codes: list[str]) -> str:
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
