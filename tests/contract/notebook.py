"""What a connector that hears some senders would know, step by step."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from connector.domain.evidence import Evidence, Kind, Statement, merge, standing
from connector.domain.facts import Attempt
from connector.domain.signals import About, Dialect, Pointer
from connector.moodle.interpretation import AccountSeen, Interpretation, SeenObject
from connector.moodle.reading import Asked, interpret, read
from connector.replay import Recording
from tests.contract.fake_moodle import Site
from tests.contract.recorded import Step

MOSCOW = ZoneInfo("Europe/Moscow")
EVERYONE = tuple(dialect for dialect in Dialect if dialect is not Dialect.NATIVE)
NEW_LEARNERS = ("19", "20")


@dataclass
class Notebook:
    """What a connector that hears some senders knows: statements by register, accounts."""

    senders: tuple[Dialect, ...]
    statements: list[Statement] = field(default_factory=list)
    accounts: dict[str, AccountSeen] = field(default_factory=dict)
    objects: set[SeenObject] = field(default_factory=set)
    silent: list[tuple[About, str]] = field(default_factory=list)

    def note(self, about: About, found: Interpretation) -> None:
        assert found.not_yet is None
        self.statements += found.statements
        self.objects |= set(found.objects)
        if found.account is not None:
            self.accounts[found.account.user_id] = found.account
        if found.nothing is not None:
            self.silent.append((about, found.nothing))

    def evidence(self) -> dict[str, Evidence]:
        return standing_of(self.statements)


def standing_of(statements: Iterable[Statement]) -> dict[str, Evidence]:
    registers: dict[str, dict[str, Statement]] = {}
    for statement in statements:
        slots = registers.get(statement.register, {})
        registers[statement.register] = merge(slots, [statement], MOSCOW)
    found = [standing(slots.values(), MOSCOW) for slots in registers.values()]
    assert not any(one.waiting for one in found)
    return {evidence.key: evidence for one in found for evidence in one.evidence}


def told(evidence: Evidence) -> object:
    """What a careful person would write down of one piece of evidence."""
    if evidence.kind is Kind.ATTEMPT:
        attempt = Attempt.from_body(evidence.body)
        if not attempt.is_final:
            return "provisional"
        assert attempt.grade is not None
        return float(attempt.grade)
    return int(evidence.happened_at.timestamp())


def known(notebook: Notebook) -> dict[str, object]:
    """The standing evidence of the two new learners, by short names."""
    return {
        key.replace(":lms:", ":"): told(evidence)
        for key, evidence in notebook.evidence().items()
        if evidence.user_id in NEW_LEARNERS
    }


@dataclass(frozen=True)
class Heard:
    """One event, looked up right after the step it came in."""

    step: Step
    sender: Dialect
    about: About
    found: Interpretation


def hear(running: Site, recorded: Recording, step: Step) -> Iterator[Heard]:
    recorded.go_to(step.sequence, step.number)
    running.now = step.ended_at
    asked = Asked()
    for dialect, pointer in step.pointers:
        yield Heard(step, dialect, pointer.about, resolve(running, pointer, asked))


def resolve(running: Site, pointer: Pointer, asked: Asked, final: bool = False) -> Interpretation:
    readings = read(running.client, pointer, asked, final=final)
    return interpret(pointer, readings, "lms", MOSCOW, 1, final)


def live_through(
    heard: dict[Step, list[Heard]],
    notebook: Notebook,
    after: Callable[[Step], None] = lambda step: None,
) -> None:
    """Note what the notebook's senders told, step by step."""
    for step, events in heard.items():
        for event in events:
            if event.sender in notebook.senders:
                notebook.note(event.about, event.found)
        after(step)
