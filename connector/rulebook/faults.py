"""What is wrong with a rule, and where: told to whoever wrote it, all at once."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from connector.errors import ConnectorError, UnknownThing


@dataclass(frozen=True, slots=True, order=True)
class RuleFileFault:
    """One fault of a rule file. message: in Russian. line: from 1; 0 where no line is to blame."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.message}"


class RulesRefused(ConnectorError):
    """A municipality's rule files are faulty; their author has to mend them. Names every fault."""

    def __init__(self, faults: Iterable[RuleFileFault]) -> None:
        self.faults = tuple(sorted(set(faults)))
        super().__init__("\n".join(str(fault) for fault in self.faults))


class RuleFault(ConnectorError):
    """A rule failed while it was asked; whoever wrote it has to mend it.

    rule: an indicator's code, or the hook that failed. is_deadly: the process that judged it had to
    be ended, or ended by itself. The other rules go on.
    """

    def __init__(self, municipality: str, rule: str, message: str, is_deadly: bool = False) -> None:
        self.municipality = municipality
        self.rule = rule
        self.message = message
        self.is_deadly = is_deadly
        super().__init__(f"{municipality}: {rule}: {message}")


class UnknownMunicipality(UnknownThing):
    """No installed plugin and no rules folder names this municipality."""

    def __init__(self, code: str) -> None:
        super().__init__("municipality", code)


class UnknownIndicator(UnknownThing):
    """The municipality has no indicator of this code."""

    def __init__(self, municipality: str, code: str) -> None:
        super().__init__("indicator", code)
        self.municipality = municipality


def near_miss(word: str, known: Iterable[str]) -> str:
    """«; возможно, имелось в виду …», or nothing where no known word is near."""
    close = get_close_matches(word, sorted(known), n=1, cutoff=0.6)
    return f"; возможно, имелось в виду «{close[0]}»" if close else ""
