"""What a rule plugin may say. Each hook is used by a shipped plugin and documented in docs/.

Plugins return values and perform nothing: a hook may be asked at any time, any number of times,
and is never asked inside a database transaction. A plugin is asked about its own municipality only,
in a process of its own, and its fault stops nobody else.

A plugin's package may name the version of these hooks that it was written for: `CONNECTOR_API = 1`,
which is also what holds where it names none.
"""

from collections.abc import Collection
from datetime import date
from importlib.resources.abc import Traversable

import pluggy

from connector.domain.because import SubjectKind
from connector.domain.cases import Case
from connector.domain.owed import Circle, Owed
from connector.domain.proposals import ProposedRoute

PROJECT = "connector"
hookspec = pluggy.HookspecMarker(PROJECT)


@hookspec
def connector_rule_folders() -> list[Traversable]:  # type: ignore[empty-body]
    """Folders of YAML rule files; read as one, exactly one of them holds municipality.yaml."""


@hookspec
def connector_subjects() -> Collection[SubjectKind]:  # type: ignore[empty-body]
    """The kinds of subjects that notices and next turns speak of; without it, all.

    Only cases of these kinds are handed to the plugin's process, and handing them over is most of
    what asking costs.
    """


@hookspec
def connector_notices(  # type: ignore[empty-body]
    case: Case, circle: Circle, day: date
) -> list[Owed]:
    """What is owed on the local day `day` about a subject that was just judged.

    case: the subject with everything its judgement looked at. circle: who stands around it.
    The answer is a pure function of the three; a notice owed again under the same key is one.
    """


@hookspec
def connector_next_turn(case: Case, day: date) -> date | None:
    """The next day after `day` on which time alone could change what `connector_notices` says.

    None where no day will. Without it a notice that begins on a calendar day would wait until
    something else brings the subject up.
    """


@hookspec
def connector_propose_route(case: Case, day: date) -> ProposedRoute | None:
    """The draft of a route for the person's open deficits, to be decided about by a methodist.

    case: the person without the draft that the answer would replace. None leaves the core's own
    proposal as it is (`connector.domain.proposing.propose`, which a plugin may ask and refine). The
    answer is a pure function of the two; only people in whom a deficit was found are asked about.
    """
